// Synced<T>: a value that can only be reached while its mutex is held.
//
//     Synced<std::vector<int>> list;
//     list.with([](std::vector<int>& items) { items.push_back(1); });
//
// Never do input or output, wait, or call foreign code inside `with`.
#pragma once

#include <mutex>
#include <utility>

namespace base {

template <class T>
class Synced {
  public:
    Synced() = default;

    explicit Synced(T value) : value_(std::move(value)) {}

    template <class Use>
    decltype(auto) with(Use&& use) {
        const std::lock_guard lock(mutex_);
        return std::forward<Use>(use)(value_);
    }

  private:
    std::mutex mutex_;
    T value_;
};

}  // namespace base
