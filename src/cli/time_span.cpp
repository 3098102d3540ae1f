#include "cli/time_span.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
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

// How many of each unit.
class Parts {
  public:
    // False when that would be too much.
    bool add(std::string_view digits, std::int64_t unit) {
        const std::optional<std::uint64_t> count = base::parse_unsigned(digits);
        if (!count || *count > static_cast<std::uint64_t>(kLongest / unit)) return false;
        counts_[index_of(unit)] += static_cast<std::int64_t>(*count);
        return seconds() <= kLongest;
    }

    std::int64_t seconds() const {
        std::int64_t total = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            total += counts_[i] * kUnits[i];
        return total;
    }

    std::string iso() const {
        std::string text = "P";
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] == 0) continue;
            if (kUnits[i] < kDay && !text.contains('T')) text += 'T';
            text += fmt::format("{}{}", counts_[i], "WDHMS"[i]);
        }
        return text == "P" ? "PT0S" : text;
    }

  private:
    static constexpr std::array<std::int64_t, 5> kUnits = {kWeek, kDay, kHour, kMinute, 1};

    static std::size_t index_of(std::int64_t unit) {
        return static_cast<std::size_t>(std::ranges::find(kUnits, unit) - kUnits.begin());
    }

    std::array<std::int64_t, 5> counts_ = {};
};

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
bool add_letters(std::string_view text, std::span<const Unit> units, Parts& parts) {
    while (!text.empty()) {
        const std::string_view digits = take_while(text, is_digit);
        const auto unit = unit_of(text.substr(0, 1), units);
        if (!unit || !parts.add(digits, *unit)) return false;
        text.remove_prefix(1);
    }
    return true;
}

std::optional<Parts> parse_iso(std::string_view text) {
    const std::size_t time_at = text.find('t');
    const std::string_view time =
        time_at == std::string_view::npos ? std::string_view() : text.substr(time_at + 1);
    const bool empty = text.empty() || (time_at != std::string_view::npos && time.empty());
    Parts parts;
    const bool valid = !empty && add_letters(text.substr(0, time_at), kDateLetters, parts) &&
                       add_letters(time, kTimeLetters, parts);
    return valid ? std::optional(parts) : std::nullopt;
}

std::optional<Parts> parse_words(std::string_view text) {
    Parts parts;
    do {
        const std::string_view digits = take_while(text, is_digit);
        take_while(text, is_blank);
        const auto unit = unit_of_word(take_while(text, is_letter));
        if (!unit || !parts.add(digits, *unit)) return std::nullopt;
        if (text.starts_with(',')) text.remove_prefix(1);
        take_while(text, is_blank);
    } while (!text.empty());
    return parts;
}

std::optional<Parts> parse_parts(std::string_view text) {
    const std::string lower = base::to_lower(base::trim(text));
    std::string_view rest = lower;
    if (rest.starts_with('p')) return parse_iso(rest.substr(1));
    constexpr std::string_view kAgo = " ago";
    if (rest.ends_with(kAgo)) rest = base::trim(rest.substr(0, rest.size() - kAgo.size()));
    return parse_words(rest);
}

}  // namespace

std::optional<std::int64_t> parse_time_span(std::string_view text) {
    return parse_parts(text).transform([](const Parts& parts) { return parts.seconds(); });
}

std::optional<std::string> iso_time_span(std::string_view text) {
    return parse_parts(text).transform([](const Parts& parts) { return parts.iso(); });
}

}  // namespace cli
