#include "cli/time_span.h"

#include <gtest/gtest.h>

#include <optional>

namespace cli {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

struct Case {
    const char* text;
    std::optional<std::int64_t> seconds;
};

class TimeSpan : public testing::TestWithParam<Case> {};

TEST_P(TimeSpan, IsRead) {
    EXPECT_EQ(parse_time_span(GetParam().text), GetParam().seconds);
}

INSTANTIATE_TEST_SUITE_P(
    Spans,
    TimeSpan,
    testing::Values(
        Case{"7 days", 7 * kDay},
        Case{"1 day", kDay},
        Case{"24h", kDay},
        Case{"90 minutes", 5400},
        Case{"2 weeks ago", 14 * kDay},
        Case{"1 week 2 days", 9 * kDay},
        Case{"1 week, 2 days ago", 9 * kDay},
        Case{"1h30m", 5400},
        Case{"P7D", 7 * kDay},
        Case{"p1w2dt12h", 9 * kDay + 12 * kHour},
        Case{"PT90M", 5400},
        Case{"P1DT1S", kDay + 1},
        Case{"0 days", 0},
        Case{"", std::nullopt},
        Case{"ago", std::nullopt},
        Case{"days", std::nullopt},
        Case{"7", std::nullopt},
        Case{"P", std::nullopt},
        Case{"P7DT", std::nullopt},
        Case{"P1M", std::nullopt},
        Case{"1 month", std::nullopt},
        Case{"2 years", std::nullopt},
        Case{"1 week ago, 2 days", std::nullopt},
        Case{"7 days x", std::nullopt},
        Case{"99999999999999999999 days", std::nullopt},
        Case{"9999999999 weeks", std::nullopt}
    )
);

struct IsoCase {
    const char* text;
    std::optional<std::string> iso;
};

class IsoTimeSpan : public testing::TestWithParam<IsoCase> {};

TEST_P(IsoTimeSpan, KeepsItsUnits) {
    EXPECT_EQ(iso_time_span(GetParam().text), GetParam().iso);
}

// As uv 0.13.9 writes them into receipts.
INSTANTIATE_TEST_SUITE_P(
    Spans,
    IsoTimeSpan,
    testing::Values(
        IsoCase{"7 days", "P7D"},
        IsoCase{"3 weeks", "P3W"},
        IsoCase{"21 days", "P21D"},
        IsoCase{"25 hours", "PT25H"},
        IsoCase{"2 days 3 hours", "P2DT3H"},
        IsoCase{"P1DT2H", "P1DT2H"},
        IsoCase{"1 week, 90s ago", "P1WT90S"},
        IsoCase{"0 days", "PT0S"},
        IsoCase{"1 month", std::nullopt}
    )
);

}  // namespace
}  // namespace cli
