#include "index/place.h"

#include "base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace package_index {

namespace {

net::Url without_trailing_slash(const net::Url& url) {
    std::string text = url.without_credentials().without_fragment().text();
    while (text.ends_with('/'))
        text.pop_back();
    return net::Url::parse(text).value_or(url);
}

PlaceKind kind_of(const IndexLocation& location) {
    if (location.format == IndexFormat::Flat) return PlaceKind::Listing;
    return location.url.is_http() ? PlaceKind::HttpPages : PlaceKind::DirectoryPages;
}

Place place_of(const IndexLocation& location, net::Client& client) {
    Place place{
        .location = location, .kind = kind_of(location), .digest = url_digest(location.url)
    };
    place.label =
        location.name.empty() ? location.url.without_credentials().display() : location.name;
    const bool is_public = location.authenticate == Authenticate::Never;
    place.credential_use = is_public ? net::CredentialUse::Never : net::CredentialUse::WhereKnown;
    auto credentials = location.credentials ? location.credentials : location.url.credentials();
    place.location.url = without_trailing_slash(location.url);
    if (credentials && location.url.is_http() && !is_public) {
        client.add_credentials({place.location.url, std::move(*credentials)});
    }
    return place;
}

}  // namespace

PageOrigin Place::origin(std::size_t number) const {
    return {.index_name = label, .location = number, .exclude_newer_ms = location.exclude_newer_ms};
}

base::Result<net::Url> Place::page_url(const pep::PackageName& name) const {
    return net::Url::parse(fmt::format("{}/{}/", location.url.text(), name.text()));
}

Places Places::make(const IndexOptions& options, net::Client& client) {
    Places places;
    for (const IndexLocation& location : options.search_order()) {
        places.search_order.push_back(places.all.size());
        places.all.push_back(place_of(location, client));
    }
    for (const IndexLocation& location : options.locations) {
        if (location.is_explicit) places.all.push_back(place_of(location, client));
    }
    return places;
}

base::Result<std::vector<std::size_t>> Places::order_for(
    const pep::PackageName& name, const IndexOptions& options
) const {
    const auto pin = options.pins.find(name);
    if (pin == options.pins.end()) return search_order;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].location.name == pin->second) return std::vector<std::size_t>{i};
    }
    return base::fail(
        base::Error(
            base::ErrorKind::Usage,
            fmt::format(
                "`{}` is pinned to the index `{}`, which is not defined", name.text(), pin->second
            )
        )
            .hint("define it under `[[tool.uv.index]]` or with `--index NAME=URL`")
    );
}

std::string url_digest(const net::Url& url) {
    return base::sha256_hex(without_trailing_slash(url).text()).substr(0, 16);
}

}  // namespace package_index
