// FlatListing: files of any number of projects in one place: a `--find-links` directory or page, an
// index of format flat. Immutable; page() may be called from many threads.
//
// A directory index (`file://` URL of a PEP 503 tree) has one HTML page for each project instead;
// see read_directory_index.
#pragma once

#include "base/result.h"
#include "index/page_builder.h"
#include "net/url.h"
#include "pep/name.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace package_index {

class FlatListing {
  public:
    // The wheels and source distributions directly in a directory. NotFound if there is no such
    // directory.
    static base::Result<FlatListing> of_directory(const std::string& path, PageOrigin origin);
    // The links of an HTML page whose final URL is `url`.
    static base::Result<FlatListing> of_html(
        std::string_view html, const net::Url& url, PageOrigin origin
    );
    // A `file:` URL of a directory or of an HTML page.
    static base::Result<FlatListing> of_file_url(const net::Url& url, PageOrigin origin);

    // nullptr if no file belongs to the project.
    base::Result<std::shared_ptr<const Page>> page(const pep::PackageName& name) const;

  private:
    FlatListing(std::vector<PageEntry> entries, net::Url base, PageOrigin origin)
        : entries_(std::move(entries)), base_(std::move(base)), origin_(std::move(origin)) {}

    std::vector<PageEntry> entries_;
    net::Url base_;
    PageOrigin origin_;
};

// `<index>/<name>/index.html` of a directory tree, or the files in `<index>/<name>/` if it has no
// such page. nullptr if the project has no directory.
base::Result<std::shared_ptr<const Page>> read_directory_index(
    const net::Url& index, const pep::PackageName& name, PageOrigin origin
);

}  // namespace package_index
