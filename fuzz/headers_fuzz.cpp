// layer: codec
// Any bytes are a block; what is found was there.
#include "codec/headers.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const codec::HeaderBlock block = codec::parse_headers(text);
    if (!text.ends_with(block.body)) std::abort();
    for (const auto& [name, value] : block.fields) {
        if (name.empty() || block.find(name) == nullptr) std::abort();
    }
    return 0;
}
