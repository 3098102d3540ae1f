// The warm path: from a key to a leased body, in about ten system calls.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/layout.h"
#include "store/lease.h"

#include <optional>
#include <string_view>

namespace store {

// nullopt: build one. That is: no name; a name of an earlier boot that never got to the disk; a
// body that is being collected or has been; or a collector that has not let go of it for 0.2 s.
base::Result<std::optional<Lease>> acquire_lease(
    const Layout& layout, LockKind kind, std::string_view key, const Lease::Companions& companions
);

// A lock on a body that lives, which keeps collectors away for a moment; it does not count as a use. Empty: a collector
// has it, or had it.
base::Fd hold_body(const Layout& layout, LockKind kind, std::string_view id);

}  // namespace store
