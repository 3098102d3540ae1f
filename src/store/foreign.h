// A root that a real uv uses too. uv protects everything it runs by a shared flock(2) on
// `<root>/.lock`; its `clean` and `prune` take it exclusively and remove what they do not know,
// ours included. So whoever runs from such a root holds the shared lock as well, inherited by the
// program; and we touch uv's entries only while nobody holds it.
#pragma once

#include "base/result.h"
#include "store/layout.h"
#include "store/lease.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace store {

// "wheels-v8", "archive-v0", ".tmpAbC123": what uv calls its entries of a root.
bool is_foreign_entry(std::string_view name);

// Makes `.lock` if there are entries of a uv and no lock (those before 0.8.19 had none).
base::Result<void> prepare_foreign_lock(const Layout& layout);

// The shared lock; null when there is no `.lock`. Waits, at most `patience_ms`, while a uv cleans
// the root; goes on without the lock after that, or where it is refused.
base::Result<std::shared_ptr<InheritedLock>> share_foreign_lock(
    const Layout& layout, std::int64_t patience_ms
);

struct ForeignEntries {
    std::vector<std::string> paths;
    base::Fd lock;  // exclusive; empty when somebody holds it
};

// The entries of a uv and, if nobody uses them, the exclusive lock that lets them be removed.
base::Result<ForeignEntries> claim_foreign_entries(const Layout& layout);

}  // namespace store
