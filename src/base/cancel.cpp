#include "base/cancel.h"

#include <atomic>

namespace base {

namespace {
constinit std::atomic<int> requested = 0;
}

void request_cancel(int signal) {
    requested.store(signal, std::memory_order_relaxed);
}

int cancel_signal() {
    return requested.load(std::memory_order_relaxed);
}

Result<void> check_cancelled() {
    if (cancel_signal() == 0) return {};
    return fail(ErrorKind::Interrupted, "interrupted");
}

}  // namespace base
