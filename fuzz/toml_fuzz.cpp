// layer: codec
// Any bytes: no crash; and every value's span lies inside the text and inside its table's text.
#include "codec/toml.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void check(const codec::TomlTable& table, std::string_view text) {
    for (const codec::TomlEntry& entry : table.entries()) {
        const codec::TomlSpan span = entry.value.span();
        if (span.begin > span.end || span.end > text.size()) std::abort();
        if (entry.key_span.begin >= entry.key_span.end || entry.key_span.end > text.size())
            std::abort();
        if (table.find(entry.key) != &entry.value) std::abort();
        if (const codec::TomlTable* inner = entry.value.as_table()) check(*inner, text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const base::Result<codec::TomlTable> table = codec::parse_toml(text, "fuzz");
    if (table) check(*table, text);
    return 0;
}
