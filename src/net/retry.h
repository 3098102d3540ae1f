// RetryPolicy: whether and when a request is tried again. Pure.
//
// Tried again are connections that did not come about, transfers that broke or stood still, and the
// answers 408, 429 and 5xx. The pause doubles each time, with a random part so that many clients do
// not come back together; a Retry-After of the server wins if it is not longer than a person would
// wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace net {

struct RetryPolicy {
    unsigned retries = 3;                          // attempts after the first
    std::int64_t first_pause_ms = 250;             // 0: at once (tests)
    std::int64_t longest_pause_ms = 10'000;        // of our own
    std::int64_t longest_retry_after_ms = 60'000;  // asked by a server; longer: give up and report

    // The pause before attempt number `attempt` (the second is 1). `jitter` is in [0, 1): half of
    // the pause is random.
    std::int64_t pause_ms(unsigned attempt, double jitter) const;
    // The pause before the next attempt after `attempt` failed ones and a retryable outcome;
    // nullopt: give up.
    std::optional<std::int64_t> next_pause_ms(
        unsigned failed, double jitter, std::optional<std::int64_t> retry_after_ms = std::nullopt
    ) const;
};

bool is_retryable_status(int status);
// Seconds or an HTTP date (RFC 9110 section 10.2.3) as a pause from now on, never negative; nullopt
// if unreadable.
std::optional<std::int64_t> parse_retry_after_ms(std::string_view value, std::int64_t now_seconds);

}  // namespace net
