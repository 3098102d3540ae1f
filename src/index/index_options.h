// What a user may say about indexes, as values: places, order, cutoffs, freshness. Filled by `ops`
// from flags, variables and settings; nothing here reads them. Immutable once a Registry has it.
#pragma once

#include "net/client.h"
#include "net/url.h"
#include "pep/name.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace package_index {

// The public index of the Python Package Index; the default index when no location has
// `is_default`.
inline constexpr std::string_view kDefaultIndexUrl = "https://pypi.org/simple";

// `simple`: one page for each project below the URL. `flat`: the URL is one page, or one directory,
// that lists files.
enum class IndexFormat { Simple, Flat };

// Whether the credentials known for a location are used. They are sent with the first request, so Always is the same as
// Auto here; uv waits for a 401 with the latter.
enum class Authenticate { Auto, Always, Never };

struct IndexLocation {
    std::string name;  // "" unless the user named it
    net::Url url;      // http, https or file
    IndexFormat format = IndexFormat::Simple;
    bool is_default = false;   // asked last
    bool is_explicit = false;  // asked only for packages pinned to it
    Authenticate authenticate = Authenticate::Auto;
    std::optional<net::Credentials>
        credentials;                      // UV_INDEX_<NAME>_USERNAME/PASSWORD; wins over the URL's
    std::vector<int> ignore_error_codes;  // answers that mean "not here", beside 404
    std::string pages_cache_control;      // replaces Cache-Control of pages; "" = as sent
    std::string files_cache_control;      // the same for metadata and files
    std::optional<std::int64_t>
        exclude_newer_ms;  // wins over the global cutoff for files of this index
};

enum class IndexStrategy {
    FirstIndex,        // only the first index that knows the project
    UnsafeFirstMatch,  // all indexes; an earlier index with any suitable version wins
    UnsafeBestMatch,   // all indexes; the best version of all wins, ties by index order
};

// A set of packages, or all of them: `--no-binary`, `--no-build`.
struct PackageSelection {
    bool all = false;
    std::set<pep::PackageName> packages;

    bool contains(const pep::PackageName& name) const { return all || packages.contains(name); }
};

// Files uploaded at or after the cutoff do not exist for us. Milliseconds since 1970, UTC.
struct ExcludeNewer {
    std::optional<std::int64_t> cutoff_ms;
    std::map<pep::PackageName, std::optional<std::int64_t>>
        packages;  // nullopt: no cutoff for this package

    // Package, then index, then global.
    std::optional<std::int64_t> cutoff(
        const pep::PackageName& name, const std::optional<std::int64_t>& of_index
    ) const;
};

// Which cached answers must be asked for again. Answers checked at or after `since_ns` (the start
// of the command) are taken as fresh, so one command revalidates each of them at most once.
struct RefreshPolicy {
    enum class Scope { None, Packages, All };

    Scope scope = Scope::None;
    std::set<pep::PackageName> packages;  // for Scope::Packages
    std::int64_t since_ns = 0;            // wall clock

    bool covers(const pep::PackageName& name) const;

    // Flat pages belong to no package: any refresh covers them.
    bool covers_flat_pages() const { return scope != Scope::None; }
};

struct IndexOptions {
    std::vector<IndexLocation>
        locations;  // in the user's order; the default index is asked last wherever it stands
    std::vector<net::Url> find_links;  // pages (http, https, file) and directories (file)
    bool no_index = false;             // `find_links` and direct URLs only
    IndexStrategy strategy = IndexStrategy::FirstIndex;
    ExcludeNewer exclude_newer;
    PackageSelection no_binary;
    PackageSelection no_build;
    RefreshPolicy refresh;
    bool offline = false;  // cached answers count however old; what is not cached is not there
    std::map<pep::PackageName, std::string>
        pins;  // package -> name of the only location that is asked for it

    // The locations asked for a package nobody pinned, in order: normal ones, then the default one
    // (PyPI if there is none). Empty with `no_index`.
    std::vector<IndexLocation> search_order() const;
    // The named location, explicit ones included.
    const IndexLocation* find(std::string_view name) const;
};

}  // namespace package_index
