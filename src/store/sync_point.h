// Named points between the steps of the protocol, where tests delay, stop or kill the process. They
// exist only when ADDER_SYNC_POINTS is defined (the dev preset does) and then cost one test of a
// pointer.
//
//     sync_point("publish.before-name");
#pragma once

#include <atomic>

namespace store {

using SyncHook = void (*)(const char* name);

#ifdef ADDER_SYNC_POINTS
inline std::atomic<SyncHook> sync_hook{nullptr};

inline void set_sync_hook(SyncHook hook) {
    sync_hook.store(hook);
}

inline void sync_point(const char* name) {
    if (const SyncHook hook = sync_hook.load(std::memory_order_relaxed)) hook(name);
}
#else
inline void sync_point(const char*) {}
#endif

}  // namespace store
