// Small operations on text. ASCII only where case matters: packaging names, flags and headers are ASCII.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::string_view trim(std::string_view text);  // blanks, tabs, CR, LF on both sides
std::vector<std::string_view> split(std::string_view text, char separator);
std::vector<std::string_view> split_lines(std::string_view text
);  // "\n" and "\r\n"; no empty last line
std::vector<std::string_view> split_whitespace(std::string_view text);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::optional<std::uint64_t> parse_unsigned(std::string_view digits
);  // digits only, no sign, no overflow
bool is_valid_utf8(std::string_view text);

// "12ms", "0.89ms", "1.34s", "2m 03s".
std::string format_duration(std::int64_t nanoseconds);
// "574B", "16.0KiB", "1.2MiB".
std::string format_bytes(std::uint64_t bytes);

// The candidate nearest to `text` by edit distance, if it is near enough to be what was meant.
std::optional<std::string> nearest(std::string_view text, std::span<const std::string> candidates);

}  // namespace base
