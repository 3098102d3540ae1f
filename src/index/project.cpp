#include "index/project.h"

#include "base/check.h"
#include "index/page.h"

#include <algorithm>
#include <utility>

namespace package_index {

const base::HashDigest* DistributionFile::sha256() const {
    const auto found =
        std::ranges::find(hashes, base::HashAlgorithm::Sha256, &base::HashDigest::algorithm);
    return found == hashes.end() ? nullptr : &*found;
}

Project::Project(
    pep::PackageName name,
    std::vector<std::shared_ptr<const Page>> pages,
    std::vector<Candidate> candidates
)
    : name_(std::move(name)), pages_(std::move(pages)), candidates_(std::move(candidates)) {}

const Candidate* Project::find(const pep::Version& version) const {
    const auto found = std::ranges::lower_bound(candidates_, version, {}, &Candidate::version);
    return found == candidates_.end() || found->version != version ? nullptr : &*found;
}

base::Result<DistributionFile> Project::file(const Candidate& candidate, FileId id) const {
    CHECK(id.page < pages_.size(), "the file belongs to this project");
    return pages_[id.page]->distribution(id.file, candidate.version);
}

std::vector<DistributionFile> Project::files(const pep::Version& version) const {
    std::vector<DistributionFile> files;
    for (const auto& page : pages_) {
        for (std::uint32_t i = 0; i < page->version_count(); ++i) {
            const PageVersion row = page->version(i);
            const auto parsed = pep::Version::parse(row.text);
            if (!parsed || *parsed != version) continue;
            for (std::uint32_t j = 0; j < row.file_count; ++j) {
                if (auto file = page->distribution(row.first_file + j, version))
                    files.push_back(std::move(*file));
            }
        }
    }
    std::ranges::stable_sort(files, {}, &DistributionFile::file_name);
    return files;
}

}  // namespace package_index
