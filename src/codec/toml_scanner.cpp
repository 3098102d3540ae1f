#include "codec/toml_scanner.h"

#include "codec/utf8.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace codec {

using base::Result;

namespace {

// Control characters other than the tab may stand nowhere in a document.
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20U && c != '\t') || byte == 0x7fU;
}

bool starts_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

}  // namespace

TomlScanner::TomlScanner(std::string_view text, std::string_view name, std::uint32_t first_line)
    : text_(text), name_(name), known_{first_line, 1}, first_line_(first_line) {
    // A byte order mark is no part of the document.
    if (text_.starts_with("\xef\xbb\xbf")) offset_ = known_offset_ = 3;
}

bool TomlScanner::take(std::string_view expected) {
    if (!next_is(expected)) return false;
    offset_ += expected.size();
    return true;
}

void TomlScanner::skip_blanks() {
    while (peek() == ' ' || peek() == '\t')
        ++offset_;
}

bool TomlScanner::take_line_break() {
    return take("\n") || take("\r\n");
}

Result<void> TomlScanner::skip_comment() {
    if (peek() != '#') return {};
    while (!at_end() && peek() != '\n' && !next_is("\r\n")) {
        if (is_control(peek())) return error_here("a control character in a comment");
        ++offset_;
    }
    return {};
}

Result<void> TomlScanner::skip_space() {
    do {
        skip_blanks();
        TRY(skip_comment());
    } while (take_line_break());
    return {};
}

Result<void> TomlScanner::expect_line_end() {
    skip_blanks();
    TRY(skip_comment());
    if (at_end() || take_line_break()) return {};
    return error_here("expected the end of the line");
}

Result<std::string> TomlScanner::one_line_string() {
    return peek() == '"' ? basic_string() : literal_string();
}

Result<std::string> TomlScanner::any_string() {
    const char quote = peek();
    if (next_is(quote == '"' ? R"(""")" : "'''")) return multi_line_string(quote);
    return one_line_string();
}

Result<std::string> TomlScanner::basic_string() {
    const std::size_t start = offset_++;
    std::string value;
    for (;;) {
        const char c = peek();
        if (c == '"') break;
        if (at_end() || c == '\n' || c == '\r')
            return error_at(start, "the string is not closed on its line");
        if (is_control(c))
            return error_here("a control character in a string; write it as an escape");
        if (c == '\\') {
            TRY(escape(value));
            continue;
        }
        value += c;
        ++offset_;
    }
    ++offset_;
    return value;
}

Result<std::string> TomlScanner::literal_string() {
    const std::size_t start = offset_++;
    while (peek() != '\'') {
        const char c = peek();
        if (at_end() || c == '\n' || c == '\r')
            return error_at(start, "the string is not closed on its line");
        if (is_control(c)) return error_here("a control character in a string");
        ++offset_;
    }
    std::string value(text_.substr(start + 1, offset_ - start - 1));
    ++offset_;
    return value;
}

// Line breaks in the value are "\n" whatever the file has, so that a checkout with "\r\n" means the same.
Result<std::string> TomlScanner::multi_line_string(char quote) {
    const std::string delimiter(3, quote);
    const std::size_t start = offset_;
    offset_ += 3;
    take_line_break();
    std::string value;
    for (;;) {
        if (at_end()) return error_at(start, "the string is not closed");
        if (next_is(delimiter)) break;
        if (take_line_break()) {
            value += '\n';
            continue;
        }
        const char c = peek();
        if (is_control(c)) return error_here("a control character in a string");
        if (c == '\\' && quote == '"') {
            if (!take_trimmed_line_end()) TRY(escape(value));
            continue;
        }
        value += c;
        ++offset_;
    }
    offset_ += 3;
    // Up to two quotes may stand directly before the closing three.
    for (int extra = 0; extra < 2 && peek() == quote; ++extra) {
        value += quote;
        ++offset_;
    }
    return value;
}

// A backslash at the end of a line swallows the line break and all space up to the next character.
bool TomlScanner::take_trimmed_line_end() {
    const std::size_t start = offset_++;
    skip_blanks();
    if (!take_line_break()) {
        offset_ = start;
        return false;
    }
    do
        skip_blanks();
    while (take_line_break());
    return true;
}

Result<void> TomlScanner::escape(std::string& into) {
    const std::size_t start = offset_;
    ++offset_;
    const char c = peek();
    ++offset_;
    switch (c) {
        case 'b':
            into += '\b';
            return {};
        case 't':
            into += '\t';
            return {};
        case 'n':
            into += '\n';
            return {};
        case 'f':
            into += '\f';
            return {};
        case 'r':
            into += '\r';
            return {};
        case '"':
            into += '"';
            return {};
        case '\\':
            into += '\\';
            return {};
        case 'u':
            return unicode_escape(into, 4);
        case 'U':
            return unicode_escape(into, 8);
        default:
            break;
    }
    offset_ = start;
    return error_here("unknown escape; a backslash itself is `\\\\`, or use single quotes");
}

Result<void> TomlScanner::unicode_escape(std::string& into, std::size_t digits) {
    const std::string_view hex = rest().substr(0, digits);
    std::uint32_t code_point = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code_point, 16);
    if (hex.size() < digits || error != std::errc() || end != hex.data() + hex.size()) {
        return error_here(fmt::format("expected {} hexadecimal digits", digits));
    }
    if (!is_unicode_scalar(code_point)) return error_here("this is no Unicode scalar value");
    offset_ += digits;
    append_utf8(into, code_point);
    return {};
}

TomlPosition TomlScanner::position_at(std::size_t offset) {
    if (offset < known_offset_) {
        known_offset_ = text_.starts_with("\xef\xbb\xbf") ? 3 : 0;
        known_ = {first_line_, 1};
    }
    for (; known_offset_ < offset; ++known_offset_) {
        const char c = text_[known_offset_];
        if (c == '\n') {
            ++known_.line;
            known_.column = 1;
        } else if (starts_code_point(c)) {
            ++known_.column;
        }
    }
    return known_;
}

std::unexpected<base::Error> TomlScanner::error_at(std::size_t offset, std::string_view what) {
    return error_at(position_at(std::min(offset, text_.size())), what);
}

std::unexpected<base::Error> TomlScanner::error_at(TomlPosition position, std::string_view what)
    const {
    return base::fail(
        base::Error(base::ErrorKind::Invalid, fmt::format("failed to parse `{}`", name_))
            .cause(fmt::format("{}: {}", position.to_string(), what))
    );
}

}  // namespace codec
