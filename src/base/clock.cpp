#include "base/clock.h"

#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <ctime>

namespace base {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::int64_t now_ns(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// Takes exactly `width` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    const std::optional<std::uint64_t> value = parse_unsigned(text.substr(0, width));
    if (!value) return std::nullopt;
    text.remove_prefix(width);
    return static_cast<int>(*value);
}

bool take_char(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> seconds_of(const std::tm& parts) {
    static constexpr int kDaysInMonth[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1) return std::nullopt;
    if (parts.tm_mday > kDaysInMonth[parts.tm_mon]) return std::nullopt;
    if (parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60) return std::nullopt;
    std::tm copy = parts;
    return static_cast<std::int64_t>(::timegm(&copy));
}

bool take_date(std::string_view& text, std::tm& parts) {
    const std::optional<int> year = take_number(text, 4);
    if (!year || !take_char(text, "-")) return false;
    const std::optional<int> month = take_number(text, 2);
    if (!month || !take_char(text, "-")) return false;
    const std::optional<int> day = take_number(text, 2);
    if (!day) return false;
    parts.tm_year = *year - 1900;
    parts.tm_mon = *month - 1;
    parts.tm_mday = *day;
    return true;
}

bool take_time(std::string_view& text, std::tm& parts) {
    const std::optional<int> hour = take_number(text, 2);
    if (!hour || !take_char(text, ":")) return false;
    const std::optional<int> minute = take_number(text, 2);
    if (!minute || !take_char(text, ":")) return false;
    const std::optional<int> second = take_number(text, 2);
    if (!second) return false;
    parts.tm_hour = *hour;
    parts.tm_min = *minute;
    parts.tm_sec = *second;
    return true;
}

bool take_month_name(std::string_view& text, std::tm& parts) {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
        if (text.starts_with(kMonths[i])) {
            text.remove_prefix(3);
            parts.tm_mon = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

}  // namespace

std::int64_t wall_clock_ns() {
    return now_ns(CLOCK_REALTIME);
}

std::int64_t wall_clock_seconds() {
    return wall_clock_ns() / 1'000'000'000;
}

std::int64_t monotonic_ns() {
    return now_ns(CLOCK_MONOTONIC);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
    std::tm parts{};
    if (!take_date(text, parts) || !take_char(text, "Tt ") || !take_time(text, parts))
        return std::nullopt;
    if (take_char(text, ".,")) {
        if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9')
            text.remove_prefix(1);
    }
    std::int64_t offset = 0;
    if (!take_char(text, "Zz")) {
        if (text.empty()) return std::nullopt;
        const int sign = text.front() == '-' ? -1 : 1;
        if (!take_char(text, "+-")) return std::nullopt;
        const std::optional<int> hours = take_number(text, 2);
        take_char(text, ":");
        const std::optional<int> minutes = take_number(text, 2);
        if (!hours || !minutes) return std::nullopt;
        offset = sign * (std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60);
    }
    const std::optional<std::int64_t> seconds = seconds_of(parts);
    if (!text.empty() || !seconds) return std::nullopt;
    return *seconds - offset;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    std::tm parts{};
    if (!take_date(text, parts) || !text.empty()) return std::nullopt;
    return seconds_of(parts);
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    std::tm parts{};
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) {  // asctime: "Sun Nov  6 08:49:37 1994"
        if (text.size() != 24) return std::nullopt;
        text.remove_prefix(4);
        if (!take_month_name(text, parts) || !take_char(text, " ")) return std::nullopt;
        const std::size_t width = take_char(text, " ") ? 1 : 2;
        const std::optional<int> day = take_number(text, width);
        if (!day || !take_char(text, " ") || !take_time(text, parts) || !take_char(text, " "))
            return std::nullopt;
        const std::optional<int> year = take_number(text, 4);
        if (!year) return std::nullopt;
        parts.tm_mday = *day;
        parts.tm_year = *year - 1900;
        return seconds_of(parts);
    }
    text = trim(text.substr(comma + 1));
    const std::optional<int> day = take_number(text, 2);
    if (!day || !take_char(text, " -") || !take_month_name(text, parts) || !take_char(text, " -"))
        return std::nullopt;
    const std::size_t width = text.find(' ') == 2 ? 2 : 4;
    const std::optional<int> year = take_number(text, width);
    if (!year || !take_char(text, " ") || !take_time(text, parts)) return std::nullopt;
    parts.tm_mday = *day;
    parts.tm_year = width == 4 ? *year - 1900 : (*year < 70 ? *year + 100 : *year);
    return seconds_of(parts);
}

std::string format_rfc3339(std::int64_t seconds) {
    std::tm parts{};
    const std::time_t time = seconds;
    ::gmtime_r(&time, &parts);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        parts.tm_year + 1900,
        parts.tm_mon + 1,
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec
    );
}

std::string format_http_date(std::int64_t seconds) {
    std::tm parts{};
    const std::time_t time = seconds;
    ::gmtime_r(&time, &parts);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        kDays[static_cast<std::size_t>(parts.tm_wday)],
        parts.tm_mday,
        kMonths[static_cast<std::size_t>(parts.tm_mon)],
        parts.tm_year + 1900,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec
    );
}

}  // namespace base
