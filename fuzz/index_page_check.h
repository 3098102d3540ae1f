// What holds of every page that an index may send, in either syntax: it is refused, or every row of it can be read,
// with versions in order and each file in exactly one of them.
#pragma once

#include "base/check.h"
#include "index/page_parser.h"

#include "index_walk.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace package_index {

// What LLVMFuzzerTestOneInput returns.
inline int check_parsed_page(PageSyntax syntax, std::span<const std::uint8_t> input) {
    static const pep::PackageName name = *pep::PackageName::parse("demo");
    static const net::Url url = *net::Url::parse("https://host/simple/demo/");
    const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
    auto bytes = parse_page(syntax, text, name, url);
    if (!bytes) return 0;
    const auto page = Page::open(std::move(*bytes), name, {});
    CHECK(page != nullptr, "what was built can be opened");
    std::uint32_t next_file = 0;
    pep::Version before;
    for (std::uint32_t i = 0; i < page->version_count(); ++i) {
        const PageVersion row = page->version(i);
        const auto version = pep::Version::parse(row.text);
        CHECK(version.has_value(), "a version that was built parses");
        CHECK(i == 0 || before < *version, "versions ascend");
        CHECK(row.first_file == next_file && row.file_count > 0, "files follow each other");
        for (std::uint32_t j = 0; j < row.file_count; ++j) {
            CHECK(
                page->distribution(row.first_file + j, *version).has_value(),
                "a file that was built can be read"
            );
        }
        next_file += row.file_count;
        before = *version;
    }
    CHECK(next_file == page->file_count(), "every file has a version");
    return walk(*page) == SIZE_MAX ? 1 : 0;
}

}  // namespace package_index
