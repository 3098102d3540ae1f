#include "codec/headers.h"

#include "base/text.h"

namespace codec {

namespace {

// The next line without its line break; `text` advances behind it.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool is_continuation(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t');
}

// A field name is printable ASCII without blanks; older writers put blanks before the colon.
bool is_field_name(std::string_view name) {
    for (const char c : name) {
        if (c <= ' ' || c >= 127) return false;
    }
    return !name.empty();
}

}  // namespace

const std::string* HeaderBlock::find(std::string_view name) const {
    for (const auto& [field, value] : fields) {
        if (base::equals_ignoring_case(field, name)) return &value;
    }
    return nullptr;
}

std::vector<std::string_view> HeaderBlock::find_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [field, value] : fields) {
        if (base::equals_ignoring_case(field, name)) values.emplace_back(value);
    }
    return values;
}

HeaderBlock parse_headers(std::string_view text) {
    HeaderBlock block;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
        std::string_view rest = text;
        const std::string_view line = take_line(rest);
        if (line.empty()) {
            text = rest;
            break;
        }
        if (is_continuation(line) && !block.fields.empty()) {
            block.fields.back().second += line;
            text = rest;
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) break;
        const std::string_view name = base::trim(line.substr(0, colon));
        if (!is_field_name(name)) break;
        block.fields.emplace_back(name, line.substr(colon + 1));
        text = rest;
    }
    for (auto& [name, value] : block.fields)
        value = std::string(base::trim(value));
    block.body = text;
    return block;
}

}  // namespace codec
