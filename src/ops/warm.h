// The warm path: from a request's key to a lease, without looking at an index, a thread or another
// process.
#pragma once

#include "base/result.h"
#include "ops/memo.h"
#include "ops/session.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace ops {

struct WarmHit {
    Memo memo;
    store::Lease lease;
};

// For what only spares the next run some work: that the store cannot be written to (another user's, a
// full disk) is no reason to fail this one.
void attempt(const base::Result<void>& result);

// nullopt: nothing is remembered, it is too old, or the environment is gone. Offline, old answers
// count.
base::Result<std::optional<WarmHit>> recall(Session& session, const std::string& key);

}  // namespace ops
