#include "solve/sentence.h"

#include "solve/universe_test.h"

#include <gtest/gtest.h>

namespace solve {
namespace {

TEST(Sentence, JoinsLists) {
    EXPECT_EQ(joined({}), "");
    EXPECT_EQ(joined({"a"}), "a");
    EXPECT_EQ(joined({"a", "b"}), "a and b");
    EXPECT_EQ(joined({"a", "b", "c"}, " or "), "a, b or c");
}

TEST(Sentence, ShowsSetsOfVersions) {
    EXPECT_EQ(shown("a", range_of("")), "`a`");
    EXPECT_EQ(shown("a", range_of(">=1,<2")), "`a>=1,<2`");
    EXPECT_EQ(shown("a", range_of("<1").union_with(range_of(">=2"))), "`a<1` or `a>=2`");
}

TEST(Sentence, CutsLongSetsShort) {
    pep::VersionRange range;
    for (const char* text : {"==1", "==3", "==5", "==7", "==9", "==11"}) {
        range = range.union_with(range_of(text));
    }
    EXPECT_EQ(shown("a", range), "`a==1`, `a==3`, `a==5`, `a==7` or 2 more ranges");
}

}  // namespace
}  // namespace solve
