// layer: index
// Whatever an index sends as HTML.
#include "index_page_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return package_index::check_parsed_page(package_index::PageSyntax::Html, {data, size});
}
