// The survey that eviction and `cache why` work on: everything that can go as a whole, with its
// size, its last use and what it is made from. Reads names, records and times; walks the buckets,
// but no body and no payload.
#pragma once

#include "base/result.h"
#include "store/collector.h"
#include "store/eviction_plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace store {

struct PayloadEntry {
    std::string sha256;
    std::string package;
    std::string version;
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;
};

// What a payload without a readable record leaves empty stays so.
base::Result<std::vector<PayloadEntry>> survey_payloads(const Layout& layout);

struct Survey {
    std::vector<BodyEntry> bodies;
    std::vector<PayloadEntry> payloads;
    std::vector<Unit> units;  // in the order in which they may go
    std::uint64_t bytes = 0;  // of all units
};

base::Result<Survey> survey_units(const Layout& layout, LockKind kind, std::int64_t now_ns);

}  // namespace store
