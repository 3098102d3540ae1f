#include "net/retry.h"

#include "base/clock.h"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(RetryPolicy, DoublesThePauseUpToALimit) {
    const RetryPolicy policy{.first_pause_ms = 100, .longest_pause_ms = 1000};
    EXPECT_EQ(policy.pause_ms(1, 0), 50);
    EXPECT_EQ(policy.pause_ms(2, 0), 100);
    EXPECT_EQ(policy.pause_ms(3, 0.5), 300);
    EXPECT_EQ(policy.pause_ms(1000, 0), 500);
    EXPECT_LT(policy.pause_ms(1, 0.999), 100);
    EXPECT_EQ((RetryPolicy{.first_pause_ms = 0}.pause_ms(5, 0.5)), 0);
}

TEST(RetryPolicy, GivesUpAfterItsRetries) {
    const RetryPolicy policy{.retries = 2};
    EXPECT_TRUE(policy.next_pause_ms(1, 0));
    EXPECT_TRUE(policy.next_pause_ms(2, 0));
    EXPECT_FALSE(policy.next_pause_ms(3, 0));
    EXPECT_FALSE((RetryPolicy{.retries = 0}.next_pause_ms(1, 0)));
}

TEST(RetryPolicy, ListensToTheServerWithinReason) {
    const RetryPolicy policy{.first_pause_ms = 100, .longest_retry_after_ms = 60'000};
    EXPECT_EQ(policy.next_pause_ms(1, 0, 5'000), 5'000);
    EXPECT_EQ(policy.next_pause_ms(1, 0, 0), 50);
    EXPECT_EQ(policy.next_pause_ms(1, 0, 60'001), std::nullopt);
}

TEST(RetryPolicy, KnowsWhatMayPass) {
    for (const int status : {408, 429, 500, 502, 503, 504, 599})
        EXPECT_TRUE(is_retryable_status(status)) << status;
    for (const int status : {200, 304, 400, 401, 403, 404, 416, 600})
        EXPECT_FALSE(is_retryable_status(status)) << status;
}

TEST(RetryAfter, IsSecondsOrADate) {
    const std::int64_t now = *base::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(parse_retry_after_ms("120", now), 120'000);
    EXPECT_EQ(parse_retry_after_ms(" 0 ", now), 0);
    EXPECT_EQ(parse_retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", now), 10'000);
    EXPECT_EQ(parse_retry_after_ms("Sun, 06 Nov 1994 08:49:00 GMT", now), 0);
    EXPECT_GT(*parse_retry_after_ms("18446744073709551615", now), 60'000);
    EXPECT_EQ(parse_retry_after_ms("soon", now), std::nullopt);
    EXPECT_EQ(parse_retry_after_ms("", now), std::nullopt);
    EXPECT_EQ(parse_retry_after_ms("-5", now), std::nullopt);
}

}  // namespace
}  // namespace net
