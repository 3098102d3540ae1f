#include "pep/specifiers.h"

#include <gtest/gtest.h>

#include <array>

namespace pep {
namespace {

TEST(Specifiers, AreSortedByVersionAndOperator) {
    constexpr std::array<std::array<const char*, 2>, 9> kCases{{
        {"", ""},
        {"  ", ""},
        {">=1", ">=1"},
        {"<4,>=3.8", ">=3.8, <4"},
        {" < 4 , >= 3.8 ", ">=3.8, <4"},
        {"!=1.0,>=1.0", "!=1.0, >=1.0"},
        {">=1,<=1,>1,<1,~=1.0,!=1.*,!=1,===1,==1.*,==1",
         "==1, ==1.*, ===1, !=1, !=1.*, ~=1.0, <1, <=1, >1, >=1"},
        {"!=2.*,!=1.*", "!=1.*, !=2.*"},
        {">=1.0,>=1.0", ">=1.0, >=1.0"},
    }};
    for (const auto& [text, canonical] : kCases) {
        const auto specifiers = Specifiers::parse(text);
        ASSERT_TRUE(specifiers) << text;
        EXPECT_EQ(specifiers->to_string(), canonical);
        EXPECT_EQ(*Specifiers::parse(specifiers->to_string()), *specifiers);
    }
}

TEST(Specifiers, HoldIfAllHold) {
    const auto specifiers = *Specifiers::parse(">=3.8, <4, !=3.9.*");
    EXPECT_TRUE(specifiers.contains(*Version::parse("3.8")));
    EXPECT_FALSE(specifiers.contains(*Version::parse("3.9.2")));
    EXPECT_FALSE(specifiers.contains(*Version::parse("4.0")));
    EXPECT_TRUE(Specifiers().contains(*Version::parse("0.dev0")));
    EXPECT_TRUE(Specifiers().empty());
}

TEST(Specifiers, RefusesEmptyParts) {
    for (const char* text : {",", ">=1,", ",>=1", ">=1,,<2", ">=1 <2", "1.0"})
        EXPECT_FALSE(Specifiers::parse(text)) << text;
}

TEST(Specifiers, RepairsWhatOldToolsWrote) {
    constexpr std::array<std::array<const char*, 2>, 23> kCases{{
        {">=1.0", ">=1.0"},
        {">=3.6.*", ">=3.6"},
        {">=3.*", ">=3"},
        {"<4.*", "<4"},
        {"~=3.6.*", "~=3.6"},
        {">=2.7,!=3.0.*,!=3.1.*,<=3.7.*", ">=2.7, !=3.0.*, !=3.1.*, <=3.7"},
        {">=2.7, != 3.0*", ">=2.7, !=3.0.*"},
        {">=3.6*", ">=3.6"},
        {">=2.7,!=3.0.*,!=3.1.*,", ">=2.7, !=3.0.*, !=3.1.*"},
        {">=3.6,,<4", ">=3.6, <4"},
        {">=2.7 !=3.0.*", ">=2.7, !=3.0.*"},
        {">=3.6<4", ">=3.6, <4"},
        {">= 3.6  < 4", ">=3.6, <4"},
        {"!=3.0.* <4 >=2.7", ">=2.7, !=3.0.*, <4"},
        {"!=~3.0,>=2.7", ">=2.7, !=3.0.*"},
        {">dev", ">0.0.0.dev0"},
        {">=1.9.0,<2.0.0,!=1.9.3.rc1.0", ">=1.9.0, !=1.9.3rc1, <2.0.0"},
        {">=2.0.0b1.0", ">=2.0.0b1"},
        {">='2.7'", ">=2.7"},
        {"\">=2.7\"", ">=2.7"},
        {">=3.6.*<4,", ">=3.6, <4"},
        {">=3.6.* , < 3.9.*, ", ">=3.6, <3.9"},
        {"", ""},
    }};
    for (const auto& [text, meant] : kCases) {
        Warnings warnings;
        const auto specifiers = Specifiers::parse_lenient(text, &warnings);
        ASSERT_TRUE(specifiers) << text;
        EXPECT_EQ(specifiers->to_string(), meant) << text;
        EXPECT_EQ(warnings.size(), Specifiers::parse(text) ? 0U : 1U) << text;
    }
}

TEST(Specifiers, GivesUpOnWhatNobodyCouldMean) {
    for (const char* text :
         {"latest", ">=", "3.6", "=>3.6", ">=a", ",>=3.6", ">=1.0.b.b", "~=1", ">=1;<2", "<", "^3.6"
         }) {
        const auto specifiers = Specifiers::parse_lenient(text);
        ASSERT_FALSE(specifiers) << text;
        EXPECT_EQ(specifiers.error().flat(), Specifiers::parse(text).error().flat())
            << "of the text as given";
    }
}

}  // namespace
}  // namespace pep
