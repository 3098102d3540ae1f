#include "codec/dotenv.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace codec {
namespace {

// "name=value;" of every variable, then "@position:line" of the warning.
std::string render(std::string_view text) {
    const Dotenv parsed =
        parse_dotenv(text, [](std::string_view name) -> std::optional<std::string> {
            if (name == "OUT") return "out";
            if (name == "OUT_SIDE") return "side";
            return std::nullopt;
        });
    std::string rendered;
    for (const auto& [name, value] : parsed.variables)
        rendered += fmt::format("{}={};", name, value);
    for (const DotenvWarning& warning : parsed.warnings) {
        rendered += fmt::format("@{}:{}", warning.position, warning.line);
    }
    return rendered;
}

// Every expectation but those marked "ours" is what uv 0.13.9 does.
TEST(Dotenv, ReadsTheDialect) {
    struct Case {
        std::string_view text;
        std::string_view expected;
    };

    constexpr Case kCases[] = {
        {"A=1\nB = 2  \n\n  # c\n  C=3\r\nD=4", "A=1;B=2;C=3;D=4;"},
        {"export A=1\nexport\t B=2\nexport=3\nexportC=4\n", "A=1;B=2;export=3;exportC=4;"},
        {"A.b_9=1\n_x=2\n", "A.b_9=1;_x=2;"},
        {"A=1\nA=2\nB=$A\n", "A=1;B=2;"},
        // comments
        {"A=a#b\nB=a #b\nC=#b\nD= #b\nE=\"x # y\"#z\nF='x' # it's\n",
         "A=a#b;B=a;C=;D=;E=x # y#z;F=x;"},
        // quotes
        {"A='$OUT \\n'\nB=\"x\ny\"\nC='x\n# y\n'\nD=\"\"\n", "A=$OUT \\n;B=x\ny;C=x\n# y\n;D=;"},
        {"A=a\"b c\"d'e f'g\nB=x\"y\nz\"w\n", "A=ab cde fg;B=xy\nzw;"},
        // escapes
        {"A=\\n\\ \\$\\\"\\'\\\\z\nB=\"\\n\\ \\$\\\"\\'\\\\\"\nC=\\\n",
         "A=\n $\"'\\z;B=\n $\"'\\;C=;"},
        // substitution
        {"OUT=in\nA=$OUT\nB=${OUT_SIDE}\nC=\"<${OUT}>\"\nD=$OUT_SIDE\n",
         "OUT=in;A=out;B=side;C=<out>;D=out_SIDE;"},
        {"A=$\nB=${}\nC=$-x\nD=${NONE:-x}\nE=$OUT$OUT ${OUT}\nF=$OUT{x\n",
         "A=;B=;C=-x;D=;E=outout out;F=out{x;"},
        {"A=$OUT\\n\nB=$OUT b\n", "A=out\\n;B=out b;"},
        {"A=\"$OUT\"\nB=$OUT'x'\n", "A=out;B=outx;"},  // ours
        {"A=1 ", "A=1;"},                              // ours
        {"A=1;B=2\nC=`x`\nD=a=b\nE==b\n", "A=1;B=2;C=`x`;D=a=b;E==b;"},
        // what ends a file
        {"A=1\nBAD LINE\nB=2\n", "A=1;@4:BAD LINE"},
        {"A=two words\nB=2\n", "@4:two words"},
        {"A: x\n", "@1:A: x"},
        {"A\n", "@1:A"},
        {"export A\n", "@8:export A"},
        {"export A B\n", "@9:export A B"},
        {"=x\n", "@0:=x"},
        {"  A-B=1\n", "@3:  A-B=1"},
        {"9A=1\n", "@0:9A=1"},
        {"A=\"a\" b # c\n", "@4:\"a\" b"},
        {"A=\u00e9 \u00e9\n", "@2:\u00e9 \u00e9"},
        {"A=\"\\t\"\n", "@2:\"\\t\""},
        {"A=${OUT\n", "@4:${OUT"},
        {"A=a\\\nb\n", "A=a;@1:b"},
        {"A=1\nB=\"x\nC=3\n", "A=1;@9:B=\"x\nC=3\n"},
        {"A='x\n", "@5:A='x\n"},
        {"\xef\xbb\xbf"
         "A=1\n",
         "@0:\xef\xbb\xbf"
         "A=1"},
    };
    for (const Case& test : kCases)
        EXPECT_EQ(render(test.text), test.expected) << test.text;
}

TEST(Dotenv, WarningsKnowTheirLine) {
    const Dotenv parsed = parse_dotenv("# c\nA=\"x\ny\"\nB=\\\nBAD\n", nullptr);
    EXPECT_EQ(parsed.variables.size(), 2U);
    ASSERT_EQ(parsed.warnings.size(), 1U);
    EXPECT_EQ(parsed.warnings[0].line_number, 5U);
}

}  // namespace
}  // namespace codec
