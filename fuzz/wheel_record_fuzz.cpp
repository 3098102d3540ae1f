// layer: codec
// parse(format(parse(x))) == parse(x).
#include "codec/wheel_record.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto entries = codec::parse_wheel_record({reinterpret_cast<const char*>(data), size});
    if (!entries) return 0;
    const auto again = codec::parse_wheel_record(codec::format_wheel_record(*entries));
    if (!again || *again != *entries) std::abort();
    return 0;
}
