#include "net/retry.h"

#include "base/clock.h"
#include "base/text.h"

#include <algorithm>

namespace net {

std::int64_t RetryPolicy::pause_ms(unsigned attempt, double jitter) const {
    const unsigned doublings = std::min(attempt - 1, 20u);
    const std::int64_t pause = std::min(first_pause_ms << doublings, longest_pause_ms);
    const std::int64_t certain = pause / 2;
    return certain + static_cast<std::int64_t>(static_cast<double>(pause - certain) * jitter);
}

std::optional<std::int64_t> RetryPolicy::next_pause_ms(
    unsigned failed, double jitter, std::optional<std::int64_t> retry_after_ms
) const {
    if (failed > retries) return std::nullopt;
    if (!retry_after_ms) return pause_ms(failed, jitter);
    if (*retry_after_ms > longest_retry_after_ms) return std::nullopt;
    return std::max(*retry_after_ms, pause_ms(failed, jitter));
}

bool is_retryable_status(int status) {
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

std::optional<std::int64_t> parse_retry_after_ms(std::string_view value, std::int64_t now_seconds) {
    static constexpr std::uint64_t kLongest = 366ull * 24 * 60 * 60;
    value = base::trim(value);
    if (const auto seconds = base::parse_unsigned(value)) {
        return static_cast<std::int64_t>(std::min(*seconds, kLongest)) * 1000;
    }
    const auto date = base::parse_http_date(value);
    if (!date) return std::nullopt;
    return std::clamp<std::int64_t>(*date - now_seconds, 0, kLongest) * 1000;
}

}  // namespace net
