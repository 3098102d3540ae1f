#include "pep/version_range.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pep {
namespace {

Version version(std::string_view text) {
    return *Version::parse(text);
}

VersionRange range(std::string_view text) {
    auto specifiers = Specifiers::parse(text);
    EXPECT_TRUE(specifiers) << text;
    return VersionRange::from(*specifiers);
}

const std::vector<Version>& sample() {
    static const std::vector<Version> kVersions = [] {
        std::vector<Version> all;
        for (const char* text :
             {"0.dev0",
              "0",
              "0.9",
              "1.0.dev0",
              "1.0.dev1",
              "1.0a1.dev1",
              "1.0a1",
              "1.0a1+l",
              "1.0a1.post0",
              "1.0a2.dev0",
              "1.0a2",
              "1.0b1",
              "1.0rc1",
              "1.0",
              "1.0+l",
              "1.0+l.1",
              "1.0.post0.dev0",
              "1.0.post0",
              "1.0.post0+l",
              "1.0.post1",
              "1.0.post2.dev1",
              "1.0.post2",
              "1.0.0.1",
              "1.0.1.dev0",
              "1.0.1",
              "1.1.dev0",
              "1.1a1",
              "1.1",
              "1.1+l",
              "2.dev0",
              "2.0rc1",
              "2",
              "2.0.1",
              "3.dev0",
              "3",
              "1!0.dev0",
              "1!1",
              "1!2"}) {
            all.push_back(version(text));
        }
        return all;
    }();
    return kVersions;
}

const std::vector<std::string>& specifiers() {
    static const std::vector<std::string> kSpecifiers = [] {
        std::vector<std::string> all;
        for (const char* bound :
             {"1.0",
              "1.0.dev1",
              "1.0a1",
              "1.0.post1",
              "1.0.post2.dev1",
              "2",
              "1.1",
              "1!1",
              "1.0a1.post0"}) {
            for (const char* op : {"==", "!=", "<", "<=", ">", ">=", "==="})
                all.push_back(std::string(op) + bound);
        }
        for (const char* text :
             {"==1.*",
              "!=1.*",
              "==1.0.*",
              "~=1.0",
              "~=1.0.0",
              "~=1.0a1",
              "==1.0+l",
              "!=1.0+l",
              "",
              "<0.dev0",
              ">=0.dev0"}) {
            all.emplace_back(text);
        }
        return all;
    }();
    return kSpecifiers;
}

// Where the set of a specifier and its predicate are meant to differ.
bool differ_on_purpose(const Specifier& specifier, const Version& candidate) {
    const Version& bound = specifier.version();
    // The predicate compares what is printed, the set what is equal, and that without local versions.
    if (specifier.op() == Operator::ArbitraryEqual)
        return candidate.only_release() == bound.only_release();
    // The predicate keeps every post-release of the same numbers out of `>1.0a1`.
    return specifier.op() == Operator::Greater && !bound.is_postrelease() &&
           candidate.is_postrelease() && candidate.only_release() == bound.only_release();
}

TEST(VersionRange, AgreesWithThePredicate) {
    for (const std::string& text : specifiers()) {
        const Specifiers all = *Specifiers::parse(text);
        for (const Version& candidate : sample()) {
            if (!all.empty() && differ_on_purpose(all.items()[0], candidate)) continue;
            EXPECT_EQ(range(text).contains(candidate), all.contains(candidate))
                << candidate.to_string() << " " << text;
        }
    }
}

TEST(VersionRange, TellsRelativesApart) {
    struct Case {
        const char* specifier;
        std::vector<const char*> in;
        std::vector<const char*> out;
    };

    for (const Case& c : std::vector<Case>{
             {">1.2.3",
              {"1.2.3.0.1", "1.2.4.dev0"},
              {"1.2.3", "1.2.3+foo", "1.2.3.post1", "1.2.3.post1+foo"}},
             {">=1.2.3", {"1.2.3", "1.2.3+foo", "1.2.3.post1"}, {"1.2.3rc1", "1.2.3.dev0"}},
             {"<=1.2.3", {"1.2.3", "1.2.3+foo", "1.2.3a1"}, {"1.2.3.post1", "1.2.3.post0.dev0"}},
             {"<1.2.3.post1",
              {"1.2.3a1", "1.2.3", "1.2.3.post0"},
              {"1.2.3.post1.dev0", "1.2.3.post1"}},
             {"==1.2.3", {"1.2.3+foo"}, {"1.2.3.post1.dev0"}},
             {"===1.2.3", {"1.2.3"}, {"1.2.3+foo"}},
             {">1.0a1", {"1.0a2.dev0", "1.0"}, {"1.0a1.post1", "1.0a1+l", "1.0a1"}},
             {">1.0.dev3", {"1.0.dev4", "1.0a1"}, {"1.0.dev3+l", "1.0.dev3"}},
             {">1.0.post1", {"1.0.post2.dev0", "1.0.post2"}, {"1.0.post1", "1.0.post1+l"}},
             {"~=2.2.post3", {"2.2.post3", "2.9"}, {"2.2.post2", "3.dev0", "3"}},
             {"<1", {"0.9"}, {"1.dev0", "1a1", "1"}},
             {"<1a2", {"1a1", "1a2.dev1", "1.dev0"}, {"1a2"}},
         }) {
        for (const char* text : c.in)
            EXPECT_TRUE(range(c.specifier).contains(version(text))) << text << c.specifier;
        for (const char* text : c.out)
            EXPECT_FALSE(range(c.specifier).contains(version(text))) << text << c.specifier;
    }
}

TEST(VersionRange, EqualSetsAreEqual) {
    for (const auto& [a, b] : std::initializer_list<std::array<const char*, 2>>{
             {">1.0a1", ">=1.0a2.dev0"},
             {"<=1.0", "<1.0.post0.dev0"},
             {"==1.0", ">=1.0,<1.0.post0.dev0"},
             {"<2", "<2.dev0"},
             {"==1.*", ">=1.dev0,<2"},
             {"~=1.4.2", ">=1.4.2,==1.4.*"},
             {">1.0.dev1", ">=1.0.dev2"},
             {"<1.0.post3", "<=1.0.post2"},
             {"!=1.0", "!=1.0.0"},
             {">=0.dev0", ""},
             {"<0.dev0", ">2,<1"},
             {"<0.0", ">2,<1"},
         }) {
        EXPECT_EQ(range(a), range(b)) << a << " and " << b;
    }
    EXPECT_NE(range(">1.0"), range(">=1.0.post0"));
    EXPECT_TRUE(range("<0.dev0").is_empty());
    EXPECT_TRUE(range(">=0.dev0").is_full());
    EXPECT_TRUE(range(">=2,<1").is_empty());
}

// Every pair of sample ranges, against membership of every sample version.
TEST(VersionRange, IsAnAlgebraOfSets) {
    for (const std::string& text_a : specifiers()) {
        const VersionRange a = range(text_a);
        EXPECT_EQ(a.complement().complement(), a);
        EXPECT_TRUE(a.intersection(a.complement()).is_empty());
        EXPECT_TRUE(a.union_with(a.complement()).is_full());
        for (const std::string& text_b : specifiers()) {
            const VersionRange b = range(text_b);
            const VersionRange both = a.intersection(b);
            const VersionRange either = a.union_with(b);
            bool meets = false;
            for (const Version& v : sample()) {
                ASSERT_EQ(both.contains(v), a.contains(v) && b.contains(v))
                    << text_a << " " << text_b << " " << v.to_string();
                ASSERT_EQ(either.contains(v), a.contains(v) || b.contains(v))
                    << text_a << " " << text_b << " " << v.to_string();
                meets = meets || both.contains(v);
            }
            EXPECT_FALSE(meets && a.is_disjoint(b));
            EXPECT_EQ(a.is_disjoint(b), both.is_empty());
            EXPECT_EQ(a.is_subset_of(b), both == a);
            EXPECT_EQ(a.complement().intersection(b.complement()), either.complement());
        }
    }
}

TEST(VersionRange, IsBuiltFromBounds) {
    const Version v = version("1.5");
    EXPECT_TRUE(VersionRange::singleton(v).contains(v));
    EXPECT_FALSE(VersionRange::singleton(v).contains(version("1.5+l")));
    EXPECT_FALSE(VersionRange::above(v).contains(v));
    EXPECT_TRUE(VersionRange::above(v).contains(version("1.5+l")));
    EXPECT_TRUE(VersionRange::at_most(v).contains(v));
    EXPECT_FALSE(VersionRange::below(v).contains(v));
    EXPECT_TRUE(VersionRange::below(v).contains(version("1.5rc1")));
    EXPECT_EQ(VersionRange::below(v).complement(), VersionRange::at_least(v));
    EXPECT_EQ(VersionRange::above(v).complement(), VersionRange::at_most(v));
    EXPECT_TRUE(VersionRange::full().is_full());
    EXPECT_TRUE(VersionRange::empty().is_empty());
    EXPECT_EQ(VersionRange(), VersionRange::empty());
}

TEST(VersionRange, KnowsSingleVersions) {
    for (const char* text : {"==1.0", "===1.0", "==1.0+l"})
        EXPECT_TRUE(range(text).is_singletons()) << text;
    EXPECT_TRUE(range("==1.0").union_with(range("==2.0")).is_singletons());
    for (const char* text : {"", ">=1,<2", "==1.*", "!=1", "<=1", ">2,<1"})
        EXPECT_FALSE(range(text).is_singletons()) << text;
}

TEST(VersionRange, PrintsWithoutInternalPlaces) {
    for (const auto& [text, printed] : std::initializer_list<std::array<const char*, 2>>{
             {"", "*"},
             {"<1,>2", "none"},
             {"==1.0", "==1.0"},
             {"===1.0", "==1.0"},
             {"==1.0+l", "==1.0+l"},
             {"!=1.0", "!=1.0"},
             {"!=1.0,!=2.0", "!=1.0, !=2.0"},
             {"==1.*", "==1.*"},
             {"==1.2.*", "==1.2.*"},
             {"!=1.2.*", "!=1.2.*"},
             {">=1,<3,!=2.1", ">=1, <3, !=2.1"},
             {"~=2.2", ">=2.2, <3"},
             {"<2", "<2"},
             {"<=2", "<=2"},
             {">2", ">2"},
             {">=2", ">=2"},
             {">2.post1", ">2.post1"},
             {"<2.post1", "<=2.post0"},
             {"<2.post0", "<=2"},
             {">2a1", ">=2a2.dev0"},
             {"<2a1", "<2a1"},
             {">1,<=2", ">1, <=2"},
         }) {
        EXPECT_EQ(range(text).to_string(), printed) << text;
    }
    EXPECT_EQ(range("<1").union_with(range(">=2")).to_string(), "<1 | >=2");
    EXPECT_EQ(range("<=1").complement().to_string(), ">1");
    EXPECT_EQ(range(">1").complement().to_string(), "<=1.post*");
    EXPECT_EQ(range("<1").complement().to_string(), ">=1.dev0");
}

TEST(VersionRange, IsSimplifiedForKnownVersions) {
    const std::vector<Version> known{version("1"), version("2"), version("3"), version("4")};
    for (const auto& [text, printed] : std::initializer_list<std::array<const char*, 2>>{
             {">=1,<5", "*"},
             {">=2,<5", ">=2"},
             {">=1,<3", "<3"},
             {"==2", "==2"},
             {"!=2", "!=2"},
             {"!=2.5", "*"},
             {">=2,!=2.5,<4", ">=2, <4"},
             {">=7", ">=7"},
             {"", "*"},
         }) {
        EXPECT_EQ(range(text).simplify(known).to_string(), printed) << text;
    }
    EXPECT_EQ(range(">=2").simplify({}), range(">=2"));
    for (const std::string& text : specifiers()) {
        const VersionRange simple = range(text).simplify(sample());
        for (const Version& v : sample())
            EXPECT_EQ(simple.contains(v), range(text).contains(v)) << text << v.to_string();
    }
}

}  // namespace
}  // namespace pep
