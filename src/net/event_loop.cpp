#include "net/event_loop.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace net {

namespace {

constexpr std::size_t kHttp1Transfers = 16;
constexpr std::size_t kHttp2Transfers = 100;
constexpr std::int64_t kCancelPollMs = 100;
constexpr std::int64_t kIdleMs = 3'600'000;
constexpr std::uint64_t kLargestNetrc = 1 << 20;

base::Error closed_error() {
    return base::Error(base::ErrorKind::Interrupted, "the network client is closed");
}

// Blocks all signals for the calling thread while it lives: threads started meanwhile inherit that. So signals reach
// the threads of the user, and a broken connection is an error and not a SIGPIPE.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

base::Result<Netrc> load_netrc(const std::string& path) {
    const std::string text = TRY(base::read_file(path, kLargestNetrc));
    return base::with_context(
        Netrc::parse(text), fmt::format("failed to understand `{}`", base::display_path(path))
    );
}

}  // namespace

EventLoop::EventLoop(const ClientOptions& options)
    : options_(options), budget_(std::make_shared<MemoryBudget>()) {
    context_.user_agent = options.user_agent;
    context_.retry = options.retry;
    context_.random.seed(static_cast<std::uint32_t>(base::monotonic_ns()));
    context_.ended = [this](Exchange& exchange) { handle_end(exchange); };
    context_.saw_version = [this](const std::string& origin, HttpVersion version) {
        Origin& known = origins_[origin];
        has_news_ = has_news_ || known.version != version;
        known.version = version;
    };
    for (const ScopedCredentials& entry : options.credentials)
        add_credentials(entry);
}

EventLoop::~EventLoop() {
    close();
    if (thread_.joinable()) thread_.join();
}

void EventLoop::submit(std::unique_ptr<Exchange> exchange) {
    if (const std::optional<base::Error> refusal = accept(exchange)) {
        exchange->fail(*refusal);
    } else {
        wake();
    }
}

// Takes the exchange, or says why not.
std::optional<base::Error> EventLoop::accept(std::unique_ptr<Exchange>& exchange) {
    const std::lock_guard lock(mutex_);
    if (inbox_.refusal) return inbox_.refusal;
    inbox_.arrivals.push_back(std::move(exchange));
    start_locked();
    return std::nullopt;
}

void EventLoop::start() {
    const std::lock_guard lock(mutex_);
    if (!inbox_.refusal) start_locked();
}

void EventLoop::start_locked() {
    if (thread_.joinable()) return;
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
}

void EventLoop::close() {
    {
        const std::lock_guard lock(mutex_);
        if (!inbox_.refusal) inbox_.refusal = closed_error();
    }
    wake();
}

void EventLoop::wake() {
    if (Transport* transport = awake_target_.load()) transport->wake();
}

void EventLoop::add_credentials(ScopedCredentials entry) {
    context_.credentials.with([&](CredentialBook& book) { book.add(std::move(entry)); });
}

void EventLoop::run() {
    if (const base::Result<void> opened = open(); !opened) return refuse(opened.error());
    while (take_arrivals()) {
        if (const base::Result<void> asked = base::check_cancelled(); !asked)
            fail_all(asked.error());
        resume_paused();
        start_ready();
        transport_->perform();
        transport_->wait(wait_ms());
    }
}

base::Result<void> EventLoop::open() {
    context_.proxies = TRY(ProxyRules::parse(options_.proxy));
    read_netrc();
    TrustSource trust = find_trust(options_.trust);
    context_.failure = {
        .connect_timeout_ms = options_.connect_timeout_ms,
        .stall_timeout_ms = options_.stall_timeout_ms,
        .trust_notes = trust.notes,
    };
    transport_ = TRY(open_curl_transport({
        .connect_timeout_ms = options_.connect_timeout_ms,
        .stall_timeout_ms = options_.stall_timeout_ms,
        .max_connections = options_.max_connections,
        .trust = std::move(trust),
        .insecure_hosts = options_.insecure_hosts,
        .client_certificate = options_.client_certificate,
    }));
    awake_target_ = transport_.get();
    return {};
}

// A netrc that cannot be read must not keep anybody from hosts that need no password.
void EventLoop::read_netrc() {
    if (options_.netrc_path.empty()) return;
    base::Result<Netrc> netrc = load_netrc(options_.netrc_path);
    if (!netrc && netrc.error().kind() == base::ErrorKind::NotFound) return;
    if (!netrc) {
        problem_ = fmt::format("netrc passwords are ignored: {}", netrc.error().flat());
        return;
    }
    context_.credentials.with([&](CredentialBook& book) { book.set_netrc(std::move(*netrc)); });
}

void EventLoop::tell_problem() {
    const std::string problem = std::exchange(problem_, {});
    if (!problem.empty() && options_.on_problem) options_.on_problem(problem);
}

// False once the loop is closed; everything has failed then.
bool EventLoop::take_arrivals() {
    std::vector<std::unique_ptr<Exchange>> arrivals;
    std::optional<base::Error> refusal;
    {
        const std::lock_guard lock(mutex_);
        arrivals.swap(inbox_.arrivals);
        refusal = inbox_.refusal;
    }
    if (!arrivals.empty()) tell_problem();
    for (std::unique_ptr<Exchange>& arrival : arrivals) {
        Exchange& exchange = *arrival;
        exchanges_.emplace(&exchange, std::move(arrival));
        queue(exchange);
    }
    if (refusal) fail_all(*refusal);
    return !refusal;
}

void EventLoop::queue(Exchange& exchange) {
    (exchange.priority() == Priority::Page ? ready_pages_ : ready_files_).push_back(&exchange);
    has_news_ = true;
}

void EventLoop::resume_paused() {
    const std::int64_t now = base::monotonic_ns() / 1'000'000;
    std::erase_if(paused_, [&](Exchange* exchange) {
        if (exchange->due_ms() > now) return false;
        exchange->resume();
        queue(*exchange);
        return true;
    });
}

void EventLoop::start_ready() {
    if (!has_news_) return;
    has_news_ = false;
    start_from(ready_pages_);
    start_from(ready_files_);
}

void EventLoop::start_from(std::deque<Exchange*>& ready) {
    std::erase_if(ready, [&](Exchange* exchange) {
        if (!has_room(*exchange)) return false;
        ++origins_[exchange->origin()].running;
        if (exchange->priority() == Priority::File) ++running_files_;
        exchange->start(*transport_, context_);
        return true;
    });
}

bool EventLoop::has_room(const Exchange& exchange) const {
    if (exchange.priority() == Priority::File && running_files_ >= options_.max_downloads)
        return false;
    const auto origin = origins_.find(exchange.origin());
    if (origin == origins_.end()) return true;
    const bool is_http2 = origin->second.version == HttpVersion::Http2;
    return origin->second.running < (is_http2 ? kHttp2Transfers : kHttp1Transfers);
}

void EventLoop::handle_end(Exchange& exchange) {
    has_news_ = true;
    --origins_[exchange.running_origin()].running;
    if (exchange.priority() == Priority::File) --running_files_;
    if (exchange.state() == Exchange::State::Ready) {
        queue(exchange);
    } else if (exchange.state() == Exchange::State::Paused) {
        paused_.push_back(&exchange);
    } else {
        exchanges_.erase(&exchange);
    }
}

std::int64_t EventLoop::wait_ms() const {
    if (has_news_) return 0;
    std::int64_t wait = exchanges_.empty() ? kIdleMs : kCancelPollMs;
    const std::int64_t now = base::monotonic_ns() / 1'000'000;
    for (const Exchange* exchange : paused_)
        wait = std::min(wait, std::max<std::int64_t>(0, exchange->due_ms() - now));
    return wait;
}

void EventLoop::fail_all(const base::Error& error) {
    ready_pages_.clear();
    ready_files_.clear();
    paused_.clear();
    origins_.clear();
    running_files_ = 0;
    for (const auto& [exchange, owner] : exchanges_) {
        if (exchange->state() == Exchange::State::Running) transport_->stop(*exchange);
        exchange->fail(error);
    }
    exchanges_.clear();
}

// The network cannot be used at all: that is the answer to every request.
void EventLoop::refuse(const base::Error& error) {
    {
        const std::lock_guard lock(mutex_);
        if (!inbox_.refusal) inbox_.refusal = error;
    }
    take_arrivals();
}

}  // namespace net
