// TaskPool: a fixed number of threads that run tasks. Threads start with the first task (a command that needs none
// starts none) and end with the pool, after all tasks have run. Future<T> is the answer of one task.
//
//     TaskPool pool(TaskPool::core_count());
//     Future<Result<int>> answer = pool.run([] { return compute(); });
//     Result<int> value = answer.get();                        // waits; once only
//
// Tasks must not wait for other tasks of the same pool. Exceptions must not leave a task.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace base {

template <class T>
class Future {
  public:
    // Waits for the value and takes it.
    T get() {
        std::unique_lock lock(state_->mutex);
        state_->ready.wait(lock, [&] { return state_->value.has_value(); });
        return std::move(*state_->value);
    }

    bool is_ready() const {
        const std::lock_guard lock(state_->mutex);
        return state_->value.has_value();
    }

    // A future and the function that fulfils it, for producers that are no tasks.
    static std::pair<Future, std::function<void(T)>> make() {
        Future future;
        auto state = future.state_;
        return {std::move(future), [state](T value) { state->set(std::move(value)); }};
    }

  private:
    friend class TaskPool;

    struct State {
        mutable std::mutex mutex;
        std::condition_variable ready;
        std::optional<T> value;

        void set(T result) {
            {
                const std::lock_guard lock(mutex);
                value.emplace(std::move(result));
            }
            ready.notify_all();
        }
    };

    Future() : state_(std::make_shared<State>()) {}

    std::shared_ptr<State> state_;
};

class TaskPool {
  public:
    explicit TaskPool(std::size_t thread_count);
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;
    ~TaskPool();

    static std::size_t core_count();  // the processors this process may use, at least 1

    template <class Task>
    auto run(Task task) -> Future<std::invoke_result_t<Task>> {
        Future<std::invoke_result_t<Task>> future;
        auto state = future.state_;
        submit([state, task = std::move(task)]() mutable { state->set(task()); });
        return future;
    }

    // Runs `task(index)` for every index below `count` on all threads and the caller's; returns when all are done.
    void for_each(std::size_t count, const std::function<void(std::size_t)>& task);

    void submit(std::move_only_function<void()> task);

  private:
    void work();

    std::size_t thread_count_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::move_only_function<void()>> queue_;  // taken from the front by head_
    std::size_t head_ = 0;
    bool closing_ = false;
    std::size_t idle_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace base
