// PackageTable: what the solver decides versions for, as small dense ids.
//
// Beside the package itself there are two virtual packages for each of its extras. A requirement
// `a[x]>=1` is one on the request `a[x]`. The request, once decided, binds `a` and the content of
// `a[x]` to its own version; the content carries the dependencies that the extra adds. That way `a`
// is decided, and listed among conflicts, on its own, and two requests for different extras meet in
// one version of `a`.
#pragma once

#include "pep/name.h"

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace solve {

// Dense index into the PackageTable; 0 is the root.
using PackageId = std::uint32_t;
// Dense index of a name: a package and its virtual packages share one. The root has kNoName.
using NameId = std::uint32_t;

inline constexpr PackageId kRoot = 0;
inline constexpr NameId kNoName = ~NameId{0};

enum class PackageKind : std::uint8_t { Root, Base, ExtraRequest, ExtraContent };

struct Package {
    PackageKind kind = PackageKind::Root;
    NameId name = kNoName;
    std::uint32_t extra = 0;  // index into the table's extras; meaningless for Root and Base
};

class PackageTable {
  public:
    PackageTable();

    PackageId base(const pep::PackageName& name);
    PackageId extra_request(const pep::PackageName& name, const pep::ExtraName& extra);
    // The content node that belongs to a request, and the package that belongs to either.
    PackageId content_of(PackageId request);
    PackageId base_of(PackageId package);

    Package operator[](PackageId id) const { return packages_[id]; }

    std::size_t size() const { return packages_.size(); }

    std::size_t name_count() const { return names_.size(); }

    // Not for the root.
    const pep::PackageName& name(PackageId id) const { return names_[packages_[id].name]; }

    const pep::PackageName& name_by_id(NameId id) const { return names_[id]; }

    const pep::ExtraName& extra(PackageId id) const { return extras_[packages_[id].extra]; }

    // `a` or `a[x]`; empty for the root.
    std::string label(PackageId id) const;

  private:
    NameId intern_name(const pep::PackageName& name);
    std::uint32_t intern_extra(const pep::ExtraName& extra);
    PackageId intern(Package package);

    std::vector<Package> packages_;
    std::deque<pep::PackageName> names_;  // names and extras stay where they are
    std::deque<pep::ExtraName> extras_;
    std::unordered_map<pep::PackageName, NameId> name_ids_;
    std::unordered_map<std::string, std::uint32_t> extra_ids_;
    std::unordered_map<std::uint64_t, PackageId> ids_;
};

}  // namespace solve
