// Encoding of single code points, for the escapes of TOML and HTML.
#pragma once

#include <cstdint>
#include <string>

namespace codec {

// Unicode scalar values are all code points but the surrogates.
constexpr bool is_unicode_scalar(std::uint32_t code_point) {
    return code_point <= 0x10ffffU && (code_point < 0xd800U || code_point > 0xdfffU);
}

// Appends a scalar value as UTF-8.
void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace codec
