// The short sleeps between attempts at a lock.
#pragma once

#include <cstdint>
#include <time.h>

namespace store {

inline void pause_for_ms(std::int64_t milliseconds) {
    const timespec time{
        .tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1'000'000
    };
    ::nanosleep(&time, nullptr);
}

}  // namespace store
