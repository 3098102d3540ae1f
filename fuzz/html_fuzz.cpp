// layer: codec
// Any bytes are a page; every anchor has its href and limits hold.
#include "codec/html.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view html(reinterpret_cast<const char*>(data), size);
    const base::Result<codec::HtmlPage> page =
        codec::parse_anchors(html, {.anchors = 100, .attributes = 300});
    if (!page) return 0;
    if (page->anchors.size() + page->metas.size() > 100) std::abort();
    for (const codec::HtmlAnchor& anchor : page->anchors) {
        if (anchor.find("href") == nullptr) std::abort();
    }
    return 0;
}
