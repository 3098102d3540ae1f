// The unquoted values of TOML: numbers, booleans, dates and times. Internal to the TOML reader.
#pragma once

#include "codec/toml.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace codec {

using TomlScalar = std::variant<std::int64_t, double, bool, TomlDateTime>;

// The length of the token at the start of `text`; 0 when no such value can start there. Includes
// the blank between a date and a time.
std::size_t toml_token_length(std::string_view text);

// The value of one token, or what is wrong with it.
std::expected<TomlScalar, std::string> parse_toml_scalar(std::string_view token);

}  // namespace codec
