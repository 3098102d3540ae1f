#include "net/url.h"

#include <gtest/gtest.h>

namespace net {
namespace {

Url parsed(std::string_view text) {
    auto url = Url::parse(text);
    EXPECT_TRUE(url.has_value()) << text;
    return url ? *url : Url();
}

TEST(Url, ParsesAndNormalises) {
    struct Case {
        std::string_view given;
        std::string_view text;
    };

    static constexpr Case kCases[] = {
        {"https://pypi.org/simple/", "https://pypi.org/simple/"},
        {"HTTPS://PyPI.org", "https://pypi.org/"},
        {"https://pypi.org:443/simple", "https://pypi.org/simple"},
        {"http://pypi.org:80", "http://pypi.org/"},
        {"http://pypi.org:443/", "http://pypi.org:443/"},
        {"https://pypi.org:/x", "https://pypi.org/x"},
        {"https://a/b/../c/./d", "https://a/c/d"},
        {"https://a/b/%2e%2E/c", "https://a/c"},
        {"https://a/../../c", "https://a/c"},
        {"https://a/b/..", "https://a/"},
        {"https://a/b/.", "https://a/b/"},
        {"https://a/b...c/..d", "https://a/b...c/..d"},
        {"https://a//b", "https://a//b"},
        {"  https://a/b  ", "https://a/b"},
        {"https://a/b c?d e#f g", "https://a/b%20c?d%20e#f%20g"},
        {"https://a/\xC3\xA9", "https://a/%C3%A9"},
        {"https://a/%zz", "https://a/%zz"},
        {"https://[::1]:8080/x", "https://[::1]:8080/x"},
        {"https://u:p@a/x", "https://u:p@a/x"},
        {"https://u@e:p@a/x", "https://u%40e:p@a/x"},
        {"https://@a/x", "https://a/x"},
        {"file:///tmp/a.whl", "file:///tmp/a.whl"},
        {"file://localhost/tmp", "file://localhost/tmp"},
        {"git+ssh://git@github.com/a/b.git", "git+ssh://git@github.com/a/b.git"},
        {"mailto:someone", "mailto:someone"},
        {"x:/.//y", "x:/.//y"},
        {"https://a?q", "https://a/?q"},
        {"https://a#f", "https://a/#f"},
        {"https://a/?", "https://a/?"},
    };
    for (const Case& each : kCases) {
        EXPECT_EQ(parsed(each.given).text(), each.text) << each.given;
        EXPECT_EQ(parsed(each.text).text(), each.text) << "not stable: " << each.text;
    }
}

TEST(Url, RefusesWhatIsNone) {
    static constexpr std::string_view kCases[] = {
        "",
        "pypi.org/simple",
        "/simple",
        "//pypi.org",
        "https://",
        "https:///x",
        "https://:80/",
        "1http://a",
        "https://a b/",
        "https://a\tb/",
        "https://a/\nb",
        "https://a/\r\nHost: b",
        "https://a:b/",
        "https://a:65536/",
        "https://a:-1/",
        "https://[::1/",
        "https://[1.2.3.4]/",
        "https://[::1]x/",
        "https://b\xC3\xBC"
        "cher.de/",
        "https://a\\b/",
        "https://a%2fb/",
    };
    for (const std::string_view text : kCases)
        EXPECT_FALSE(Url::parse(text)) << text;
    EXPECT_FALSE(Url::parse(std::string("https://a/\0b", 12)));
    EXPECT_FALSE(Url::parse("https://a/" + std::string(65 << 10, 'x')));
}

TEST(Url, GivesItsParts) {
    const Url url = parsed("https://us%65r:p%40ss@Example.org:8443/a/b.whl?x=1#sha256=00");
    EXPECT_EQ(url.scheme(), "https");
    EXPECT_EQ(url.userinfo(), "us%65r:p%40ss");
    EXPECT_EQ(url.host(), "example.org");
    EXPECT_EQ(url.port(), 8443);
    EXPECT_EQ(url.effective_port(), 8443);
    EXPECT_EQ(url.path(), "/a/b.whl");
    EXPECT_EQ(url.query(), "x=1");
    EXPECT_EQ(url.fragment(), "sha256=00");
    EXPECT_EQ(url.origin(), "https://example.org:8443");
    EXPECT_EQ(url.credentials(), (Credentials{"user", "p@ss"}));
    EXPECT_EQ(url.without_fragment().text(), "https://us%65r:p%40ss@example.org:8443/a/b.whl?x=1");
    EXPECT_EQ(url.without_credentials().text(), "https://example.org:8443/a/b.whl?x=1#sha256=00");
    EXPECT_EQ(url.without_fragment().fragment(), std::nullopt);
    EXPECT_EQ(url.without_credentials().credentials(), std::nullopt);
    EXPECT_EQ(url.without_credentials().path(), "/a/b.whl");

    const Url plain = parsed("http://a");
    EXPECT_EQ(plain.effective_port(), 80);
    EXPECT_EQ(plain.port(), std::nullopt);
    EXPECT_EQ(plain.query(), std::nullopt);
    EXPECT_EQ(plain.fragment(), std::nullopt);
    EXPECT_EQ(Url().text(), "");
    EXPECT_EQ(Url().path(), "");
}

TEST(Url, TakesCredentialsWithAnyCharacters) {
    const Credentials credentials{"a:b@c", "p/w?#% é"};
    EXPECT_EQ(parsed("https://x/y").with_credentials(credentials).credentials(), credentials);
    EXPECT_EQ(parsed("https://old:pw@x/y").with_credentials({"n", "q"}).text(), "https://n:q@x/y");
}

TEST(Url, ShowsNoSecret) {
    struct Case {
        std::string_view given;
        std::string_view shown;
    };

    static constexpr Case kCases[] = {
        {"https://a/b#sha256=1", "https://a/b#sha256=1"},
        {"https://user:secret@a/b", "https://user:****@a/b"},
        {"https://secret@a/b", "https://****@a/b"},
        {"https://secret:@a/b", "https://****@a/b"},
        {"https://secret:x-oauth-basic@a/b", "https://****@a/b"},
        {"https://user:se:cret@a/b", "https://user:****@a/b"},
        {"https://a/b?X-Amz-Signature=secret&c", "https://a/b?****"},
        {"git+https://secret@a/b", "git+https://****@a/b"},
        {"user:secret@a", "user:****@a"},
    };
    for (const Case& each : kCases)
        EXPECT_EQ(parsed(each.given).display(), each.shown);
}

TEST(Url, ErrorsShowNoSecret) {
    static constexpr std::string_view kCases[] = {
        "https://user:secret@a b/",
        "https://user:secret@a:x/?secret",
        "us er:secret@a",
        "https:/user:secret@[a",
        "https://secret@\xFF/",
        "x y@z//secret@q",
    };
    for (const std::string_view text : kCases) {
        const auto url = Url::parse(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().flat().find("secret"), std::string::npos) << url.error().flat();
    }
}

// RFC 3986 sections 5.4.1 and 5.4.2, except that `g;x=1/../y` and the like are normalised like all others.
TEST(Url, ResolvesAsTheStandardSays) {
    struct Case {
        std::string_view reference;
        std::string_view target;
    };

    static constexpr Case kCases[] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"./../g", "http://a/b/g"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
    };
    const Url base = parsed("http://a/b/c/d;p?q");
    for (const Case& each : kCases) {
        const auto target = base.resolve(each.reference);
        ASSERT_TRUE(target) << each.reference;
        EXPECT_EQ(target->text(), each.target) << each.reference;
    }
}

TEST(Url, KeepsCredentialsInItsAuthorityOnly) {
    const Url base = parsed("https://u:p@a/b/");
    EXPECT_EQ(base.resolve("c")->text(), "https://u:p@a/b/c");
    EXPECT_EQ(base.resolve("//x/c")->text(), "https://x/c");
    EXPECT_EQ(base.resolve("https://a/c")->text(), "https://a/c");
    EXPECT_FALSE(parsed("mailto:a").resolve("b"));
}

TEST(Url, KnowsWhatLiesWithin) {
    const Url prefix = parsed("https://a/b");
    EXPECT_TRUE(parsed("https://a/b").is_within(prefix));
    EXPECT_TRUE(parsed("https://a/b/").is_within(prefix));
    EXPECT_TRUE(parsed("https://u:p@A:443/b/c?d").is_within(prefix));
    EXPECT_FALSE(parsed("https://a/bc").is_within(prefix));
    EXPECT_FALSE(parsed("https://a/b/../c").is_within(prefix));
    EXPECT_FALSE(parsed("https://a/b/%2e%2e/c").is_within(prefix));
    EXPECT_FALSE(parsed("http://a/b").is_within(prefix));
    EXPECT_FALSE(parsed("https://a:8443/b").is_within(prefix));
    EXPECT_FALSE(parsed("https://x/b").is_within(prefix));
    EXPECT_TRUE(parsed("https://a/anything").is_within(parsed("https://a")));
}

TEST(Url, PercentCodingGoesBothWays) {
    EXPECT_EQ(percent_decode("a%20b%2Fc%"), "a b/c%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%gg%41"), "%ggA");
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace net
