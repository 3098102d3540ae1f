#include "pep/version.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace pep {
namespace {

Version version(std::string_view text) {
    auto parsed = Version::parse(text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().flat());
    return parsed ? *parsed : Version();
}

// The examples of PEP 440 and of the packaging specification, and what lies between packed and shared form.
constexpr std::array kAscending{
    "0.dev0",
    "0",
    "0.0.0.0.1",
    "1.dev0",
    "1.dev456",
    "1.dev4194303",
    "1.dev4194304",
    "1.0a1.dev5",
    "1.0a1.dev1022",
    "1.0a1.dev1023",
    "1.0a1.dev20240101",
    "1.0a1",
    "1.0a1.post0.dev7",
    "1.0a1.post0",
    "1.0a1.post3",
    "1.0a2.dev456",
    "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456",
    "1.0b2",
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1.dev456",
    "1.0rc1",
    "1.0rc20240101",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+abc.7.x",
    "1.0+5",
    "1.0+5.0",
    "1.0.post0",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.0.post4194304",
    "1.0.0.0.1",
    "1.0.0.67108863",
    "1.0.0.67108864",
    "1.0.1",
    "1.0.524287",
    "1.0.524288",
    "1.1.dev1",
    "1.1",
    "1.2.3.4.5.6.7.8",
    "1.10",
    "2024.1.1",
    "67108863",
    "67108864",
    "18446744073709551614",
    "1!0.dev0",
    "1!1.0",
    "2!0",
};

TEST(Version, OrdersAsPep440Says) {
    for (std::size_t i = 0; i < kAscending.size(); ++i) {
        for (std::size_t j = 0; j < kAscending.size(); ++j) {
            const Version a = version(kAscending[i]);
            const Version b = version(kAscending[j]);
            EXPECT_EQ(a <=> b, i <=> j) << kAscending[i] << " and " << kAscending[j];
            EXPECT_EQ(a == b, i == j) << kAscending[i] << " and " << kAscending[j];
        }
    }
}

TEST(Version, PrintsItsNormalForm) {
    for (const char* text : kAscending)
        EXPECT_EQ(version(text).to_string(), text);

    constexpr std::array<std::array<const char*, 2>, 45> kSpellings{{
        {"1.0", "1.0"},
        {"1.0.0.0.0.0.0", "1.0.0.0.0.0.0"},
        {"1.0.0.0.0.0.0.0", "1.0.0.0.0.0.0.0"},
        {" v1.0 ", "1.0"},
        {"V1.0", "1.0"},
        {"\t1.0\n", "1.0"},
        {"01.002", "1.2"},
        {"0!1", "1"},
        {"1.0alpha1", "1.0a1"},
        {"1.0.ALPHA.1", "1.0a1"},
        {"1.0-beta-2", "1.0b2"},
        {"1.0_b_2", "1.0b2"},
        {"1.0c3", "1.0rc3"},
        {"1.0-RC.3", "1.0rc3"},
        {"1.0pre3", "1.0rc3"},
        {"1.0preview3", "1.0rc3"},
        {"1.0a", "1.0a0"},
        {"1.0a.", "1.0a0"},
        {"1.0a-1", "1.0a1"},
        {"1.0a.dev", "1.0a0.dev0"},
        {"1.0a.dev2", "1.0a0.dev2"},
        {"1.0a_post2", "1.0a0.post2"},
        {"1.0-1", "1.0.post1"},
        {"1.0a1-1", "1.0a1.post1"},
        {"1.0.post", "1.0.post0"},
        {"1.0post-5", "1.0.post5"},
        {"1.0-r4", "1.0.post4"},
        {"1.0rev5", "1.0.post5"},
        {"1.0R5", "1.0.post5"},
        {"1.0dev", "1.0.dev0"},
        {"1.0-DEV-3", "1.0.dev3"},
        {"1.0_dev", "1.0.dev0"},
        {"1.0.post1dev2", "1.0.post1.dev2"},
        {"1.0+Ubuntu-1", "1.0+ubuntu.1"},
        {"1.0+foo_BAR.01", "1.0+foo.bar.1"},
        {"1.0+0a", "1.0+0a"},
        {"1.0+18446744073709551615", "1.0+18446744073709551615"},
        {"1.0+99999999999999999999", "1.0+99999999999999999999"},
        {"1!2.3a4.post5.dev6+seven.8", "1!2.3a4.post5.dev6+seven.8"},
        {"1.1.dev1", "1.1.dev1"},
        {"0", "0"},
        {"00", "0"},
        {"1000000000", "1000000000"},
        {"1.1234567890", "1.1234567890"},
        {"1!00.0", "1!0.0"},
    }};
    for (const auto& [text, normal] : kSpellings)
        EXPECT_EQ(version(text).to_string(), normal) << text;
}

TEST(Version, RefusesWhatIsNone) {
    for (const char* text :
         {"",
          " ",
          "v",
          "french toast",
          "1.0+a+",
          "1.0++",
          "1.0+_foobar",
          "1.0+foo&asd",
          "1.0+1+1",
          "1.0+",
          "1.",
          ".1",
          "1..0",
          "1.0.*",
          "1.*",
          "1.0a1.*",
          "1!",
          "!1",
          "-1",
          "1.0-",
          "1.0 1",
          "1.0~1",
          "1.0a1b1",
          "1.0dev1a1",
          "18446744073709551615",
          "1.18446744073709551616",
          "1.0.post18446744073709551615",
          "1.0é",
          "latest",
          "1.0.x",
          "1-2-3"}) {
        const auto parsed = Version::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind(), base::ErrorKind::Invalid) << text;
        EXPECT_TRUE(parsed.error().message().contains("is not a version"))
            << parsed.error().message();
    }
}

TEST(Version, ReadsWildcardsAsPatterns) {
    const auto pattern = Version::parse_pattern("1.2.*");
    ASSERT_TRUE(pattern);
    EXPECT_TRUE(pattern->is_wildcard);
    EXPECT_EQ(pattern->version.to_string(), "1.2");
    EXPECT_FALSE(Version::parse_pattern("1.2")->is_wildcard);
    for (const char* text : {"1.0a1.*", "1.0.*.1", "1.0.*a", "1.0*", "*", "1.0+cpu.*"}) {
        EXPECT_FALSE(Version::parse_pattern(text)) << text;
    }
}

TEST(Version, TrailingZeroesMakeNoDifference) {
    const std::array<std::array<const char*, 2>, 6> equals{{
        {"1", "1.0"},
        {"1.0", "1.0.0.0.0.0.0.0.0.0"},
        {"1.2a1", "1.2.0a1"},
        {"1.0+cpu", "1.0.0+CPU"},
        {"1!1", "1!1.0"},
        {"67108864", "67108864.0"},
    }};
    for (const auto& [a, b] : equals) {
        EXPECT_EQ(version(a), version(b));
        EXPECT_EQ(version(a).hash(), version(b).hash()) << a << " and " << b;
        EXPECT_NE(version(a).to_string(), version(b).to_string());
    }
}

TEST(Version, IsTakenApartAndPutTogether) {
    const Version full = version("3!1.2rc4.post5.dev6+Ab.7");
    EXPECT_EQ(full.epoch(), 3U);
    EXPECT_EQ(full.release().to_vector(), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(full.pre(), (PreRelease{PreReleaseKind::Candidate, 4}));
    EXPECT_EQ(full.post(), 5U);
    EXPECT_EQ(full.dev(), 6U);
    ASSERT_EQ(full.local().size(), 2U);
    EXPECT_EQ(std::get<std::string>(full.local()[0]), "ab");
    EXPECT_EQ(std::get<std::uint64_t>(full.local()[1]), 7U);
    EXPECT_EQ(full.without_local().to_string(), "3!1.2rc4.post5.dev6");
    EXPECT_EQ(full.only_release().to_string(), "3!1.2");
    for (const char* text : kAscending)
        EXPECT_EQ(Version::from_parts(version(text).parts()), version(text)) << text;
}

TEST(Version, ReadsReleaseNumbersInPlace) {
    const Version one = version("1.2.3.4.0.0");
    const std::vector<std::uint64_t> numbers(one.release().begin(), one.release().end());
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 3, 4, 0, 0}));
    EXPECT_EQ(one.release()[3], 4U);
    EXPECT_EQ(one.release()[99], 0U);
}

TEST(Version, KnowsWhatItIs) {
    struct Case {
        const char* text;
        bool pre, post, dev, local;
    };

    for (const Case& c : std::initializer_list<Case>{
             {"1.0", false, false, false, false},
             {"1.0a1", true, false, false, false},
             {"1.0.dev1", true, false, true, false},
             {"1.0.post1", false, true, false, false},
             {"1.0.post1.dev1", true, true, true, false},
             {"1.0a1.post1", true, true, false, false},
             {"1.0rc1.dev2", true, false, true, false},
             {"1.0+x", false, false, false, true},
             {"1.0a1+x", true, false, false, true},
         }) {
        const Version v = version(c.text);
        EXPECT_EQ(v.is_prerelease(), c.pre) << c.text;
        EXPECT_EQ(v.is_postrelease(), c.post) << c.text;
        EXPECT_EQ(v.is_development(), c.dev) << c.text;
        EXPECT_EQ(v.is_local(), c.local) << c.text;
    }
}

TEST(Version, IsSmallAndCopiesKeepTheSharedForm) {
    static_assert(sizeof(Version) == 16);
    EXPECT_EQ(Version().to_string(), "0");
    Version shared = version("1.0+local.version");
    Version copy = shared;
    Version moved = std::move(shared);
    EXPECT_EQ(copy, moved);
    copy = version("2.0");
    EXPECT_EQ(moved.to_string(), "1.0+local.version");
    moved = *&moved;  // itself
    EXPECT_EQ(moved.to_string(), "1.0+local.version");
    moved.swap(copy);
    EXPECT_EQ(copy.to_string(), "1.0+local.version");
    EXPECT_EQ(moved.to_string(), "2.0");
}

TEST(Version, HasAPlaceAboveAllPostReleases) {
    for (const char* text : {"1.0", "1.0+x", "1.0.post7", "67108864.0"}) {
        const Version place = Version::above_all_posts_of(version(text));
        const std::string release = version(text).only_release().to_string();
        EXPECT_TRUE(place.is_above_all_posts());
        EXPECT_GT(place, version(release + ".post18446744073709551614")) << text;
        EXPECT_GT(place, version(release + ".post4194303+z.9")) << text;
        EXPECT_LT(place, version(release + ".0.0.0.1.dev0")) << text;
        EXPECT_EQ(place, Version::above_all_posts_of(version(release)));
    }
    EXPECT_FALSE(version("1.0.post1").is_above_all_posts());
}

TEST(Version, IsAKeyOfHashTables) {
    std::unordered_set<Version> seen;
    for (const char* text : kAscending)
        EXPECT_TRUE(seen.insert(version(text)).second) << text;
    EXPECT_TRUE(seen.contains(version("1.0.0")));
}

}  // namespace
}  // namespace pep
