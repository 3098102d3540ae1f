#include "pep/specifier.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

struct Case {
    const char* specifier;
    const char* version;
    bool expected;
};

void check(std::initializer_list<Case> cases) {
    for (const Case& c : cases) {
        const auto specifier = Specifier::parse(c.specifier);
        ASSERT_TRUE(specifier) << c.specifier << ": " << specifier.error().flat();
        EXPECT_EQ(specifier->contains(*Version::parse(c.version)), c.expected)
            << c.version << " " << c.specifier;
    }
}

TEST(Specifier, EqualityIgnoresLocalVersionsItDoesNotName) {
    check({
        {"==1.1", "1.1", true},
        {"==1.1", "1.1.0", true},
        {"==1.1", "1.1.post1", false},
        {"==1.1", "1.1a1", false},
        {"==1.1", "1.1.dev1", false},
        {"==1.1", "1.1+abc", true},
        {"==1.1+abc", "1.1+abc", true},
        {"==1.1+abc", "1.1", false},
        {"==1.1+abc", "1.1+ABC", true},
        {"==1.1+abc", "1.1+x", false},
        {"!=1.1", "1.1", false},
        {"!=1.1", "1.1+abc", false},
        {"!=1.1", "1.1.post1", true},
        {"!=1.1+abc", "1.1", true},
        {"==1!1.1", "1.1", false},
        {"===1.0", "1.0", true},
        {"===1.0", "1.0.0", false},
        {"===1.0+a", "1.0+A", true},
    });
}

TEST(Specifier, WildcardsComparePrefixesWithZeroesAdded) {
    check({
        {"==1.1.*", "1.1", true},
        {"==1.1.*", "1.1.7", true},
        {"==1.1.*", "1.1a1", true},
        {"==1.1.*", "1.1.dev1", true},
        {"==1.1.*", "1.1.post1", true},
        {"==1.1.*", "1.1+l", true},
        {"==1.1.*", "1.10", false},
        {"==1.1.*", "1.2", false},
        {"==2.1.*", "2", false},
        {"==2.0.*", "2", true},
        {"!=1.1.*", "1.1.7", false},
        {"!=1.1.*", "1.2", true},
        {"==1.*", "1!1.0", false},
        {"==1!1.*", "1!1.0", true},
    });
}

TEST(Specifier, CompatibleReleases) {
    check({
        {"~=2.2", "2.2", true},
        {"~=2.2", "2.9", true},
        {"~=2.2", "3.0", false},
        {"~=2.2", "2.1", false},
        {"~=2.2.0", "2.2.5", true},
        {"~=2.2.0", "2.3", false},
        {"~=2.2.post3", "2.2", false},
        {"~=2.2.post3", "2.9", true},
        {"~=1.4.5a4", "1.4.5a4", true},
        {"~=1.4.5a4", "1.4.9", true},
        {"~=1.4.5a4", "1.5", false},
        {"~=1!2.2", "2.5", false},
        {"~=2.2", "2.2+x", true},
    });
}

TEST(Specifier, ExclusiveComparisonsKeepOutRelativesOfTheirVersion) {
    check({
        {"<1.1", "1.0", true},
        {"<1.1", "1.1", false},
        {"<1.1", "1.1a1", false},
        {"<1.1", "1.1.dev1", false},
        {"<1.1", "1.0.dev1", true},
        {"<1.1a2", "1.1a1", true},
        {"<1.1", "1.0+z", true},
        {"<1!1", "5.0a1", true},
        {"<1.1.post2", "1.1a1", true},
        {"<1.1.post2", "1.1.post1", true},
        {"<1.1.post2", "1.1.post2.dev1", false},
        {">1.1", "1.2", true},
        {">1.1", "1.1", false},
        {">1.1", "1.1.post1", false},
        {">1.1", "1.1+l", false},
        {">1.1", "1.1.0.1", true},
        {">1.1.post1", "1.1.post2", true},
        {">1.1.post1", "1.1.post1+l", false},
        {">1.1.post1", "1.1.post2+l", true},
        {">1.1a1", "1.1", true},
        {">1.1a1", "1.1a2", true},
        {">1.1", "1!0.1", true},
        {">1!0.1", "1.1", false},
        {">1.7.dev2", "1.7.dev3", true},
        {">1.7.dev2", "1.7", true},
    });
}

TEST(Specifier, InclusiveComparisons) {
    check({
        {"<=1.1", "1.1", true},
        {"<=1.1", "1.1+l", true},
        {"<=1.1", "1.1.post1", false},
        {"<=1.1", "1.1a1", true},
        {">=1.1", "1.1", true},
        {">=1.1", "1.1+l", true},
        {">=1.1", "1.1a1", false},
        {">=1.1", "1.1.post1", true},
        {">=1!1", "2", false},
    });
}

TEST(Specifier, RefusesWhatDoesNotGoTogether) {
    for (const char* text :
         {"",         "1.0",     ">",       ">=",        ">=1.0.*", "<1.0.*", "~=1.0.*",
          "===1.0.*", "~=1",     ">=1.0+l", "~=1.0+l",   "<1.0+l",  "=1.0",   "=>1.0",
          "==1.0,",   "==1.0 2", ">dev",    "==1.0a1.*", "==*",     "~1.0",   "^1.0"}) {
        const auto specifier = Specifier::parse(text);
        ASSERT_FALSE(specifier) << text;
        EXPECT_EQ(specifier.error().kind(), base::ErrorKind::Invalid);
    }
    const auto bare = Specifier::parse("1.0");
    ASSERT_EQ(bare.error().hints().size(), 1U);
    EXPECT_TRUE(bare.error().hints()[0].contains("`==1.0`"));
}

TEST(Specifier, PrintsWithoutBlanks) {
    EXPECT_EQ(Specifier::parse(" >= 1.0 ")->to_string(), ">=1.0");
    EXPECT_EQ(Specifier::parse("==1.0.*")->to_string(), "==1.0.*");
    EXPECT_EQ(Specifier::parse("===1.0-1")->to_string(), "===1.0.post1");
}

}  // namespace
}  // namespace pep
