// Spans of time as people write them for `--exclude-newer`: "7 days", "1 week, 2 days ago", "24h", or
// ISO 8601 "P1W2DT12H". Months and years are no spans: how long they are depends on when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

// Seconds; nullopt for anything that is no span, or longer than a thousand years.
std::optional<std::int64_t> parse_time_span(std::string_view text);

// The same span in ISO 8601, in the units it was written in: "3 weeks" is "P3W", "25 hours" is "PT25H".
std::optional<std::string> iso_time_span(std::string_view text);

}  // namespace cli
