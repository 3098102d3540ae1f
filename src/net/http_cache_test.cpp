#include "net/http_cache.h"

#include "base/clock.h"

#include <gtest/gtest.h>

namespace net {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kUrl = "https://pypi.org/simple/x/";

CacheRequest request(Headers headers = {}) {
    return {.url = kUrl, .headers = std::move(headers)};
}

CacheAnswer answer(Headers headers, int status = 200, std::int64_t at = kNow) {
    return {.status = status, .headers = std::move(headers), .requested_at = at, .received_at = at};
}

CachePolicy policy(Headers headers) {
    return CachePolicy::make(request(), answer(std::move(headers)));
}

std::string date(std::int64_t offset) {
    return base::format_http_date(kNow + offset);
}

TEST(CacheControl, IsReadTolerantly) {
    struct Case {
        std::string_view text;
        std::string_view meaning;
    };

    static constexpr Case kCases[] = {
        {"", ""},
        {"max-age=600, public", "public, max-age=600"},
        {"MAX-AGE=\"60\" ,No-Store", "no-store, max-age=60"},
        {"max-age=600, max-age=60", "max-age=60"},
        {"max-age=x", "max-age=0"},
        {"max-age", "max-age=0"},
        {"max-age=-1", "max-age=0"},
        {"max-age=99999999999999999999", "max-age=2147483647"},
        {"no-cache=\"a, max-age=5\", private", "no-cache, private"},
        {",,unknown=3, immutable,must-revalidate", "must-revalidate, immutable"},
        {"max-stale, min-fresh=3", "min-fresh=3, max-stale=2147483647"},
        {"max-age=\"1", "max-age=1"},
    };
    for (const Case& each : kCases) {
        const CacheControl control = CacheControl::parse(each.text);
        EXPECT_EQ(control.to_string(), each.meaning) << each.text;
        EXPECT_EQ(CacheControl::parse(control.to_string()), control);
    }
}

TEST(Storable, FollowsStatusAndDirectives) {
    struct Case {
        int status;
        Headers answer;
        Headers request;
        bool storable;
    };

    const Case kCases[] = {
        {200, {}, {}, true},
        {301, {}, {}, true},
        {302, {}, {}, false},
        {302, {{"Cache-Control", "max-age=1"}}, {}, true},
        {307, {{"Expires", "0"}}, {}, true},
        {206, {{"Cache-Control", "public"}}, {}, false},
        {304, {{"Cache-Control", "public"}}, {}, false},
        {404, {{"Cache-Control", "max-age=9"}}, {}, false},
        {500, {}, {}, false},
        {103, {{"Cache-Control", "public"}}, {}, false},
        {200, {{"Cache-Control", "no-store"}}, {}, false},
        {200, {{"Cache-Control", "max-age=9"}, {"Cache-Control", "no-store"}}, {}, false},
        {200, {}, {{"Cache-Control", "no-store"}}, false},
        {200, {{"Cache-Control", "private"}}, {}, true},
    };
    for (const Case& each : kCases) {
        EXPECT_EQ(
            is_storable(request(each.request), answer(each.answer, each.status)), each.storable
        ) << each.status;
    }
    EXPECT_TRUE(is_storable(request(), answer({{"Cache-Control", "no-store"}}), "max-age=1"));
}

TEST(Freshness, LastsAsLongAsTheAnswerSays) {
    struct Case {
        Headers headers;
        std::int64_t lifetime;
    };

    const Case kCases[] = {
        {{{"Cache-Control", "max-age=600"}}, 600},
        {{{"Cache-Control", "max-age=600"}, {"Expires", date(9)}, {"Date", date(0)}}, 600},
        {{{"Expires", date(60)}, {"Date", date(0)}}, 60},
        {{{"Expires", date(60)}}, 60},
        {{{"Expires", date(-60)}, {"Date", date(0)}}, 0},
        {{{"Expires", "0"}, {"Last-Modified", date(-9999)}}, 0},
        {{{"Last-Modified", date(-9999)}}, 600},
        {{{"ETag", "\"1\""}}, 0},
        {{}, 0},
    };
    for (const Case& each : kCases) {
        const CachePolicy made = policy(each.headers);
        EXPECT_EQ(made.lifetime(), each.lifetime);
        EXPECT_EQ(made.fresh_until(), kNow + each.lifetime);
        EXPECT_EQ(made.judge(request(), kNow + each.lifetime), Verdict::Revalidate)
            << "equal counts as stale";
        if (each.lifetime > 0) {
            EXPECT_EQ(made.judge(request(), kNow + each.lifetime - 1), Verdict::Fresh);
        }
    }
    EXPECT_EQ(CachePolicy::make(request(), answer({}), "max-age=5").lifetime(), 5);
}

TEST(Freshness, CountsAgeFromTheOrigin) {
    EXPECT_EQ(policy({{"Date", date(-20)}}).age(kNow + 5), 25);
    EXPECT_EQ(policy({{"Date", date(+20)}}).age(kNow + 5), 5);
    EXPECT_EQ(policy({{"Age", "30"}}).age(kNow + 5), 35);
    EXPECT_EQ(policy({{"Age", "30"}, {"Date", date(-40)}}).age(kNow), 40);
    EXPECT_EQ(policy({{"Age", "x"}}).age(kNow), 0);
    EXPECT_EQ(policy({}).age(kNow - 1000), 0) << "the clock may go back";
    CacheAnswer slow = answer({{"Age", "1"}});
    slow.received_at += 3;
    EXPECT_EQ(CachePolicy::make(request(), slow).age(kNow + 3), 4);
}

TEST(Freshness, YieldsToDirectives) {
    struct Case {
        Headers answer;
        Headers request;
        Verdict verdict;
    };

    const Case kCases[] = {
        // at an age of 10
        {{{"Cache-Control", "max-age=60"}}, {}, Verdict::Fresh},
        {{{"Cache-Control", "max-age=60, no-cache"}}, {}, Verdict::Revalidate},
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "no-cache"}}, Verdict::Revalidate},
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "max-age=0"}}, Verdict::Revalidate},
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "max-age=10"}}, Verdict::Revalidate},
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "max-age=11"}}, Verdict::Fresh},
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "min-fresh=51"}}, Verdict::Revalidate
        },
        {{{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "min-fresh=50"}}, Verdict::Fresh},
        {{{"Cache-Control", "max-age=60, immutable"}},
         {{"Cache-Control", "no-cache"}},
         Verdict::Fresh},
        {{{"Cache-Control", "max-age=5, immutable"}}, {}, Verdict::Revalidate},
    };
    for (const Case& each : kCases) {
        EXPECT_EQ(policy(each.answer).judge(request(each.request), kNow + 10), each.verdict)
            << each.answer.fields()[0].value << " / "
            << (each.request.empty() ? "" : each.request.fields()[0].value);
    }
}

TEST(Freshness, AllowsStaleAnswersThatWereAskedFor) {
    const auto judged = [](std::string_view control, std::string_view wish, std::int64_t age) {
        const CachePolicy made = CachePolicy::make(
            request({{"Cache-Control", std::string(wish)}}),
            answer({{"Cache-Control", std::string(control)}})
        );
        return made.judge(request(), kNow + age);
    };
    EXPECT_EQ(judged("max-age=10", "max-stale=5", 15), Verdict::Fresh);
    EXPECT_EQ(judged("max-age=10", "max-stale=5", 16), Verdict::Revalidate);
    EXPECT_EQ(judged("max-age=10, must-revalidate", "max-stale=5", 12), Verdict::Revalidate);
    EXPECT_EQ(judged("max-age=10", "max-stale", 100'000), Verdict::Fresh);
}

TEST(Matching, NeedsTheUrlAndTheVariedHeaders) {
    const CachePolicy made = CachePolicy::make(
        request({{"Accept", "json"}}),
        answer({{"Cache-Control", "max-age=60"}, {"Vary", "Accept, Accept-Language"}})
    );
    EXPECT_EQ(made.judge(request({{"Accept", "json"}}), kNow), Verdict::Fresh);
    EXPECT_EQ(made.judge(request({{"Accept", "html"}}), kNow), Verdict::Revalidate);
    EXPECT_EQ(
        made.judge(request({{"Accept", "json"}, {"Accept-Language", "de"}}), kNow),
        Verdict::Revalidate
    );
    EXPECT_EQ(
        made.judge({.url = kUrl + "y", .headers = {{"Accept", "json"}}}, kNow), Verdict::Mismatch
    );
    EXPECT_EQ(
        policy({{"Cache-Control", "max-age=60"}, {"Vary", "*"}}).judge(request(), kNow),
        Verdict::Revalidate
    );
    EXPECT_TRUE(made.matches(kUrl));
}

TEST(Revalidation, SendsStrongValidatorsOnly) {
    EXPECT_EQ(
        policy({{"ETag", "\"1\""}, {"Last-Modified", date(-5)}}).revalidation_headers(),
        (Headers{{"If-None-Match", "\"1\""}, {"If-Modified-Since", date(-5)}})
    );
    EXPECT_TRUE(policy({{"ETag", "W/\"1\""}}).revalidation_headers().empty());
    EXPECT_TRUE(policy({}).revalidation_headers().empty());
}

TEST(Revalidation, AcceptsOnlyItsOwn304) {
    struct Case {
        Headers stored;
        Headers confirmed;
        bool same;
    };

    const Case kCases[] = {
        {{{"ETag", "\"1\""}}, {{"ETag", "\"1\""}}, true},
        {{{"ETag", "\"1\""}}, {{"ETag", "\"2\""}}, false},
        {{{"ETag", "\"1\""}}, {}, false},
        {{{"ETag", "W/\"1\""}}, {{"ETag", "W/\"1\""}}, true},
        {{{"ETag", "\"1\""}, {"Last-Modified", date(-5)}}, {{"Last-Modified", date(-5)}}, true},
        {{{"Last-Modified", date(-5)}}, {{"Last-Modified", date(-4)}}, false},
        {{{"Last-Modified", date(-5)}}, {{"ETag", "\"1\""}, {"Last-Modified", date(-5)}}, false},
        {{}, {}, true},
    };
    for (const Case& each : kCases) {
        const auto renewed =
            policy(each.stored).after_304(request(), answer(each.confirmed, 304, kNow + 100));
        EXPECT_EQ(renewed.has_value(), each.same);
    }
    EXPECT_FALSE(policy({}).after_304({.url = kUrl + "y", .headers = {}}, answer({}, 304)));
}

TEST(Revalidation, RenewsThePolicy) {
    const CachePolicy stored =
        policy({{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}, {"Date", date(0)}});
    const auto renewed = stored.after_304(request(), answer({{"ETag", "\"1\""}}, 304, kNow + 100));
    ASSERT_TRUE(renewed);
    EXPECT_EQ(renewed->status(), 200);
    EXPECT_EQ(renewed->judge(request(), kNow + 159), Verdict::Fresh)
        << "what the 304 does not say stays";
    EXPECT_EQ(renewed->judge(request(), kNow + 160), Verdict::Revalidate);
    const auto shorter = stored.after_304(
        request(), answer({{"ETag", "\"1\""}, {"Cache-Control", "max-age=5"}}, 304, kNow + 100)
    );
    ASSERT_TRUE(shorter);
    EXPECT_EQ(shorter->fresh_until(), kNow + 105);
}

TEST(Encoding, GivesThePolicyBack) {
    const CachePolicy made = CachePolicy::make(
        request({{"Accept", "json"}, {"Cache-Control", "max-stale=7"}}),
        answer({
            {"Cache-Control", "max-age=60, immutable"},
            {"ETag", "\"1\""},
            {"Last-Modified", date(-5)},
            {"Expires", date(5)},
            {"Age", "3"},
            {"Vary", "Accept, Cookie"},
        })
    );
    const std::string bytes = made.encode();
    EXPECT_EQ(CachePolicy::decode(bytes), made);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(CachePolicy::decode(bytes.substr(0, size)));
    std::string damaged = bytes;
    damaged[damaged.size() / 2] ^= 1;
    EXPECT_FALSE(CachePolicy::decode(damaged));
}

}  // namespace
}  // namespace net
