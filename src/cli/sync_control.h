// Lets tests act from outside at the store's sync points (store/sync_point.h); nothing in builds without them.
//
//     ADDER_TEST_SYNC=delay:3000:7                 every point waits for 0 to 3000 microseconds, by chance (seed 7)
//     ADDER_TEST_SYNC=stop:publish.before-name     the process stops itself (SIGSTOP) there, the first time
//     ADDER_TEST_SYNC=kill:publish.before-name     the process kills itself (SIGKILL) there
#pragma once

#include "cli/variables.h"

namespace cli {

#ifdef ADDER_SYNC_POINTS
void follow_sync_control(const Variables& variables);
#else
inline void follow_sync_control(const Variables&) {}
#endif

}  // namespace cli
