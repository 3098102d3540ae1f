// Project: everything the indexes know about one name, judged for one Python: for each version the
// best file and, if there is none, the reason in words. Immutable and shared after it was made;
// safe to read from all threads.
#pragma once

#include "base/result.h"
#include "index/distribution_file.h"
#include "pep/name.h"
#include "pep/version.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace package_index {

class Page;

// What a version is good for, best first.
enum class Usability {
    Usable,            // `file` is a wheel for this Python and platform
    Yanked,            // the same, but withdrawn: only for who asks for exactly this version
    NeedsBuild,        // `file` is a source distribution; no wheel fits
    IncompatibleTags,  // wheels only, none of them for this Python or platform
    RequiresPython,    // files exist that would fit, but declare another Python
    BinariesDisabled,  // wheels only, and `--no-binary` forbids them
    BuildsDisabled,    // source distribution only, and `--no-build` forbids it
    ExcludedByDate,    // nothing uploaded before the cutoff: treat as not existing
};

// Names one file of a Project.
struct FileId {
    std::uint16_t page = 0;
    std::uint32_t file = 0;

    auto operator<=>(const FileId&) const = default;
};

struct Candidate {
    pep::Version version;
    Usability usability = Usability::Usable;
    FileId file;           // what would be installed, or the file the reason is about
    FileId metadata_file;  // what to read the metadata from: differs for NeedsBuild with unusable
                           // wheels
    std::string
        reason;  // why not, as the end of "`flask` 3.0 ...": "has no wheel with ...". "" if usable
    std::string yanked_reason;
    std::uint16_t index_rank = 0;  // unsafe-first-match: position of the index; lower ones go first
};

class Project {
  public:
    Project(
        pep::PackageName name,
        std::vector<std::shared_ptr<const Page>> pages,
        std::vector<Candidate> candidates
    );

    const pep::PackageName& name() const { return name_; }

    // Ascending by version, each version once.
    std::span<const Candidate> candidates() const { return candidates_; }

    // nullptr if there is no such version.
    const Candidate* find(const pep::Version& version) const;

    // `id` is one of the candidate's. An error only if the cached page is damaged.
    base::Result<DistributionFile> file(const Candidate& candidate, FileId id) const;
    // All files of a version, wheels and source distributions, by file name (hash lists, locks).
    std::vector<DistributionFile> files(const pep::Version& version) const;

  private:
    pep::PackageName name_;
    std::vector<std::shared_ptr<const Page>> pages_;
    std::vector<Candidate> candidates_;
};

}  // namespace package_index
