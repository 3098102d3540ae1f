// The collector of payloads. A payload is claimed by the write lock on its byte (a whole directory
// of payloads by the lock on the whole file), never waited for. With the claims held, the records
// of all bodies are read for symbolic links into the payloads; what is left is renamed to trash/.
#pragma once

#include "base/result.h"
#include "store/collector.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace store {

enum class PayloadChoice {
    All,
    OfPackages,
    Replaceable,  // as an index had them
    Listed,       // those whose digests are given
    Distrusted,   // not known to be whole after a restart, or without a readable record
};

struct RemovedPayload {
    std::string sha256;
    std::string label;  // "numpy 2.1.0"; "" for one without a readable record
    std::uint64_t bytes = 0;
};

struct CollectedPayloads {
    std::vector<RemovedPayload> removed;
    std::uint64_t payloads = 0;
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t bytes = 0;
    std::uint64_t kept = 0;          // being linked from just now, or linked to by a body
    std::vector<std::string> notes;  // what could not be looked at
};

// `names`: packages for OfPackages, digests for Listed.
base::Result<CollectedPayloads> collect_payloads(
    const Collection& collection, PayloadChoice choice, const std::set<std::string>& names
);

}  // namespace store
