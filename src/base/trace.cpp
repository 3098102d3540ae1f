#include "base/trace.h"

#include <atomic>

namespace base {

namespace {
constinit std::atomic<TraceSink> current_sink = nullptr;
}

void set_trace_sink(TraceSink sink) {
    current_sink.store(sink, std::memory_order_release);
}

TraceSink trace_sink() {
    return current_sink.load(std::memory_order_acquire);
}

}  // namespace base
