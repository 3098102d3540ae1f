#include "index/index_options.h"

#include "base/check.h"

#include <algorithm>

namespace package_index {

std::optional<std::int64_t> ExcludeNewer::cutoff(
    const pep::PackageName& name, const std::optional<std::int64_t>& of_index
) const {
    if (const auto found = packages.find(name); found != packages.end()) return found->second;
    return of_index ? of_index : cutoff_ms;
}

bool RefreshPolicy::covers(const pep::PackageName& name) const {
    return scope == Scope::All || (scope == Scope::Packages && packages.contains(name));
}

std::vector<IndexLocation> IndexOptions::search_order() const {
    if (no_index) return {};
    std::vector<IndexLocation> order;
    const IndexLocation* default_location = nullptr;
    for (const IndexLocation& location : locations) {
        if (location.is_default) {
            if (default_location == nullptr) default_location = &location;
        } else if (!location.is_explicit) {
            order.push_back(location);
        }
    }
    if (default_location == nullptr) {
        auto url = net::Url::parse(kDefaultIndexUrl);
        CHECK(url.has_value(), "the default index is a URL");
        order.push_back({.url = std::move(*url), .is_default = true});
    } else if (!default_location->is_explicit) {
        order.push_back(*default_location);
    }
    return order;
}

const IndexLocation* IndexOptions::find(std::string_view name) const {
    const auto found = std::ranges::find(locations, name, &IndexLocation::name);
    return found == locations.end() ? nullptr : &*found;
}

}  // namespace package_index
