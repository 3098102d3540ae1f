#include "net/credentials.h"

#include <gtest/gtest.h>

namespace net {
namespace {

Url url(std::string_view text) {
    return Url::parse(text).value();
}

Netrc netrc(std::string_view text) {
    return Netrc::parse(text).value();
}

TEST(Netrc, ReadsWhatPeopleWrite) {
    const Netrc file = netrc(
        "# a comment\n"
        "machine a.example login alice password one\n"
        "machine A.example\n\tlogin bob\n\tpassword two # not a password\n"
        "machine b.example user carol account x password \"th ree\\\"\\\\\\t\"\n"
        "macdef init\n  cd /tmp\n  machine no.example login x password y\n\n"
        "machine c.example password #four login dave\n"
        "default login anonymous password me@here\n"
    );
    const std::vector<NetrcEntry> expected{
        {"a.example", {"alice", "one"}},
        {"a.example", {"bob", "two"}},
        {"b.example", {"carol", "th ree\"\\\t"}},
        {"c.example", {"dave", "#four"}},
    };
    EXPECT_EQ(file.entries(), expected);
    EXPECT_EQ(file.fallback(), (Credentials{"anonymous", "me@here"}));
}

TEST(Netrc, FindsByHostAndUser) {
    const Netrc file = netrc(
        "machine a login alice password one machine a login bob password two default login d "
        "password three"
    );
    EXPECT_EQ(file.find("A"), (Credentials{"alice", "one"}));
    EXPECT_EQ(file.find("a", "bob"), (Credentials{"bob", "two"}));
    EXPECT_EQ(file.find("a", "eve"), std::nullopt);
    EXPECT_EQ(file.find("b"), (Credentials{"d", "three"}));
    EXPECT_EQ(file.find("b", std::nullopt, NetrcDefault::Ignore), std::nullopt);
}

TEST(Netrc, ErrorsNameTheLineAndNoSecret) {
    struct Case {
        std::string_view text;
        std::string_view message;
    };

    static constexpr Case kCases[] = {
        {"machine a login b password se cret", "a word that is no keyword in line 1"},
        {"\nlogin secret", "a field before the first `machine` in line 2"},
        {"machine a\npassword", "`password` without a value in line 2"},
        {"machine a password \"secret\n\"", "a quoted value that does not end in line 1"},
        {"machine", "`machine` without a value in line 1"},
    };
    for (const Case& each : kCases) {
        const auto file = Netrc::parse(each.text);
        ASSERT_FALSE(file) << each.text;
        EXPECT_EQ(file.error().message(), each.message);
    }
}

struct BookCase {
    std::string_view url;
    std::optional<Credentials> found;
};

TEST(CredentialBook, PrefersTheNearestEntry) {
    CredentialBook book;
    book.set_netrc(netrc("machine one.example login n password 1 default login d password 2"));
    book.add({url("https://one.example/"), {"root", "r"}});
    book.add({url("https://one.example/team/simple"), {"team", "t"}});
    book.add({url("https://two.example/simple"), {"two", "w"}});
    const BookCase kCases[] = {
        {"https://own:pw@one.example/team/simple/x", Credentials{"own", "pw"}},
        {"https://one.example/team/simple/x", Credentials{"team", "t"}},
        {"https://one.example/team/simpler", Credentials{"root", "r"}},
        {"https://two.example/files/x", Credentials{"two", "w"}},
        {"http://one.example/team/simple/x", Credentials{"n", "1"}},
        {"https://three.example/x", Credentials{"d", "2"}},
        {"https://team@one.example/other", Credentials{"team", "t"}},
        {"https://n@one.example/other", Credentials{"n", "1"}},
        {"https://token@one.example/other", Credentials{"token", ""}},
    };
    for (const BookCase& each : kCases)
        EXPECT_EQ(book.find(url(each.url)), each.found) << each.url;
    EXPECT_EQ(book.find(url("https://three.example/x"), UrlSource::Redirected), std::nullopt);
}

TEST(CredentialBook, DoesNotGuessBetweenNeighbours) {
    CredentialBook book;
    book.add({url("https://a/one"), {"x", "1"}});
    EXPECT_EQ(book.find(url("https://a/files")), (Credentials{"x", "1"}));
    book.add({url("https://a/two"), {"y", "2"}});
    EXPECT_EQ(book.find(url("https://a/files")), std::nullopt);
    EXPECT_EQ(book.find(url("https://a/two/z")), (Credentials{"y", "2"}));
    book.add({url("https://a/two"), {"x", "1"}});
    EXPECT_EQ(book.find(url("https://a/files")), (Credentials{"x", "1"}));
}

TEST(Credentials, AreEncodedForBasic) {
    // The example of RFC 7617 section 2.
    EXPECT_EQ(
        basic_authorization({"Aladdin", "open sesame"}), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
}

}  // namespace
}  // namespace net
