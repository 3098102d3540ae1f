// Whether an unpacked wheel may be linked from. A payload is trusted when its record can be read
// and its data is known to be on disk, or was written by the kernel that runs now (payload.h).
//
// Trust is lost, never regained: what is distrusted is a miss to everybody from that moment on, is
// replaced by the next one who needs it, and goes with the next prune.
#pragma once

#include "base/result.h"

#include <string>

namespace store {

// `directory`: a payload's path.
bool is_trusted(const std::string& directory);

// For one who found the payload open at `directory` (a descriptor) changed. Takes no lock and waits
// for nobody: those who link from it just now are not disturbed. By descriptor, so that a payload
// which was put in its place meanwhile keeps its trust.
base::Result<void> distrust(int directory);

}  // namespace store
