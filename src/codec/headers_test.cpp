#include "codec/headers.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(Headers, FieldsFoldedLinesAndBody) {
    const HeaderBlock block = parse_headers(
        "Metadata-Version: 2.1\r\n"
        "Name :  demo \n"
        "Requires-Dist: a (>=1,\n"
        "  <2)\n"
        "requires-dist: b\n"
        "Summary:\n"
        "X: a: b\n"
        "\n"
        "# Title\n\nText: more\n"
    );
    const Fields expected = {
        {"Metadata-Version", "2.1"},
        {"Name", "demo"},
        {"Requires-Dist", "a (>=1,  <2)"},
        {"requires-dist", "b"},
        {"Summary", ""},
        {"X", "a: b"},
    };
    EXPECT_EQ(block.fields, expected);
    EXPECT_EQ(block.body, "# Title\n\nText: more\n");
    EXPECT_EQ(*block.find("NAME"), "demo");
    EXPECT_EQ(block.find("Version"), nullptr);
    EXPECT_EQ(
        block.find_all("Requires-Dist"), (std::vector<std::string_view>{"a (>=1,  <2)", "b"})
    );
}

TEST(Headers, OddBlocks) {
    EXPECT_TRUE(parse_headers("").fields.empty());
    EXPECT_EQ(parse_headers("\n\nbody").body, "\nbody");
    EXPECT_EQ(parse_headers("\xef\xbb\xbfName: x").fields, (Fields{{"Name", "x"}}));
    EXPECT_EQ(parse_headers("A: 1\n\t2\n\t3").fields, (Fields{{"A", "1\t2\t3"}}));
    // A line that is neither field nor continuation ends the block and is kept.
    const HeaderBlock block = parse_headers("A: 1\nno field here\nB: 2\n");
    EXPECT_EQ(block.fields, (Fields{{"A", "1"}}));
    EXPECT_EQ(block.body, "no field here\nB: 2\n");
    EXPECT_EQ(parse_headers("two words: x\n").body, "two words: x\n");
    EXPECT_EQ(parse_headers(": x\n").body, ": x\n");
    EXPECT_EQ(parse_headers(" folded first\nA: 1\n").body, " folded first\nA: 1\n");
    EXPECT_EQ(parse_headers("A: 1\n  \nB: 2\n\n").fields, (Fields{{"A", "1"}, {"B", "2"}}));
}

}  // namespace
}  // namespace codec
