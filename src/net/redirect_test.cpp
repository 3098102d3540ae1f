#include "net/redirect.h"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(Redirect, LeadsOn) {
    struct Case {
        std::string_view from;
        std::string_view location;
        std::string_view target;
    };

    static constexpr Case kCases[] = {
        {"https://a/b/c", "d", "https://a/b/d"},
        {"https://a/b/c", "/d#x", "https://a/d"},
        {"http://a/b", "https://a/b", "https://a/b"},
        {"http://a/b", "http://z/b", "http://z/b"},
        {"https://a/b", "//z/y", "https://z/y"},
    };
    for (const Case& each : kCases) {
        const auto target = redirect_target(Url::parse(each.from).value(), each.location, 0);
        ASSERT_TRUE(target) << each.location;
        EXPECT_EQ(target->text(), each.target);
    }
}

TEST(Redirect, IsRefused) {
    struct Case {
        std::string_view location;
        std::string_view reason;
    };

    static constexpr Case kCases[] = {
        {"", "`https://a/b` redirects without saying where"},
        {"http://a/b", "`https://a/b` redirects to `http://a/b`, which is not encrypted"},
        {"file:///etc/passwd",
         "`https://a/b` redirects to `file:///etc/passwd`, which is not on the web"},
        {"https://u:secret@a:x/", "`https://a/b` redirects to `https://****@a:x/`, which is no URL"
        },
    };
    for (const Case& each : kCases) {
        const auto target = redirect_target(Url::parse("https://a/b").value(), each.location, 0);
        ASSERT_FALSE(target) << each.location;
        EXPECT_EQ(target.error().message(), each.reason);
        EXPECT_EQ(target.error().kind(), base::ErrorKind::Network);
    }
    const Url from = Url::parse("https://a/b").value();
    EXPECT_TRUE(redirect_target(from, "c", kMaximumRedirects - 1));
    EXPECT_FALSE(redirect_target(from, "c", kMaximumRedirects));
}

TEST(Redirect, IsOnlyWhatChangesThePlace) {
    for (const int status : {301, 302, 303, 307, 308})
        EXPECT_TRUE(is_redirect(status));
    for (const int status : {200, 300, 304, 305, 404})
        EXPECT_FALSE(is_redirect(status));
}

TEST(Redirect, TakesSecretsOff) {
    const Headers headers{
        {"Accept", "x"}, {"AUTHORIZATION", "y"}, {"Cookie", "z"}, {"Proxy-Authorization", "w"}
    };
    EXPECT_EQ(without_secrets(headers), (Headers{{"Accept", "x"}}));
}

}  // namespace
}  // namespace net
