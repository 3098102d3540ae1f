// layer: pep
// Whatever METADATA holds, it is read or refused, and no requirement of it is lost.
#include "base/check.h"
#include "codec/headers.h"
#include "pep/core_metadata.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto metadata = pep::CoreMetadata::parse(text);
    if (!metadata) return 0;
    const std::size_t written = codec::parse_headers(text).find_all("Requires-Dist").size();
    CHECK(metadata->requires_dist.size() == written, "a requirement was lost");
    return 0;
}
