#include "net/proxy.h"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(NoProxy, FollowsItsRules) {
    struct Case {
        std::string_view list;
        std::string_view host;
        std::uint16_t port;
        bool exempt;
    };

    static constexpr Case kCases[] = {
        {"", "example.org", 443, false},
        {"*", "example.org", 443, true},
        {"example.org", "example.org", 443, true},
        {"example.org", "a.example.org", 443, true},
        {"example.org", "badexample.org", 443, false},
        {"example.org", "example.org.evil", 443, false},
        {".example.org", "example.org", 443, true},
        {".example.org", "a.b.example.org", 443, true},
        {"*.example.org", "a.example.org", 443, true},
        {"EXAMPLE.org.", "Example.ORG.", 443, true},
        {"a, b example.org", "example.org", 443, true},
        {"example.org:443", "example.org", 443, true},
        {"example.org:8443", "example.org", 443, false},
        {"127.0.0.1", "127.0.0.1", 80, true},
        {"127.0.0.1:81", "127.0.0.1", 80, false},
        {"10.0.0.0/8", "10.200.3.4", 80, true},
        {"10.0.0.0/8", "11.0.0.1", 80, false},
        {"192.168.1.128/25", "192.168.1.129", 80, true},
        {"192.168.1.128/25", "192.168.1.1", 80, false},
        {"0.0.0.0/0", "8.8.8.8", 80, true},
        {"10.0.0.0/33", "10.0.0.0", 80, false},
        {"10.0.0.0/8", "10.example.org", 80, false},
        {"0.0.1", "127.0.0.1", 80, false},
        {"::1", "[::1]", 80, true},
        {"[::1]:80", "[::1]", 80, true},
        {"[::1]:81", "[::1]", 80, false},
        {"[0:0::1]", "[::1]", 80, true},
        {"fd00::/8", "[fd12::3]", 80, true},
        {"fd00::/8", "10.0.0.1", 80, false},
        {".", "example.org", 80, false},
    };
    for (const Case& each : kCases) {
        EXPECT_EQ(is_exempt_from_proxy(each.list, each.host, each.port), each.exempt)
            << each.list << " for " << each.host;
    }
}

std::string chosen(const ProxyOptions& options, std::string_view target) {
    const auto rules = ProxyRules::parse(options);
    EXPECT_TRUE(rules.has_value());
    const auto proxy = rules->proxy_for(Url::parse(target).value());
    return proxy ? proxy->text() : "";
}

TEST(ProxyRules, ChooseByScheme) {
    const ProxyOptions options{
        .http = "http://h:1", .https = "s:2", .all = "socks5h://a:3", .no_proxy = "local"
    };
    EXPECT_EQ(chosen(options, "http://x/"), "http://h:1/");
    EXPECT_EQ(chosen(options, "https://x/"), "http://s:2/");
    EXPECT_EQ(chosen(options, "https://host.local/"), "");
    EXPECT_EQ(chosen({.all = "socks5h://a:3"}, "https://x/"), "socks5h://a:3");
    EXPECT_EQ(chosen({.http = "h"}, "https://x/"), "");
}

TEST(ProxyRules, RefuseWhatIsNoProxyAndTellNoSecret) {
    for (const std::string_view text :
         {"ftp://u:secret@h", "http://u:secret@h:x", "http://", "u:secret@[h"}) {
        const auto rules = ProxyRules::parse({.all = std::string(text)});
        ASSERT_FALSE(rules) << text;
        EXPECT_EQ(rules.error().kind(), base::ErrorKind::Usage);
        EXPECT_EQ(rules.error().flat().find("secret"), std::string::npos) << rules.error().flat();
    }
}

}  // namespace
}  // namespace net
