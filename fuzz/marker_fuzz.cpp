// layer: pep
// A marker prints as something that reads back as equal, and evaluates without fault.
#include "base/check.h"
#include "pep/marker.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    pep::Warnings warnings;
    const auto marker = pep::Marker::parse_lenient(text, &warnings);
    if (!marker || marker->is_always()) return 0;
    const auto again = pep::Marker::parse(marker->to_string());
    CHECK(again && *again == *marker, "does not read back");
    const pep::MarkerEnvironment environment{
        .os_name = "posix",
        .sys_platform = "linux",
        .python_version = "3.11",
        .python_full_version = "3.11.7",
        .implementation_version = "?",
    };
    CHECK(
        marker->evaluate(environment, {}) == again->evaluate(environment, {}),
        "means something else"
    );
    return 0;
}
