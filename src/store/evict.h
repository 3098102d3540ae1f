// Eviction: the store gives back what was not used for longest when it passes a limit.
//
// It removes by the same steps as clean and prune: bodies through collect_bodies, payloads through
// collect_payloads, files with the claim on buckets. So nothing that is leased, seen in use, linked
// to or just being linked from is ever taken; and a kill at any point leaves what a killed prune
// leaves.
//
// Automatic eviction is the last thing a housekeeper does (housekeeping.h): after a publish, in a
// detached child, elected, waiting for nobody.
#pragma once

#include "base/result.h"
#include "store/collector.h"
#include "store/limits.h"
#include "store/report.h"

#include <cstdint>
#include <set>
#include <string>

namespace store {

enum class EvictionMode {
    Automatic,  // spares what was used in the last hour; empties trash/ itself
    Asked,      // `cache prune`: only what is in use is spared; trash/ is the caller's
};

// From the counters, one statvfs and, once a day for the limit on age, the time of the last
// eviction. Nothing is listed.
bool is_eviction_due(const Layout& layout, LockKind kind, const Limits& limits);

// The caller has won the election. `gone`: units to think away, for a dry run after another.
base::Result<CollectionReport> evict(
    const Collection& collection,
    const Limits& limits,
    EvictionMode mode,
    const std::set<std::string>& gone = {}
);

// How long an environment is safe from automatic eviction after its last use, whoever seems to be
// gone: for programs that dropped their lease and that nobody can see.
std::int64_t automatic_min_age_ns();

}  // namespace store
