#include "pep/requirement.h"

#include "base/text.h"
#include "pep/repair.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

enum class Syntax : std::uint8_t { Standard, Lenient };

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

class Parser {
  public:
    Parser(std::string_view text, Syntax syntax, Warnings* warnings)
        : text_(text), rest_(base::trim(text)), syntax_(syntax), warnings_(warnings) {}

    base::Result<Requirement> run();

  private:
    base::Result<void> read_extras();
    base::Result<void> read_url();
    base::Result<void> read_specifiers();
    base::Result<void> read_marker();
    std::string_view read_name();
    bool skip(char c);

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    }

    std::unexpected<base::Error> fail_expecting(std::string_view what) const;
    std::unexpected<base::Error> fail_because(base::Error cause) const;

    std::string_view text_;
    std::string_view rest_;
    Syntax syntax_;
    Warnings* warnings_;
    Requirement requirement_;
};

std::unexpected<base::Error> Parser::fail_expecting(std::string_view what) const {
    const std::string where = rest_.empty() ? "its end" : fmt::format("`{}`", rest_);
    return base::fail(
        base::ErrorKind::Invalid,
        fmt::format("`{}` is not a requirement: expected {} at {}", base::trim(text_), what, where)
    );
}

std::unexpected<base::Error> Parser::fail_because(base::Error cause) const {
    return base::fail(
        std::move(cause).context(fmt::format("`{}` is not a requirement", base::trim(text_)))
    );
}

bool Parser::skip(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
}

std::string_view Parser::read_name() {
    skip_blanks();
    const std::size_t size = static_cast<std::size_t>(
        std::ranges::find_if_not(rest_, is_name_character) - rest_.begin()
    );
    const std::string_view name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return name;
}

base::Result<void> Parser::read_extras() {
    if (!skip('[') || skip(']')) return {};
    do {
        auto extra = ExtraName::parse(read_name());
        if (!extra) return fail_expecting("the name of an extra");
        if (std::ranges::find(requirement_.extras, *extra) == requirement_.extras.end()) {
            requirement_.extras.push_back(std::move(*extra));
        }
    } while (skip(','));
    if (!skip(']')) return fail_expecting("`,` or `]`");
    return {};
}

// A URL ends at the first blank, as `;` may be part of it.
base::Result<void> Parser::read_url() {
    skip_blanks();
    const std::string_view url = rest_.substr(0, rest_.find_first_of(kBlanks));
    if (url.empty()) return fail_expecting("a URL");
    rest_.remove_prefix(url.size());
    skip_blanks();
    if (!rest_.empty() && !rest_.starts_with(';')) {
        auto error = fail_expecting("`;`");
        if (url.ends_with(';')) {
            return base::fail(
                std::move(error).error().hint("put a blank between the URL and the `;`")
            );
        }
        return error;
    }
    requirement_.url = std::string(url);
    return {};
}

base::Result<void> Parser::read_specifiers() {
    std::string_view text = base::trim(rest_.substr(0, rest_.find(';')));
    rest_.remove_prefix(std::min(rest_.find(';'), rest_.size()));
    if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
    auto specifiers = Specifiers::parse(text);
    if (!specifiers) return fail_because(std::move(specifiers.error()));
    requirement_.specifiers = std::move(*specifiers);
    return {};
}

base::Result<void> Parser::read_marker() {
    if (!skip(';')) return {};
    skip_blanks();
    auto marker = syntax_ == Syntax::Lenient ? Marker::parse_lenient(rest_, warnings_)
                                             : Marker::parse(rest_, warnings_);
    if (!marker) return fail_because(std::move(marker.error()));
    requirement_.marker = std::move(*marker);
    return {};
}

base::Result<Requirement> Parser::run() {
    const std::string_view name = read_name();
    if (name.empty()) return fail_expecting("the name of a package");
    auto parsed_name = PackageName::parse(name);
    if (!parsed_name) return fail_because(std::move(parsed_name.error()));
    requirement_.name = std::move(*parsed_name);
    TRY(read_extras());
    TRY(skip('@') ? read_url() : read_specifiers());
    TRY(read_marker());
    return std::move(requirement_);
}

// The warnings of an attempt count only if it succeeds.
base::Result<Requirement> attempt(std::string_view text, Syntax syntax, Warnings* warnings) {
    Warnings noticed;
    auto result = Parser(text, syntax, warnings == nullptr ? nullptr : &noticed).run();
    if (result && warnings != nullptr) std::ranges::move(noticed, std::back_inserter(*warnings));
    return result;
}

}  // namespace

base::Result<Requirement> Requirement::parse(std::string_view text, Warnings* warnings) {
    return attempt(text, Syntax::Standard, warnings);
}

base::Result<Requirement> Requirement::parse_lenient(std::string_view text, Warnings* warnings) {
    auto as_written = attempt(text, Syntax::Standard, warnings);
    if (as_written) return as_written;
    auto repaired = parse_with_repairs(text, warnings, [&](std::string_view candidate) {
        return attempt(candidate, Syntax::Lenient, warnings);
    });
    if (repaired) return repaired;
    return as_written;
}

std::string Requirement::to_string() const {
    std::string text = name.text();
    if (!extras.empty()) {
        text += '[';
        for (const ExtraName& extra : extras) {
            if (&extra != &extras.front()) text += ',';
            text += extra.text();
        }
        text += ']';
    }
    if (url) {
        text += " @ " + *url;
    } else {
        text += base::replace_all(specifiers.to_string(), ", ", ",");
    }
    if (!marker.is_always()) text += " ; " + marker.to_string();
    return text;
}

}  // namespace pep
