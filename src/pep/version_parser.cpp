#include "pep/version_parser.h"

#include "base/text.h"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>

namespace pep {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_separator(char c) {
    return c == '.' || c == '-' || c == '_';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_alphanumeric(char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

struct PreLabel {
    std::string_view text;
    PreReleaseKind kind;
};

// Longer labels before their beginnings.
constexpr std::array<PreLabel, 8> kPreLabels{{
    {"alpha", PreReleaseKind::Alpha},
    {"a", PreReleaseKind::Alpha},
    {"beta", PreReleaseKind::Beta},
    {"b", PreReleaseKind::Beta},
    {"rc", PreReleaseKind::Candidate},
    {"c", PreReleaseKind::Candidate},
    {"preview", PreReleaseKind::Candidate},
    {"pre", PreReleaseKind::Candidate},
}};
constexpr std::array<std::string_view, 3> kPostLabels{"post", "rev", "r"};

class Parser {
  public:
    explicit Parser(std::string_view text) : whole_(text), rest_(base::trim(text)) {}

    base::Result<ParsedVersion> run();

  private:
    base::Result<void> read_epoch_and_release();
    base::Result<void> read_pre();
    base::Result<void> read_post();
    base::Result<void> read_dev();
    base::Result<void> read_local();
    base::Result<std::uint64_t> read_number();
    base::Result<std::uint64_t> read_number_of_label();
    bool skip_label(std::string_view label);
    bool skip_wildcard();

    char at(std::size_t position) const { return position < rest_.size() ? rest_[position] : '\0'; }

    std::unexpected<base::Error> fail(std::string_view why) const;

    std::string_view whole_;
    std::string_view rest_;
    ParsedVersion parsed_;
};

std::unexpected<base::Error> Parser::fail(std::string_view why) const {
    return base::fail(
        base::ErrorKind::Invalid, fmt::format("`{}` is not a version: {}", base::trim(whole_), why)
    );
}

base::Result<std::uint64_t> Parser::read_number() {
    std::size_t length = 0;
    while (is_digit(at(length)))
        ++length;
    if (length == 0) {
        if (rest_.empty()) return fail("a number is missing at its end");
        return fail(fmt::format("a number should stand before `{}`", rest_));
    }
    const std::optional<std::uint64_t> number = base::parse_unsigned(rest_.substr(0, length));
    if (!number || *number >= Version::kNumberLimit) {
        return fail(fmt::format("the number {} is too large", rest_.substr(0, length)));
    }
    rest_.remove_prefix(length);
    return *number;
}

// Skips a separator and the label, if both are there.
bool Parser::skip_label(std::string_view label) {
    std::string_view ahead = rest_;
    if (!ahead.empty() && is_separator(ahead.front())) ahead.remove_prefix(1);
    if (!base::starts_with_ignoring_case(ahead, label)) return false;
    rest_ = ahead.substr(label.size());
    return true;
}

// The number behind a label, 0 if there is none. A separator belongs to it unless it begins the
// next part.
base::Result<std::uint64_t> Parser::read_number_of_label() {
    const char next = at(1);
    if (is_separator(at(0)) && (is_digit(next) || next == '\0' || next == '+'))
        rest_.remove_prefix(1);
    if (!is_digit(at(0))) return 0;
    return read_number();
}

bool Parser::skip_wildcard() {
    if (!rest_.starts_with(".*")) return false;
    rest_.remove_prefix(2);
    return true;
}

base::Result<void> Parser::read_epoch_and_release() {
    VersionParts& parts = parsed_.parts;
    std::uint64_t number = TRY(read_number());
    if (at(0) == '!') {
        rest_.remove_prefix(1);
        parts.epoch = number;
        number = TRY(read_number());
    }
    parts.release = {number};
    while (at(0) == '.' && is_digit(at(1))) {
        rest_.remove_prefix(1);
        parts.release.push_back(TRY(read_number()));
    }
    return {};
}

base::Result<void> Parser::read_pre() {
    for (const PreLabel& label : kPreLabels) {
        if (!skip_label(label.text)) continue;
        parsed_.parts.pre = PreRelease{label.kind, TRY(read_number_of_label())};
        return {};
    }
    return {};
}

base::Result<void> Parser::read_post() {
    if (at(0) == '-' && is_digit(at(1))) {
        rest_.remove_prefix(1);
        parsed_.parts.post = TRY(read_number());
        return {};
    }
    for (const std::string_view label : kPostLabels) {
        if (!skip_label(label)) continue;
        parsed_.parts.post = TRY(read_number_of_label());
        return {};
    }
    return {};
}

base::Result<void> Parser::read_dev() {
    if (skip_label("dev")) parsed_.parts.dev = TRY(read_number_of_label());
    return {};
}

base::Result<void> Parser::read_local() {
    if (at(0) != '+') return {};
    do {
        rest_.remove_prefix(1);
        std::string segment;
        bool is_number = true;
        while (is_alphanumeric(at(0))) {
            is_number = is_number && is_digit(at(0));
            segment += lower(at(0));
            rest_.remove_prefix(1);
        }
        if (segment.empty()) return fail("a part of what follows `+` is empty or not alphanumeric");
        const auto number = is_number ? base::parse_unsigned(segment) : std::nullopt;
        if (number) {
            parsed_.parts.local.emplace_back(*number);
        } else {
            parsed_.parts.local.emplace_back(std::move(segment));
        }
    } while (is_separator(at(0)));
    return {};
}

base::Result<ParsedVersion> Parser::run() {
    if (rest_.empty()) return fail("it is empty");
    if (lower(rest_.front()) == 'v') rest_.remove_prefix(1);
    TRY(read_epoch_and_release());
    if (skip_wildcard()) {
        if (!rest_.empty()) return fail(fmt::format("`{}` follows `.*`", rest_));
        parsed_.is_wildcard = true;
        return std::move(parsed_);
    }
    TRY(read_pre());
    TRY(read_post());
    TRY(read_dev());
    TRY(read_local());
    if (rest_.starts_with(".*")) return fail("`.*` may stand only behind release numbers");
    if (!rest_.empty()) return fail(fmt::format("`{}` is no part of one", rest_));
    return std::move(parsed_);
}

}  // namespace

bool PlainRelease::read(std::string_view text) {
    constexpr std::size_t kDigits = 9;  // what cannot overflow
    std::size_t position = 0;
    for (size_ = 0; size_ < numbers_.size();) {
        std::uint64_t number = 0;
        const std::size_t begin = position;
        for (; position < text.size() && is_digit(text[position]); ++position) {
            number = number * 10 + static_cast<std::uint64_t>(text[position] - '0');
            if (position - begin >= kDigits) return false;
        }
        if (position == begin) return false;
        numbers_[size_++] = number;
        if (position == text.size()) return true;
        if (text[position] != '.') return false;
        ++position;
    }
    return false;
}

base::Result<ParsedVersion> parse_version_text(std::string_view text) {
    return Parser(text).run();
}

}  // namespace pep
