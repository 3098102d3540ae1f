// FirstError: the first error of many tasks that run at once. The others look at is_set() and stop
// early.
#pragma once

#include "base/result.h"
#include "base/synced.h"

#include <atomic>
#include <optional>
#include <utility>

namespace install {

class FirstError {
  public:
    bool is_set() const { return set_.load(std::memory_order_relaxed); }

    void set(base::Error error) {
        error_.with([&](std::optional<base::Error>& first) {
            if (!first) first.emplace(std::move(error));
        });
        set_.store(true, std::memory_order_relaxed);
    }

    // After all tasks have ended.
    base::Result<void> result() {
        std::optional<base::Error> first =
            error_.with([](std::optional<base::Error>& error) { return std::move(error); });
        if (first) return base::fail(std::move(*first));
        return {};
    }

  private:
    std::atomic<bool> set_ = false;
    base::Synced<std::optional<base::Error>> error_;
};

}  // namespace install
