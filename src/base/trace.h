// The trace sink: debug lines that `-v` shows. Off until `cli` installs a sink, and then one pointer test per
// call. Messages are built only when somebody listens:  base::trace([&] { return fmt::format(...); });
// The sink may be called from any thread.
#pragma once

#include <string>

namespace base {

using TraceSink = void (*)(const std::string& line);

void set_trace_sink(TraceSink sink);
TraceSink trace_sink();

template <class MakeLine>
void trace(MakeLine&& make_line) {
    if (const TraceSink sink = trace_sink()) sink(make_line());
}

}  // namespace base
