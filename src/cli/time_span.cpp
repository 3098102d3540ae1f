#include "cli/time_span.h"

#include "base/text.h"

#include <algorithm>
#include <span>
#include <string>

namespace cli {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kYear = 366 * kDay;
constexpr std::int64_t kLongest = 1000 * kYear;

struct Unit {
    std::string_view name;
    std::int64_t seconds;
};

constexpr Unit kWords[] = {
    {"second", 1},
    {"sec", 1},
    {"s", 1},
    {"minute", kMinute},
    {"min", kMinute},
    {"m", kMinute},
    {"hour", kHour},
    {"hr", kHour},
    {"h", kHour},
    {"day", kDay},
    {"d", kDay},
    {"week", kWeek},
    {"wk", kWeek},
    {"w", kWeek},
};
constexpr Unit kDateLetters[] = {{"w", kWeek}, {"d", kDay}};
constexpr Unit kTimeLetters[] = {{"h", kHour}, {"m", kMinute}, {"s", 1}};

// Takes characters off the front as long as they fulfil `wanted`.
template <typename Predicate>
std::string_view take_while(std::string_view& text, Predicate wanted) {
    const std::size_t count =
        static_cast<std::size_t>(std::ranges::find_if_not(text, wanted) - text.begin());
    const std::string_view taken = text.substr(0, count);
    text.remove_prefix(count);
    return taken;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::optional<std::int64_t> product(std::string_view digits, std::int64_t unit) {
    const std::optional<std::uint64_t> count = base::parse_unsigned(digits);
    if (!count || *count > static_cast<std::uint64_t>(kLongest / unit)) return std::nullopt;
    return static_cast<std::int64_t>(*count) * unit;
}

std::optional<std::int64_t> unit_of(std::string_view word, std::span<const Unit> units) {
    for (const Unit& unit : units) {
        if (word == unit.name) return unit.seconds;
    }
    return std::nullopt;
}

// "day", "days", "hrs"; single letters have no plural.
std::optional<std::int64_t> unit_of_word(std::string_view word) {
    if (const auto unit = unit_of(word, kWords)) return unit;
    const bool plural = word.size() > 2 && word.ends_with('s');
    return plural ? unit_of(word.substr(0, word.size() - 1), kWords) : std::nullopt;
}

// "1w2d" or "12h30m": each letter with a number in front.
std::optional<std::int64_t> parse_letters(std::string_view text, std::span<const Unit> units) {
    std::int64_t total = 0;
    while (!text.empty()) {
        const std::string_view digits = take_while(text, is_digit);
        const auto unit = unit_of(text.substr(0, 1), units);
        const auto seconds = unit ? product(digits, *unit) : std::nullopt;
        if (!seconds) return std::nullopt;
        total += *seconds;
        text.remove_prefix(1);
    }
    return total;
}

std::optional<std::int64_t> parse_iso(std::string_view text) {
    const std::size_t time_at = text.find('t');
    const std::string_view time =
        time_at == std::string_view::npos ? std::string_view() : text.substr(time_at + 1);
    const bool empty = text.empty() || (time_at != std::string_view::npos && time.empty());
    const auto days = parse_letters(text.substr(0, time_at), kDateLetters);
    const auto hours = parse_letters(time, kTimeLetters);
    if (empty || !days || !hours) return std::nullopt;
    return *days + *hours;
}

std::optional<std::int64_t> parse_words(std::string_view text) {
    std::int64_t total = 0;
    do {
        const std::string_view digits = take_while(text, is_digit);
        take_while(text, is_blank);
        const auto unit = unit_of_word(take_while(text, is_letter));
        const auto seconds = unit ? product(digits, *unit) : std::nullopt;
        if (!seconds) return std::nullopt;
        total += *seconds;
        if (text.starts_with(',')) text.remove_prefix(1);
        take_while(text, is_blank);
    } while (!text.empty());
    return total;
}

}  // namespace

std::optional<std::int64_t> parse_time_span(std::string_view text) {
    const std::string lower = base::to_lower(base::trim(text));
    std::string_view rest = lower;
    std::optional<std::int64_t> seconds;
    if (rest.starts_with('p')) {
        seconds = parse_iso(rest.substr(1));
    } else {
        constexpr std::string_view kAgo = " ago";
        if (rest.ends_with(kAgo)) rest = base::trim(rest.substr(0, rest.size() - kAgo.size()));
        seconds = parse_words(rest);
    }
    return seconds && *seconds <= kLongest ? seconds : std::nullopt;
}

}  // namespace cli
