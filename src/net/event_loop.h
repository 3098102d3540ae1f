// EventLoop: the thread that carries a client's exchanges, and the order in which they get their turn.
//
// Limits: so many files at a time in all; for each origin, as many transfers as its protocol bears: one HTTP/2
// connection carries a hundred, an HTTP/1.1 server is asked over a few connections. Until the first answer of an https
// origin its protocol is unknown, and the few that may start share the connection that is being made.
#pragma once

#include "net/client.h"
#include "net/exchange.h"
#include "net/memory_body.h"
#include "net/transport.h"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace net {

class EventLoop {
  public:
    // `options` must outlive the loop.
    explicit EventLoop(const ClientOptions& options);
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();

    // From any thread. An exchange that is not accepted any more fails on the calling thread.
    void submit(std::unique_ptr<Exchange> exchange);
    void start();  // the thread, if it does not run yet
    void close();
    void add_credentials(ScopedCredentials entry);

    const std::shared_ptr<MemoryBudget>& budget() const { return budget_; }

  private:
    struct Origin {
        std::size_t running = 0;
        HttpVersion version = HttpVersion::Http1;
    };

    struct Inbox {
        std::vector<std::unique_ptr<Exchange>> arrivals;
        std::optional<base::Error> refusal;  // of everything from now on
    };

    std::optional<base::Error> accept(std::unique_ptr<Exchange>& exchange);
    void start_locked();
    void wake();
    // Event thread.
    void run();
    base::Result<void> open();
    void read_netrc();
    void tell_problem();
    bool take_arrivals();
    void queue(Exchange& exchange);
    void resume_paused();
    void start_ready();
    void start_from(std::deque<Exchange*>& ready);
    bool has_room(const Exchange& exchange) const;
    void handle_end(Exchange& exchange);
    std::int64_t wait_ms() const;
    void fail_all(const base::Error& error);
    void refuse(const base::Error& error);

    const ClientOptions& options_;
    ExchangeContext context_;
    std::shared_ptr<MemoryBudget> budget_;

    std::mutex mutex_;  // of inbox_ and thread_
    Inbox inbox_;
    std::thread thread_;
    std::unique_ptr<Transport> transport_;           // made by the event thread, destroyed after it
    std::atomic<Transport*> awake_target_{nullptr};  // transport_, once it is there

    std::unordered_map<Exchange*, std::unique_ptr<Exchange>> exchanges_;
    std::deque<Exchange*> ready_pages_;
    std::deque<Exchange*> ready_files_;
    std::vector<Exchange*> paused_;
    std::unordered_map<std::string, Origin> origins_;
    std::size_t running_files_ = 0;
    std::string problem_;    // for on_problem, until a request could have used what is missing
    bool has_news_ = false;  // something may be started that could not be before
};

}  // namespace net
