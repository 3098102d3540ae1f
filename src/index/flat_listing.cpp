#include "index/flat_listing.h"

#include "base/file.h"
#include "index/file_url.h"
#include "index/page_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace package_index {

namespace {

bool may_be_distribution(std::string_view name) {
    return name.ends_with(".whl") || name.ends_with(".tar.gz") || name.ends_with(".zip");
}

base::Result<net::Url> directory_url(const std::string& path) {
    return file_url_of(path.ends_with('/') ? path : path + "/");
}

}  // namespace

base::Result<FlatListing> FlatListing::of_directory(const std::string& path, PageOrigin origin) {
    net::Url base = TRY(directory_url(path));
    std::vector<PageEntry> entries;
    for (const base::DirectoryEntry& found : TRY(base::list_directory(path))) {
        if (found.type == base::EntryType::Directory || !may_be_distribution(found.name)) continue;
        PageEntry entry;
        entry.file_name = found.name;
        entry.url = TRY(file_url_of(base::join_path(path, found.name))).text();
        entries.push_back(std::move(entry));
    }
    std::ranges::sort(entries, {}, &PageEntry::file_name);
    return FlatListing(std::move(entries), std::move(base), std::move(origin));
}

base::Result<FlatListing> FlatListing::of_html(
    std::string_view html, const net::Url& url, PageOrigin origin
) {
    return FlatListing(TRY(parse_links(html, url)), url, std::move(origin));
}

base::Result<FlatListing> FlatListing::of_file_url(const net::Url& url, PageOrigin origin) {
    const std::string path = TRY(path_of(url));
    if (base::is_directory(path)) return of_directory(path, std::move(origin));
    if (!base::exists(path)) {
        return base::fail(
            base::ErrorKind::NotFound, fmt::format("there is no directory or page at `{}`", path)
        );
    }
    const std::string html = TRY(base::read_file(path, kPageSizeLimit));
    return of_html(html, url, std::move(origin));
}

base::Result<std::shared_ptr<const Page>> FlatListing::page(const pep::PackageName& name) const {
    PageBuilder builder(name, base_);
    for (const PageEntry& entry : entries_)
        TRY(builder.add(entry));
    std::shared_ptr<const Page> page = Page::open(builder.finish(), name, origin_);
    if (page != nullptr && page->file_count() == 0) page = nullptr;
    return page;
}

base::Result<std::shared_ptr<const Page>> read_directory_index(
    const net::Url& index, const pep::PackageName& name, PageOrigin origin
) {
    const std::string root = TRY(path_of(index));
    if (!base::is_directory(root)) {
        return base::fail(
            base::ErrorKind::NotFound, fmt::format("there is no index directory `{}`", root)
        );
    }
    const std::string directory = base::join_path(root, name.text());
    const std::string file = base::join_path(directory, "index.html");
    if (!base::exists(file)) {
        if (!base::is_directory(directory)) return nullptr;
        const FlatListing listing = TRY(FlatListing::of_directory(directory, std::move(origin)));
        return listing.page(name);
    }
    const net::Url url = TRY(directory_url(directory));
    std::string html = TRY(base::read_file(file, kPageSizeLimit));
    std::string bytes = TRY(parse_page(PageSyntax::Html, std::move(html), name, url));
    return Page::open(std::move(bytes), name, std::move(origin));
}

}  // namespace package_index
