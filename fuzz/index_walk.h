// Reads everything of a page that can be read; for fuzz targets of index.
#pragma once

#include "index/page.h"

namespace package_index {

inline std::size_t walk(const Page& page) {
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < page.version_count(); ++i) {
        const PageVersion row = page.version(i);
        sum += row.text.size();
        for (std::uint32_t j = 0; j < row.file_count && j < 64; ++j) {
            const PageFile file = page.file(row.first_file + j);
            sum += page.tag_set(file.tag_set).size() +
                   page.requires_python(file.requires_python).size();
            const auto all = page.distribution(row.first_file + j, pep::Version());
            if (all) sum += all->hashes.size() + all->url.text().size();
        }
    }
    return sum;
}

}  // namespace package_index
