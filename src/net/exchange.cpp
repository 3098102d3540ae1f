#include "net/exchange.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/trace.h"
#include "net/redirect.h"

#include <fmt/format.h>

namespace net {

namespace {

// The body of an answer that nobody wants is read up to here, so that the connection can be used again.
constexpr std::uint64_t kLongestDiscard = 64 << 10;

}  // namespace

Exchange::Exchange(ExchangeRequest request, Priority priority, std::unique_ptr<Body> body)
    : request_(std::move(request)),
      priority_(priority),
      body_(std::move(body)),
      url_(request_.url),
      origin_(url_.origin()),
      headers_(request_.headers) {}

void Exchange::start(Transport& transport, ExchangeContext& context) {
    context_ = &context;
    state_ = State::Running;
    running_origin_ = origin_;
    plan_ = Plan::Deliver;
    answer_ = {};
    error_.reset();
    discarded_ = 0;
    started_ns_ = base::monotonic_ns();
    answer_.requested_at = base::wall_clock_seconds();
    transport.start(
        {
            .url = url_,
            .method = request_.method,
            .headers = make_headers(),
            .proxy = context.proxies.proxy_for(url_),
            .coding = body_->coding(),
        },
        *this
    );
}

Headers Exchange::make_headers() {
    Headers headers = headers_;
    if (!headers.find("user-agent")) headers.set("User-Agent", context_->user_agent);
    if (!headers.find("authorization")) {
        if (const auto credentials = find_credentials())
            headers.set("Authorization", basic_authorization(*credentials));
    }
    body_->add_headers(headers);
    return headers;
}

std::optional<Credentials> Exchange::find_credentials() const {
    if (request_.credential_use == CredentialUse::Never) return std::nullopt;
    const bool is_at_home = url_.has_same_origin(request_.url);
    if (is_at_home && request_.credentials) return request_.credentials;
    return context_->credentials.with([&](const CredentialBook& book) {
        const auto found =
            book.find(url_, redirects_ == 0 ? UrlSource::Asked : UrlSource::Redirected);
        // A redirect within the origin names the place without the credentials that led there.
        return !found && is_at_home ? book.find(request_.url) : found;
    });
}

Flow Exchange::on_head(ResponseHead head) {
    context_->saw_version(origin_, head.version);
    answer_.head = std::move(head);
    answer_.received_at = base::wall_clock_seconds();
    const int status = answer_.head.status;
    if (is_redirect(status)) {
        plan_ = Plan::FollowRedirect;
    } else if (const auto pause =
                   is_retryable_status(status) ? pause_after(answer_.head) : std::nullopt) {
        plan_ = Plan::TryAgain;
        pause_ms_ = *pause;
    } else {
        return deliver_head();
    }
    return Flow::Continue;
}

std::optional<std::int64_t> Exchange::pause_after(const ResponseHead& head) {
    const auto retry_after =
        parse_retry_after_ms(head.headers.find("retry-after").value_or(""), answer_.received_at);
    const double jitter = std::uniform_real_distribution<double>(0, 1)(context_->random);
    return context_->retry.next_pause_ms(failures_ + 1, jitter, retry_after);
}

Flow Exchange::deliver_head() {
    base::Result<Step> step = body_->begin(answer_.head, url_);
    if (!step) {
        error_ = std::move(step.error());
    } else if (*step != Step::Proceed) {
        plan_ = Plan::StartOver;
    }
    return error_ || plan_ == Plan::StartOver ? Flow::Stop : Flow::Continue;
}

Flow Exchange::on_body(std::string_view bytes) {
    if (plan_ != Plan::Deliver) {
        discarded_ += bytes.size();
        return discarded_ > kLongestDiscard ? Flow::Stop : Flow::Continue;
    }
    base::Result<void> written = body_->write(bytes);
    if (written) return Flow::Continue;
    error_ = std::move(written.error());
    return Flow::Stop;
}

void Exchange::on_end(const TransferEnd& end) {
    base::trace([&] {
        const std::string took = base::format_duration(base::monotonic_ns() - started_ns_);
        const std::string outcome = end.fault ? end.detail : status_text(answer_.head.status);
        return fmt::format(
            "{} {}: {} ({})",
            request_.method == Method::Get ? "GET" : "HEAD",
            url_.display(),
            outcome,
            took
        );
    });
    if (error_) {
        fail(std::move(*error_));
    } else if (plan_ == Plan::FollowRedirect) {
        follow_redirect();
    } else if (plan_ == Plan::TryAgain) {
        ++failures_;
        pause(pause_ms_);
    } else if (plan_ == Plan::StartOver) {
        state_ = State::Ready;
    } else if (end.fault) {
        try_again(end);
    } else {
        deliver();
    }
    context_->ended(*this);
}

void Exchange::follow_redirect() {
    const std::string_view location = answer_.head.headers.find("location").value_or("");
    base::Result<Url> target = redirect_target(url_, location, redirects_);
    if (!target) return fail(std::move(target.error()));
    ++redirects_;
    if (!target->has_same_origin(url_)) headers_ = without_secrets(headers_);
    url_ = std::move(*target);
    origin_ = url_.origin();
    state_ = State::Ready;
}

void Exchange::try_again(const TransferEnd& end) {
    const auto pause_ms = end.fault && is_retryable(*end.fault) ? pause_after({}) : std::nullopt;
    ++failures_;
    if (pause_ms) return pause(*pause_ms);
    base::Error error = transfer_error(url_, end, context_->failure);
    if (failures_ > 1) error = std::move(error).cause(fmt::format("tried {} times", failures_));
    fail(std::move(error));
}

void Exchange::pause(std::int64_t milliseconds) {
    state_ = State::Paused;
    due_ms_ = base::monotonic_ns() / 1'000'000 + milliseconds;
}

void Exchange::deliver() {
    base::Result<Step> step = body_->complete(url_);
    if (!step) return fail(std::move(step.error()));
    if (*step == Step::Broken) {
        return try_again(
            {.fault = TransferFault::Broken, .detail = "fewer bytes came than were announced"}
        );
    }
    if (*step == Step::Again) {
        state_ = State::Ready;
        return;
    }
    state_ = State::Finished;
    answer_.url = url_.without_credentials();
    body_->succeed(std::move(answer_));
}

void Exchange::fail(base::Error error) {
    state_ = State::Finished;
    body_->fail(std::move(error));
}

}  // namespace net
