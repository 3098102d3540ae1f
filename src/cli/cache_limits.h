// The limits of the store: from --max-size, --min-free and --max-age (of `cache prune`), the
// variables ADDER_CACHE_MAX_SIZE, ADDER_CACHE_MIN_FREE and ADDER_CACHE_MAX_AGE (or UV_...), the
// settings `cache-max-size`, `cache-min-free` and `cache-max-age`, else store::default_limits().
// "off" (or "none") is no limit.
#pragma once

#include "base/result.h"
#include "cli/settings.h"
#include "store/limits.h"

namespace cli {

// A value that is no size or no span of time is a usage error that says where it stands.
base::Result<store::Limits> cache_limits(const Inputs& inputs);

}  // namespace cli
