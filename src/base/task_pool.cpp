#include "base/task_pool.h"

#include <atomic>
#include <sched.h>

namespace base {

TaskPool::TaskPool(std::size_t thread_count)
    : thread_count_(thread_count == 0 ? 1 : thread_count) {}

TaskPool::~TaskPool() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

std::size_t TaskPool::core_count() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int count = CPU_COUNT(&set);
    return count < 1 ? 1 : static_cast<std::size_t>(count);
}

void TaskPool::submit(std::move_only_function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(task));
        // A thread that was notified counts as idle until it runs, so the tasks that wait are counted against it.
        const bool is_short_of_threads = queue_.size() - head_ > idle_;
        if (is_short_of_threads && threads_.size() < thread_count_)
            threads_.emplace_back([this] { work(); });
    }
    wake_.notify_one();
}

void TaskPool::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        wake_.wait(lock, [&] { return closing_ || head_ < queue_.size(); });
        --idle_;
        if (head_ == queue_.size()) return;
        std::move_only_function<void()> task = std::move(queue_[head_++]);
        if (head_ == queue_.size()) {
            queue_.clear();
            head_ = 0;
        }
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
    }
}

void TaskPool::for_each(std::size_t count, const std::function<void(std::size_t)>& task) {
    struct Progress {
        std::atomic<std::size_t> next = 0;
        std::mutex mutex;
        std::condition_variable done;
        std::size_t active = 0;
    };

    const auto progress = std::make_shared<Progress>();
    // A helper that starts after all indices are taken touches nothing but `progress`.
    const auto drain = [progress, count](const std::function<void(std::size_t)>* body) {
        for (;;) {
            {
                const std::lock_guard lock(progress->mutex);
                ++progress->active;
            }
            const std::size_t index = progress->next.fetch_add(1);
            if (index < count) (*body)(index);
            {
                const std::lock_guard lock(progress->mutex);
                --progress->active;
            }
            progress->done.notify_all();
            if (index >= count) return;
        }
    };
    const std::size_t helpers = count < thread_count_ ? count : thread_count_;
    for (std::size_t i = 1; i < helpers; ++i)
        submit([drain, body = &task] { drain(body); });
    drain(&task);
    std::unique_lock lock(progress->mutex);
    progress->done.wait(lock, [&] { return progress->active == 0; });
}

}  // namespace base
