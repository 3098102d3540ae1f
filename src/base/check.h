// CHECK(condition, "what went wrong"): a broken invariant of ours. It is on in release builds too, prints file
// and line to standard error and aborts. For wrong input use Result; CHECK is never reached by input alone.
#pragma once

namespace base {
[[noreturn]] void check_failed(
    const char* condition, const char* message, const char* file, int line
);
}

#define CHECK(condition, message)                        \
    (static_cast<bool>(condition) ? static_cast<void>(0) \
                                  : ::base::check_failed(#condition, message, __FILE__, __LINE__))
