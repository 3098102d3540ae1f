// `cache why`: everything that goes by a name, and what keeps it. Reads only; the answer is that of
// one moment.
#pragma once

#include "base/result.h"
#include "store/layout.h"
#include "store/limits.h"
#include "store/report.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace store {

// Where a unit stands in the order of eviction.
struct Standing {
    std::uint64_t position = 0;     // 1: goes first
    std::uint64_t of = 0;           // units in the store
    std::optional<Reason> is_next;  // with the limits as they are, the next eviction takes it
};

struct ExplainedBody {
    StoredBody body;
    std::uint64_t own_bytes = 0;      // what removing it frees
    std::vector<std::string> keys;    // names that lead here
    std::vector<std::string> groups;  // whose current generation it is
    std::vector<std::string> memos;   // remembered answers that say one of the keys
    std::vector<std::string> layers;  // ids of bodies that are layered on it
    bool prune_takes = false;         // nothing that prune respects keeps it
    Standing standing;
};

struct ExplainedPayload {
    std::string sha256;
    std::string package;
    std::string version;
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;
    std::vector<std::string>
        needed_by;  // ids of bodies of symbolic links: it stays as long as they do
    std::vector<std::string> shared_by;  // ids of bodies that were made from it
    Standing standing;
};

struct Explanation {
    std::vector<ExplainedBody> bodies;
    std::vector<ExplainedPayload> payloads;
};

// A body goes by its id, its keys, its label and the names of the packages in it; a payload by its
// digest and its package.
base::Result<Explanation> explain_names(
    const Layout& layout, LockKind kind, const Limits& limits, std::span<const std::string> names
);

}  // namespace store
