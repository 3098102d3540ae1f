// Place: a location of the user's list, made ready for asking.
#pragma once

#include "index/index_options.h"
#include "index/page.h"
#include "net/client.h"

#include <cstddef>
#include <string>
#include <vector>

namespace package_index {

enum class PlaceKind {
    HttpPages,       // one page for each project, over HTTP
    DirectoryPages,  // the same below a local directory
    Listing,         // one listing of all files: flat indexes
};

struct Place {
    IndexLocation location;  // its URL has no credentials and no trailing "/"
    PlaceKind kind = PlaceKind::HttpPages;
    std::string label;   // for messages: the name, or the URL without secrets
    std::string digest;  // of the URL: a directory in the cache
    net::CredentialUse credential_use = net::CredentialUse::WhereKnown;

    PageOrigin origin(std::size_t number) const;
    // `<index>/<name>/`.
    base::Result<net::Url> page_url(const pep::PackageName& name) const;
};

// Number of a place = DistributionFile::location.
struct Places {
    std::vector<Place> all;
    std::vector<std::size_t> search_order;  // of packages that are not pinned

    // Also gives the credentials of the locations to the client.
    static Places make(const IndexOptions& options, net::Client& client);
    // The place a package is pinned to, or the search order. Invalid for a pin to an unknown name.
    base::Result<std::vector<std::size_t>> order_for(
        const pep::PackageName& name, const IndexOptions& options
    ) const;
};

// 16 hex digits that stand for a URL in cache paths.
std::string url_digest(const net::Url& url);

}  // namespace package_index
