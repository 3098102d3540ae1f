// The time, in nanoseconds. Only the outer layers ask for it; what must be pure is given a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

std::int64_t wall_clock_ns();  // since 1970-01-01 UTC; may jump
std::int64_t wall_clock_seconds();
std::int64_t monotonic_ns();  // for durations

// RFC 3339 ("2024-03-24T00:00:00.5Z", "+02:00" offsets) to seconds since 1970; fractions are cut off.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);
// "2024-03-24" to the first second of that day, UTC.
std::optional<std::int64_t> parse_date(std::string_view text);
// RFC 9110 section 5.6.7 ("Sun, 06 Nov 1994 08:49:37 GMT" and the two obsolete forms).
std::optional<std::int64_t> parse_http_date(std::string_view text);
std::string format_rfc3339(std::int64_t seconds);  // "2024-03-24T00:00:00Z"
std::string format_http_date(std::int64_t seconds);

}  // namespace base
