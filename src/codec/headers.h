// Header blocks in the manner of RFC 822/5322 as Python's packaging uses them: METADATA, PKG-INFO, WHEEL.
//
// Tolerant like the email parser these files were written for: "\r\n" and "\n", blanks before the
// colon, folded lines; the first line that is neither field nor continuation ends the block, and
// the rest is the body.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codec {

struct HeaderBlock {
    // Name as written, value trimmed; a folded value is joined by removing its line breaks only
    // (RFC 5322, 2.2.3).
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;

    // The first field of that name (ASCII case does not matter), or nullptr.
    const std::string* find(std::string_view name) const;
    std::vector<std::string_view> find_all(std::string_view name) const;
};

HeaderBlock parse_headers(std::string_view text);

}  // namespace codec
