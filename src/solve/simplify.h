// Shortens a proof to what a reader needs.
#pragma once

#include "solve/derivation.h"

namespace solve {

// Bookkeeping goes; facts that say the same of several versions become one, and so does "there are
// no others" after all there are were ruled out. The proof is not empty; what it proves stays.
Proof simplified(const Proof& proof);

}  // namespace solve
