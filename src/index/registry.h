// Registry: which versions, which files, which metadata, and the files themselves.
//
// One Registry serves one command: its answers are remembered and never change during its life, so
// a solver that asks twice gets the same. Work starts with prefetch() or with the first question,
// and goes on while nobody waits: pages and metadata travel on the client's event thread, are
// parsed on the task pool, and land in the cache as compact records. Questions wait for their
// answer; they must not be asked from a task of the same pool.
//
// How a solver's Provider sits on it:
//
//     releases(name):   answer = TRY(registry.project(name));
//                       answer.project ? one Release for each candidate : not found, with
//                       answer.reason and hints
//     metadata(name, v): TRY(registry.metadata(TRY(project.file(candidate,
//     candidate.metadata_file)))) prefetch(wanted): registry.prefetch(names);
//     registry.prefetch_metadata(files)
//
// The namespace is package_index because POSIX has taken `index` for a function (strings.h).
//
// Thread-safe. Order of locations, fallbacks and reasons follow the user's order of indexes, never
// the order in which answers arrive.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "index/index_options.h"
#include "index/project.h"
#include "net/client.h"
#include "pep/core_metadata.h"
#include "pep/tags.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace package_index {

// Directories for cache files: buckets of the store, made by it. What belongs to one package can be told by its name:
//
//     pages     <index digest>/<name>.page       and <digest>.links for find-links pages and flat indexes
//     metadata  <name>/<version>-<digest>.meta
//     wheels    <name>/<digest>/<file>.whl       complete; .part and .part.resume while it grows
struct CacheDirectories {
    std::string pages;
    std::string metadata;
    std::string wheels;
};

// The Python that files are judged for.
struct TargetPython {
    std::shared_ptr<const pep::Tags> tags;
    pep::Version version;  // full version, for Requires-Python
};

struct Services {
    net::Client& client;
    base::TaskPool& pool;
    CacheDirectories directories;
};

struct ProjectAnswer {
    const Project* project = nullptr;  // owned by the Registry; nullptr: no index knows the name
    std::string reason;                // then: "was not found in the package registry" and the like
    std::vector<std::string> hints;    // credentials refused, network disabled
};

struct MetadataAnswer {
    const pep::CoreMetadata* metadata =
        nullptr;         // owned by the Registry; nullptr: this version is unusable
    std::string reason;  // then: "has invalid metadata", "is not in the cache"
    std::string detail;  // what exactly is wrong, for the report
};

// A wheel on disk, complete and checked against every announced hash and size.
struct WheelFile {
    std::string path;    // inside the wheels bucket, or the user's own file
    std::string sha256;  // lower-case hex
    std::uint64_t size = 0;
    bool is_cached =
        true;  // ours: to be removed once unpacked; false for local wheels, which are never touched
    // The whole file came and was right, but a collector or another process took it away before it
    // had its name: to be fetched once more.
    bool is_gone = false;
};

// A wheel given by URL or path.
struct DirectWheel {
    DistributionFile file;
    std::string requested_url;  // as written, without credentials: for direct_url.json
};

class Registry {
  public:
    Registry(Services services, IndexOptions options, TargetPython target);
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;
    // Waits for everything it has started.
    ~Registry();

    // --- which versions
    void prefetch(std::span<const pep::PackageName> names);
    // The same, and then the metadata of the version that `guess` takes to be the one that will be
    // asked about (nullptr: none). It is called on this or a pool thread, when the project is known.
    using Guess = std::move_only_function<const Candidate*(const Project&)>;
    void prefetch(const pep::PackageName& name, Guess guess);
    // An Error means that an index could not be asked (unreachable, 5xx, not a page): the search
    // must stop.
    base::Result<ProjectAnswer> project(const pep::PackageName& name);

    // --- which metadata
    void prefetch_metadata(std::span<const DistributionFile> files);
    // An Error means that the file lies about whose it is, or that the network failed.
    base::Result<MetadataAnswer> metadata(const DistributionFile& file);

    // --- direct URLs
    // `url` is http, https or file and ends in a wheel's file name; `#sha256=` and the like become
    // expected hashes. Reads nothing yet. metadata() and fetch_wheel() work on the answer's file.
    base::Result<DirectWheel> direct_wheel(const net::Url& url) const;

    // --- which files
    base::Result<WheelFile> fetch_wheel(const DistributionFile& file);
    // Brings all files at once, the few largest first and then from the smallest on, and calls
    // `done(position, result)` on a pool thread for each as it completes. Returns when every call of
    // `done` has returned. After a failure the rest still completes.
    void fetch_wheels(
        std::span<const DistributionFile> files,
        const std::function<void(std::size_t, base::Result<WheelFile>)>& done
    );
    // For later calls of fetch_wheels: called from the event thread with the bytes on disk. Empty: nobody is told.
    void on_progress(std::function<void(const DistributionFile&, std::uint64_t)> report);

    // --- what it cost
    // The earliest moment (wall clock, seconds) at which a page used so far stops being fresh;
    // INT64_MAX if no page can (local directories). For memos of whole answers.
    std::int64_t earliest_expiry() const;
    // One line each, in a stable order: upload times missing under a cutoff, requirements that had
    // to be repaired.
    std::vector<std::string> take_warnings();

  private:
    class Work;
    std::unique_ptr<Work> work_;
};

}  // namespace package_index
