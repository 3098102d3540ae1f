// Counting what is under way. Gate lets a fixed number of jobs run and keeps the rest in order;
// Activity lets an owner wait until nothing that refers to it is left.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace package_index {

class Gate {
  public:
    explicit Gate(std::size_t limit) : free_(limit) {}

    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // Runs `job` now, or on the thread of a later leave(). Each job that ran owes one leave().
    void enter(std::move_only_function<void()> job) {
        {
            const std::lock_guard lock(mutex_);
            if (free_ == 0) {
                waiting_.push_back(std::move(job));
                return;
            }
            --free_;
        }
        job();
    }

    void leave() {
        std::move_only_function<void()> next;
        {
            const std::lock_guard lock(mutex_);
            if (waiting_.empty()) {
                ++free_;
                return;
            }
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        next();
    }

  private:
    std::mutex mutex_;
    std::size_t free_;
    std::deque<std::move_only_function<void()>> waiting_;
};

class Activity {
  public:
    Activity() = default;
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    void begin() {
        const std::lock_guard lock(mutex_);
        ++count_;
    }

    // Notifies with the lock held: the waiting owner may destroy this at once.
    void end() {
        const std::lock_guard lock(mutex_);
        if (--count_ == 0) idle_.notify_all();
    }

    void wait_until_idle() {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [&] { return count_ == 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable idle_;
    std::size_t count_ = 0;
};

}  // namespace package_index
