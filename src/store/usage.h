// Usage: what takes space in a store, thing by thing, and who uses it. For pages about the store:
// reads only, takes no lock that anybody would notice, and is the truth of one moment.
//
// Environments share files with the packages they were made from (hard links), so sizes are told
// apart: `own_bytes` go when the environment goes, the rest belongs to the packages. The sum of
// own_bytes, packages and files is what the store takes. What an environment has from packages that
// were removed meanwhile is its own; two of them may both claim it.
#pragma once

#include "base/result.h"
#include "store/report.h"
#include "store/units.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace store {

struct UsedBody {
    StoredBody body;
    std::uint64_t own_bytes = 0;
    std::vector<std::string> made_from;  // digests of packages and ids of environments
};

struct UsedFile {
    std::string name;    // the full path
    std::string bucket;  // "pages", "wheels"; "memo" for remembered answers
    std::string path;    // within the bucket
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;
};

struct StoreUsage {
    std::vector<UsedBody> bodies;
    std::vector<PayloadEntry> payloads;
    std::vector<UsedFile> files;
};

// Of the store at `root`; empty where there is none. One of a format that is not ours is an error.
base::Result<StoreUsage> survey_usage(const std::string& root);

std::uint64_t total_bytes(const StoreUsage& usage);

// What `clean` would leave: the ids of environments in use and of those they are layered on.
std::set<std::string> kept_by_clean(const StoreUsage& usage);

// What removing these would give back: ids, digests and full paths of files, as Removal::name has
// them. A package gives nothing back as long as an environment that was made from it stays.
std::uint64_t bytes_freed(const StoreUsage& usage, const std::set<std::string>& gone);
// The same for all but these environments.
std::uint64_t bytes_freed_but_for(const StoreUsage& usage, const std::set<std::string>& kept);

}  // namespace store
