// layer: codec
// What parses is written and parses to the same value again; events and tree agree on what is valid.
#include "codec/json.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const base::Result<codec::Json> value = codec::parse_json(text, "fuzz");
    codec::JsonEvents nobody;
    if (codec::read_json(text, "fuzz", nobody).has_value() != value.has_value()) std::abort();
    if (!value) return 0;
    const base::Result<codec::Json> again = codec::parse_json(value->to_string(), "fuzz");
    if (!again || *again != *value) std::abort();
    return 0;
}
