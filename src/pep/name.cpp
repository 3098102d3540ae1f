#include "pep/name.h"

#include <fmt/core.h>

namespace pep {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_separator(char c) {
    return c == '-' || c == '_' || c == '.';
}

// `what` is "package name" or "extra name".
base::Result<std::string> parse_name(std::string_view text, std::string_view what) {
    if (is_valid_name(text)) return normalize_name(text);
    if (text.empty()) return base::fail(base::ErrorKind::Invalid, fmt::format("empty {}", what));
    return base::fail(
        base::Error(base::ErrorKind::Invalid, fmt::format("`{}` is not a valid {}", text, what))
            .hint("names are ASCII letters, digits, `-`, `_` and `.`, with a letter or digit at "
                  "both ends")
    );
}

}  // namespace

std::string normalize_name(std::string_view name) {
    std::string normalized;
    normalized.reserve(name.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_separator(c)) {
            normalized += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (i == 0 || !is_separator(name[i - 1])) {
            normalized += '-';
        }
    }
    return normalized;
}

bool is_valid_name(std::string_view text) {
    if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back()))
        return false;
    for (const char c : text) {
        if (!is_alphanumeric(c) && !is_separator(c)) return false;
    }
    return true;
}

base::Result<PackageName> PackageName::parse(std::string_view text) {
    return PackageName(TRY(parse_name(text, "package name")));
}

std::string PackageName::file_text() const {
    std::string text = text_;
    for (char& c : text) {
        if (c == '-') c = '_';
    }
    return text;
}

base::Result<ExtraName> ExtraName::parse(std::string_view text) {
    return ExtraName(TRY(parse_name(text, "extra name")));
}

}  // namespace pep
