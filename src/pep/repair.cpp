#include "pep/repair.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pep {

namespace {

constexpr std::string_view kOperatorCharacters = "<>=!~";
constexpr std::string_view kBlanks = " \t";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

struct Sections {
    std::string_view specifiers;  // with the name and extras before them
    std::string_view marker;      // from the `;` on
};

Sections divide(std::string_view text) {
    const std::size_t end = text.contains('@') ? 0 : std::min(text.find(';'), text.size());
    return {text.substr(0, end), text.substr(end)};
}

// Rewrites the clauses of a text: `rewrite(op, version)` gives what should stand there instead.
template <class Rewrite>
std::string rewrite_clauses(std::string_view text, Rewrite rewrite) {
    const auto [specifiers, marker] = divide(text);
    std::string out;
    std::size_t position = 0;
    while (true) {
        const std::size_t begin = specifiers.find_first_of(kOperatorCharacters, position);
        if (begin == std::string_view::npos) break;
        const std::size_t end_of_op =
            std::min(specifiers.find_first_not_of(kOperatorCharacters, begin), specifiers.size());
        const std::size_t begin_of_version =
            std::min(specifiers.find_first_not_of(kBlanks, end_of_op), specifiers.size());
        const std::size_t end =
            std::min(specifiers.find_first_of("<>=!~,;() \t", begin_of_version), specifiers.size());
        out += specifiers.substr(position, begin - position);
        out += rewrite(
            specifiers.substr(begin, end_of_op - begin),
            specifiers.substr(begin_of_version, end - begin_of_version)
        );
        position = end;
    }
    out += specifiers.substr(position);
    return out.append(marker);
}

std::string joined(std::string_view op, std::string_view version) {
    return fmt::format("{}{}", op, version);
}

bool is_ordering(std::string_view op) {
    return op == ">=" || op == ">" || op == "<=" || op == "<" || op == "~=";
}

std::string add_commas(std::string_view text) {
    const auto [specifiers, marker] = divide(text);
    std::string out;
    bool is_first = true;
    for (std::size_t i = 0; i < specifiers.size(); ++i) {
        const bool begins_operator = kOperatorCharacters.contains(specifiers[i]) &&
                                     (i == 0 || !kOperatorCharacters.contains(specifiers[i - 1]));
        if (begins_operator) {
            const std::string_view before = base::trim(out);
            if (!is_first && !before.ends_with(',') && !before.ends_with('(')) {
                out.resize(before.size() + static_cast<std::size_t>(before.data() - out.data()));
                out += ',';
            }
            is_first = false;
        }
        out += specifiers[i];
    }
    return out.append(marker);
}

std::string read_not_compatible(std::string_view text) {
    return rewrite_clauses(text, [](std::string_view op, std::string_view version) {
        if (op != "!=~") return joined(op, version);
        return fmt::format("!={}{}", version, version.ends_with(".*") ? "" : ".*");
    });
}

std::string drop_wildcards(std::string_view text) {
    return rewrite_clauses(text, [](std::string_view op, std::string_view version) {
        while (is_ordering(op) && version.ends_with('*')) {
            version.remove_suffix(version.ends_with(".*") ? 2 : 1);
        }
        return joined(op, version);
    });
}

std::string add_dots(std::string_view text) {
    return rewrite_clauses(text, [](std::string_view op, std::string_view version) {
        const std::size_t size = version.size();
        if (size < 2 || version.back() != '*' || !is_digit(version[size - 2]))
            return joined(op, version);
        return fmt::format("{}{}.*", op, version.substr(0, size - 1));
    });
}

std::string drop_commas(std::string_view text) {
    const auto [specifiers, marker] = divide(text);
    std::string out;
    for (const char c : specifiers) {
        const std::string_view before = base::trim(out);
        const bool is_empty_part = before.ends_with(',') && (c == ',' || c == ')');
        if (is_empty_part) out.resize(out.rfind(','));
        out += c;
    }
    if (base::trim(out).ends_with(',')) out.resize(out.rfind(','));
    return out.append(marker);
}

std::string read_dev(std::string_view text) {
    return rewrite_clauses(text, [](std::string_view op, std::string_view version) {
        return joined(op, version == "dev" ? "0.0.0dev" : version);
    });
}

// `1.0b2.0`: a letter, digits, `.0`.
std::string drop_numbers(std::string_view text) {
    return rewrite_clauses(text, [](std::string_view op, std::string_view version) {
        if (version.ends_with(".0")) {
            const std::string_view rest = version.substr(0, version.size() - 2);
            const std::size_t before = rest.find_last_not_of("0123456789");
            const bool is_labelled = before != std::string_view::npos && before + 1 < rest.size() &&
                                     !std::string_view(".!+-_").contains(rest[before]);
            if (is_labelled) version = rest;
        }
        return joined(op, version);
    });
}

std::string drop_quotes(std::string_view text) {
    const auto [specifiers, marker] = divide(text);
    std::string out;
    for (const char c : specifiers) {
        if (c != '\'' && c != '"') out += c;
    }
    return out.append(marker);
}

// In the order of the table in the header.
constexpr std::array<Repair, 8> kRepairs{
    add_commas,
    read_not_compatible,
    drop_wildcards,
    add_dots,
    drop_commas,
    read_dev,
    drop_numbers,
    drop_quotes,
};

}  // namespace

std::span<const Repair> repairs() {
    return kRepairs;
}

void add_repair_warning(Warnings* warnings, std::string_view text, std::string_view repaired) {
    if (warnings == nullptr) return;
    warnings->push_back(
        fmt::format("`{}` does not follow the standard; it was read as `{}`", text, repaired)
    );
}

}  // namespace pep
