// layer: python
// A request reads back from its normal spelling as the same request. A version file is a list of
// requests, and never crashes.
#include "base/check.h"
#include "python/pin.h"
#include "python/request.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // Names of files do not carry zero bytes.
    if (text.contains('\0')) return 0;
    const auto request = python::PythonRequest::parse(text);
    if (request && !request->is_explicit()) {
        const auto again = python::PythonRequest::parse(request->canonical());
        CHECK(again && *again == *request, "the normal spelling is another request");
    }
    static_cast<void>(python::parse_tool_python(text));
    static_cast<void>(python::parse_pin_file(text, "file"));
    return 0;
}
