// MetadataSearch: the core metadata of wheels, each found once.
//
// In this order: the cache; the wheel itself, if it lies on this machine; the file beside it that the index announced
// (PEP 658), checked against its announced hash; the METADATA member, by range requests; the whole wheel, which then
// stays in the cache for the installation. Metadata of a file whose SHA-256 is known is kept for ever under that
// digest; other metadata as long as the server's HTTP policy says.
//
// A wheel whose metadata cannot be used is an answer, not an error: the version is unusable and another may do. That a
// wheel claims to be another project, or that metadata has the wrong hash, is an error.
#pragma once

#include "base/result.h"
#include "base/synced.h"
#include "base/task_pool.h"
#include "index/cached_http.h"
#include "index/once.h"
#include "index/project_search.h"
#include "index/registry.h"
#include "index/remote_archive.h"
#include "index/wheel_fetch.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace package_index {

class MetadataSearch {
  public:
    struct Found {
        std::optional<pep::CoreMetadata> metadata;  // nullopt: unusable
        std::string reason;
        std::string detail;
    };

    using Answer = Once<base::Result<Found>>;

    MetadataSearch(RegistryContext& context, CachedHttp& http, WheelFetch& wheels);

    // Waits for all searches.
    ~MetadataSearch() { activity_.wait_until_idle(); }

    // Hint: somebody may ask soon. A whole wheel is not loaded for it, only once somebody does ask.
    enum class Urgency { Hint, Question };

    const Answer& start(const DistributionFile& file, Urgency urgency);

  private:
    struct Job;
    using JobPointer = std::shared_ptr<Job>;

    void begin(const JobPointer& job);
    bool find_kept(const JobPointer& job);
    void read_local(const JobPointer& job);
    void ask_beside(const JobPointer& job);
    void read_ranges(const JobPointer& job);
    base::Result<bool> try_ranges(const JobPointer& job);
    void load_whole(const JobPointer& job);
    base::Result<Found> read_archive(const Job& job, std::shared_ptr<codec::RandomSource> source)
        const;
    // From METADATA text to an answer; an unusable one is not kept.
    base::Result<Found> judge_text(const DistributionFile& file, std::string_view text) const;
    void keep(const Job& job, const Found& found, const std::string& policy) const;
    void finish(const JobPointer& job, base::Result<Found> found);

    RegistryContext& context_;
    CachedHttp& http_;
    WheelFetch& wheels_;
    RemoteArchives archives_;
    base::Synced<std::unordered_map<std::string, JobPointer>> jobs_;  // by content key
    Activity activity_;
    // Threads that wait for ranges; the task pool must stay free for parsing.
    base::TaskPool waiters_{24};
};

}  // namespace package_index
