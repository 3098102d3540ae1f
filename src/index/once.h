// Once<T>: an answer that is found once and read by many. Readers wait() for it or leave a
// continuation with then(), which runs on the thread that sets the answer, or at once if it is
// there. The answer never changes or moves.
#pragma once

#include "base/check.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace package_index {

template <class T>
class Once {
  public:
    Once() = default;
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;

    void set(T value) {
        std::vector<std::move_only_function<void(const T&)>> continuations;
        {
            const std::lock_guard lock(mutex_);
            CHECK(!value_.has_value(), "an answer is set once");
            value_.emplace(std::move(value));
            continuations.swap(continuations_);
        }
        ready_.notify_all();
        for (auto& continuation : continuations)
            continuation(*value_);
    }

    const T& wait() const {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return value_.has_value(); });
        return *value_;
    }

    // nullptr while the answer is not there.
    const T* peek() const {
        const std::lock_guard lock(mutex_);
        return value_ ? &*value_ : nullptr;
    }

    void then(std::move_only_function<void(const T&)> continuation) {
        {
            const std::lock_guard lock(mutex_);
            if (!value_) {
                continuations_.push_back(std::move(continuation));
                return;
            }
        }
        continuation(*value_);
    }

  private:
    mutable std::mutex mutex_;
    mutable std::condition_variable ready_;
    std::optional<T> value_;
    std::vector<std::move_only_function<void(const T&)>> continuations_;
};

}  // namespace package_index
