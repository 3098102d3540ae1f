// The two commands that collect, and the list.
#pragma once

#include "base/result.h"
#include "store/collector.h"
#include "store/report.h"

#include <string>
#include <vector>

namespace store {

// The store at `layout` exists and locks by `kind`.
base::Result<CollectionReport> clean_store(
    const Layout& layout, LockKind kind, const CleanOptions& options
);
base::Result<CollectionReport> prune_store(
    const Layout& layout, LockKind kind, const PruneOptions& options
);
base::Result<std::vector<StoredBody>> list_store(const Layout& layout, LockKind kind);

}  // namespace store
