// The collector of bodies. Everything that removes bodies goes through collect_bodies, which does, for a batch at a
// time:
//
//     claim    a write lock on the lease, never waited for; refused: the body is in use
//     look     /proc, with the claims held: programs that lost the descriptor
//     mark     with the claims held: bodies that others are layered on stay
//     unname   unlink the names that lead to the batch, fsync the directory
//     bury     per body: tombstone (the lease gets length 1), rename to trash/, end of the claim
//
// The order is the protocol. A reader that got the lease has made the claim fail; one that comes
// later finds the lock busy, or the tombstone, or nothing. After a kill at any point, what is left
// is either untouched, or without a name and taken by the next collection.
#pragma once

#include "base/result.h"
#include "store/body.h"
#include "store/layout.h"
#include "store/names.h"
#include "store/process_scan.h"
#include "store/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace store {

enum class Look {
    AtProcesses,
    Nowhere,  // only for tests: leases must protect by themselves
};

// What one collection works on and how.
struct Collection {
    Layout layout;
    LockKind kind = LockKind::Ofd;
    bool dry_run = false;
    bool force = false;
    Look look = Look::AtProcesses;
    // Bodies used later than this stay, as the claimed lease tells. nullopt: however lately.
    std::optional<std::int64_t> idle_since_ns;
};

struct BodyEntry {
    std::string id;
    std::optional<BodyRecord> record;  // absent when it cannot be read
    std::vector<std::string> keys;     // the names that lead here
    std::int64_t last_used_ns = 0;
    std::vector<User> users;  // filled in for bodies that were kept
    // Of one that was kept: somebody may run from it. Else a note says what else kept it.
    bool is_in_use = true;
};

struct CollectedBodies {
    std::vector<BodyEntry> removed;
    std::vector<BodyEntry> kept;
    std::vector<std::string> notes;  // why bodies were kept that nobody is known to use
};

// All bodies with the names that lead to them.
base::Result<std::vector<BodyEntry>> survey_bodies(const Layout& layout);

base::Result<CollectedBodies> collect_bodies(
    const Collection& collection, std::vector<BodyEntry> candidates
);

// Fills in who uses these bodies, as far as /proc tells.
void find_users(std::vector<BodyEntry>& bodies, Depth depth);

StoredBody describe_body(const BodyEntry& entry);

}  // namespace store
