// Exchange: one request of a user from beginning to end: its hops through redirects, its attempts, its credentials.
//
//     Ready --start()--> Running --on_end()--> Ready      next hop, or the body wants a fresh start
//                                          --> Paused     before the next attempt; Ready when due_ms() has come
//                                          --> Finished   the body has its answer or its error
//
// Lives on the event thread once it is submitted.
#pragma once

#include "base/synced.h"
#include "net/body.h"
#include "net/client.h"
#include "net/credentials.h"
#include "net/failure.h"
#include "net/proxy.h"
#include "net/transport.h"

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace net {

class Exchange;

// What all exchanges of a client share.
struct ExchangeContext {
    std::string user_agent;
    RetryPolicy retry;
    ProxyRules proxies;
    FailureContext failure;
    base::Synced<CredentialBook> credentials;
    std::minstd_rand random;
    // Called when a transfer has ended and the exchange has a new state.
    std::function<void(Exchange&)> ended;
    // Called when an answer shows what the origin speaks.
    std::function<void(const std::string& origin, HttpVersion version)> saw_version;
};

// The parts of Request and DownloadRequest that do not concern the body.
struct ExchangeRequest {
    Url url;
    Method method = Method::Get;
    Headers headers;
    std::optional<Credentials> credentials;
    CredentialUse credential_use = CredentialUse::WhereKnown;
};

// Pages before files: whoever waits for a page cannot even begin to know the files.
enum class Priority { Page, File };

class Exchange final : public TransferHandler {
  public:
    enum class State { Ready, Running, Paused, Finished };

    Exchange(ExchangeRequest request, Priority priority, std::unique_ptr<Body> body);

    State state() const { return state_; }

    Priority priority() const { return priority_; }

    const std::string& origin() const { return origin_; }  // of the next or present hop

    const std::string& running_origin() const { return running_origin_; }  // of the last start()

    std::int64_t due_ms() const { return due_ms_; }  // of the monotonic clock, when Paused

    void start(Transport& transport, ExchangeContext& context);

    void resume() { state_ = State::Ready; }

    // Ends it from outside; the transfer must have been stopped.
    void fail(base::Error error);

    Flow on_head(ResponseHead head) override;
    Flow on_body(std::string_view bytes) override;
    void on_end(const TransferEnd& end) override;

  private:
    // What becomes of the answer whose head has come.
    enum class Plan { Deliver, FollowRedirect, TryAgain, StartOver };

    std::optional<Credentials> find_credentials() const;
    Headers make_headers();
    std::optional<std::int64_t> pause_after(const ResponseHead& head);
    Flow deliver_head();
    // Each leads to the next state.
    void follow_redirect();
    void try_again(const TransferEnd& end);
    void pause(std::int64_t milliseconds);
    void deliver();

    const ExchangeRequest request_;
    const Priority priority_;
    std::unique_ptr<Body> body_;
    ExchangeContext* context_ = nullptr;  // set by start()
    State state_ = State::Ready;

    Url url_;  // of the present hop
    std::string origin_;
    std::string running_origin_;
    Headers headers_;  // the user's, without secrets once another origin was seen
    unsigned redirects_ = 0;
    unsigned failures_ = 0;
    std::int64_t due_ms_ = 0;

    // Of the present transfer.
    Plan plan_ = Plan::Deliver;
    Answer answer_;
    std::optional<base::Error> error_;  // why we stopped it
    std::int64_t pause_ms_ = 0;
    std::uint64_t discarded_ = 0;
    std::int64_t started_ns_ = 0;
};

}  // namespace net
