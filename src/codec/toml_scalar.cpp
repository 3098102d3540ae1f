#include "codec/toml_scalar.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>

namespace codec {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_digit_of(char c, int base) {
    if (base == 16) return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return c >= '0' && c < '0' + base;
}

// Takes a run of digits of `base`, in which single underscores may stand between digits, from `rest` and appends
// the digits to `digits`. False when there is none or an underscore stands elsewhere.
bool take_digits(std::string_view& rest, int base, std::string& digits) {
    bool after_digit = false;
    while (!rest.empty()) {
        const char c = rest.front();
        if (c == '_') {
            if (!after_digit || rest.size() < 2 || !is_digit_of(rest[1], base)) return false;
            after_digit = false;
        } else if (is_digit_of(c, base)) {
            digits += c;
            after_digit = true;
        } else {
            break;
        }
        rest.remove_prefix(1);
    }
    return after_digit;
}

std::expected<TomlScalar, std::string> integer_of(
    std::string_view token, const std::string& digits, int base
) {
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::unexpected(fmt::format("`{}` does not fit into 64 bits", token));
    }
    return value;
}

std::expected<TomlScalar, std::string> parse_prefixed_integer(std::string_view token, int base) {
    std::string digits;
    std::string_view rest = token.substr(2);
    if (!take_digits(rest, base, digits) || !rest.empty()) {
        return std::unexpected(fmt::format("`{}` is no integer of base {}", token, base));
    }
    return integer_of(token, digits, base);
}

std::unexpected<std::string> no_value(std::string_view token) {
    return std::unexpected(fmt::format("`{}` is no value; text needs quotes", token));
}

std::expected<TomlScalar, std::string> parse_number(std::string_view token) {
    std::string digits;
    std::string_view rest = token;
    if (rest.starts_with('-')) digits += '-';
    if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
    const double sign = digits.empty() ? 1.0 : -1.0;
    if (rest == "inf") return sign * std::numeric_limits<double>::infinity();
    if (rest == "nan") return sign * std::numeric_limits<double>::quiet_NaN();

    const bool leading_zero =
        rest.size() > 1 && rest[0] == '0' && (is_digit(rest[1]) || rest[1] == '_');
    if (leading_zero) return std::unexpected(fmt::format("`{}` begins with a zero", token));
    if (!take_digits(rest, 10, digits)) return no_value(token);
    if (rest.empty()) return integer_of(token, digits, 10);

    if (rest.starts_with('.')) {
        digits += '.';
        rest.remove_prefix(1);
        if (!take_digits(rest, 10, digits)) {
            return std::unexpected(
                fmt::format("`{}` needs digits on both sides of the point", token)
            );
        }
    }
    if (rest.starts_with('e') || rest.starts_with('E')) {
        digits += 'e';
        rest.remove_prefix(1);
        if (rest.starts_with('-')) digits += '-';
        if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
        if (!take_digits(rest, 10, digits))
            return std::unexpected(fmt::format("`{}` needs digits in the exponent", token));
    }
    if (!rest.empty()) return no_value(token);
    // strtod and not from_chars: too large gives infinity and too small zero, as IEEE 754 rounds.
    return std::strtod(digits.c_str(), nullptr);
}

// Exactly `count` digits from the front of `rest`.
std::optional<int> take_number(std::string_view& rest, std::size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest.substr(0, count)) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
}

bool take(std::string_view& rest, char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
}

int days_in_month(int year, int month) {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap_year = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap_year ? 29 : kDays[month - 1];
}

std::optional<TomlDate> take_date(std::string_view& rest) {
    const std::optional<int> year = take_number(rest, 4);
    if (!year || !take(rest, '-')) return std::nullopt;
    const std::optional<int> month = take_number(rest, 2);
    if (!month || *month < 1 || *month > 12 || !take(rest, '-')) return std::nullopt;
    const std::optional<int> day = take_number(rest, 2);
    if (!day || *day < 1 || *day > days_in_month(*year, *month)) return std::nullopt;
    return TomlDate{*year, *month, *day};
}

std::optional<TomlTime> take_time(std::string_view& rest) {
    const std::optional<int> hour = take_number(rest, 2);
    if (!hour || *hour > 23 || !take(rest, ':')) return std::nullopt;
    const std::optional<int> minute = take_number(rest, 2);
    if (!minute || *minute > 59 || !take(rest, ':')) return std::nullopt;
    const std::optional<int> second = take_number(rest, 2);
    if (!second || *second > 60) return std::nullopt;
    TomlTime time{*hour, *minute, *second, 0};
    if (!take(rest, '.')) return time;
    if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
    int unit = 100'000'000;
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1)) {
        time.nanosecond += (rest.front() - '0') * unit;
        unit /= 10;  // finer digits are cut off
    }
    return time;
}

std::optional<int> take_offset(std::string_view& rest) {
    if (take(rest, 'Z') || take(rest, 'z')) return 0;
    const bool negative = rest.starts_with('-');
    if (!take(rest, '-') && !take(rest, '+')) return std::nullopt;
    const std::optional<int> hours = take_number(rest, 2);
    if (!hours || *hours > 23 || !take(rest, ':')) return std::nullopt;
    const std::optional<int> minutes = take_number(rest, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    return (negative ? -1 : 1) * (*hours * 60 + *minutes);
}

std::expected<TomlScalar, std::string> parse_date_time(std::string_view token) {
    const std::unexpected<std::string> wrong(fmt::format("`{}` is no date or time", token));
    TomlDateTime value;
    std::string_view rest = token;
    if (token.size() > 4 && token[4] == '-') {
        value.date = take_date(rest);
        if (!value.date) return wrong;
        if (rest.empty()) return value;
        if (!take(rest, 'T') && !take(rest, 't') && !take(rest, ' ')) return wrong;
    }
    value.time = take_time(rest);
    if (!value.time) return wrong;
    if (value.date && !rest.empty()) {
        value.offset_minutes = take_offset(rest);
        if (!value.offset_minutes) return wrong;
    }
    if (!rest.empty()) return wrong;
    return value;
}

bool looks_like_date(std::string_view token) {
    return token.size() >= 5 && is_digit(token[0]) && is_digit(token[3]) && token[4] == '-';
}

bool looks_like_time(std::string_view token) {
    return token.size() >= 3 && is_digit(token[0]) && is_digit(token[1]) && token[2] == ':';
}

}  // namespace

std::size_t toml_token_length(std::string_view text) {
    const auto is_token_character = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
               c == '-' || c == '_' || c == '.' || c == ':';
    };
    std::size_t length = 0;
    while (length < text.size() && is_token_character(text[length]))
        ++length;
    const bool time_follows = length == 10 && looks_like_date(text) &&
                              text.substr(length).starts_with(' ') &&
                              looks_like_time(text.substr(length + 1));
    if (!time_follows) return length;
    ++length;
    while (length < text.size() && is_token_character(text[length]))
        ++length;
    return length;
}

std::expected<TomlScalar, std::string> parse_toml_scalar(std::string_view token) {
    if (token == "true") return true;
    if (token == "false") return false;
    if (looks_like_date(token) || looks_like_time(token)) return parse_date_time(token);
    if (token.starts_with("0x")) return parse_prefixed_integer(token, 16);
    if (token.starts_with("0o")) return parse_prefixed_integer(token, 8);
    if (token.starts_with("0b")) return parse_prefixed_integer(token, 2);
    return parse_number(token);
}

}  // namespace codec
