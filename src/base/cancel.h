// Cancellation: one flag for the process, set by the handler of SIGINT and SIGTERM (installed by `cli`, only on
// commands that work long enough to be interrupted). Long loops and waits ask it; what they return then has kind
// Interrupted and the signal decides the exit code (130, 143).
#pragma once

#include "base/result.h"

namespace base {

void request_cancel(int signal);  // async-signal-safe
int cancel_signal();              // 0 while nobody has asked
Result<void> check_cancelled();   // an Interrupted error once somebody has

}  // namespace base
