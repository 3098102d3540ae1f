#include "codec/toml.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>

namespace codec {
namespace {

std::string render(const TomlTable& table);

// One spelling for each value, types included: s"text" i1 f1.5 true d1979-05-27 [..] {key=..}.
std::string render(const TomlValue& value) {
    switch (value.kind()) {
        case TomlValue::Kind::String:
            return fmt::format("s\"{}\"", *value.as_string());
        case TomlValue::Kind::Integer:
            return fmt::format("i{}", *value.as_integer());
        case TomlValue::Kind::Float:
            return fmt::format("f{}", *value.as_float());
        case TomlValue::Kind::Boolean:
            return *value.as_boolean() ? "true" : "false";
        case TomlValue::Kind::DateTime:
            return "d" + value.as_datetime()->to_string();
        case TomlValue::Kind::Table:
            return render(*value.as_table());
        case TomlValue::Kind::Array:
            break;
    }
    std::string text = "[";
    for (const TomlValue& element : *value.as_array())
        text += (text.size() > 1 ? "," : "") + render(element);
    return text + "]";
}

std::string render(const TomlTable& table) {
    std::string text = "{";
    for (const TomlEntry& entry : table.entries()) {
        text += fmt::format("{}{}={}", text.size() > 1 ? "," : "", entry.key, render(entry.value));
    }
    return text + "}";
}

struct Case {
    std::string_view text;
    std::string_view expected;
};

// The rules of the specification, in its order.
constexpr Case kValid[] = {
    {"", "{}"},
    {"\xef\xbb\xbf# mark\n", "{}"},
    {"# comment only", "{}"},
    {"a = 1 # comment\r\nb = 2\r\n", "{a=i1,b=i2}"},
    // keys
    {"bare-key_1 = 1\n1234 = 2", "{bare-key_1=i1,1234=i2}"},
    {"\"127.0.0.1\" = 1\n'quoted \"x\"' = 2\n\"\" = 3", "{127.0.0.1=i1,quoted \"x\"=i2,=i3}"},
    {"a . b.'c.d' = 1\na.b.e = 2", "{a={b={c.d=i1,e=i2}}}"},
    {"3.14159 = 'pi'", "{3={14159=s\"pi\"}}"},
    {"apple.type = 1\norange.type = 2\napple.skin = 3", "{apple={type=i1,skin=i3},orange={type=i2}}"
    },
    {R"("\u00e9" = 1)", "{\u00e9=i1}"},
    {"true = 1\ninf = 2\n1979-05-27 = 3", "{true=i1,inf=i2,1979-05-27=i3}"},
    // strings
    {R"(a = "\b\t\n\f\r\"\\")", "{a=s\"\b\t\n\f\r\"\\\"}"},
    {R"(a = "\u00e9\U0001F600 tab	end")", "{a=s\"\u00e9\U0001F600 tab\tend\"}"},
    {"a = \"\"\"\nRoses\r\nViolets\"\"\"", "{a=s\"Roses\nViolets\"}"},
    {"a = \"\"\"one \\\n\n   two \\  \n three\"\"\"", "{a=s\"one two three\"}"},
    {R"(a = """two quotes "" inside, and ""three"\"" and two more""""")",
     "{a=s\"two quotes \"\" inside, and \"\"three\"\"\" and two more\"\"\"}"},
    {"a = 'C:\\Users\\n'", "{a=s\"C:\\Users\\n\"}"},
    {"a = '''\n'quoted' \\\nend'''''", "{a=s\"'quoted' \\\nend''\"}"},
    {"a = ''''x''''", "{a=s\"'x'\"}"},
    {"a = \"\"\n b = ''\nc = \"\"\"\"\"\"", "{a=s\"\",b=s\"\",c=s\"\"}"},
    // integers
    {"a = [+99, 42, 0, -17, +0, -0, 1_000, 5_349_221]", "{a=[i99,i42,i0,i-17,i0,i0,i1000,i5349221]}"
    },
    {"a = [0xDEADBEEF, 0xdead_beef, 0o755, 0b1101_0110, 0x00]",
     "{a=[i3735928559,i3735928559,i493,i214,i0]}"},
    {"a = [9223372036854775807, -9223372036854775808]",
     "{a=[i9223372036854775807,i-9223372036854775808]}"},
    // floats
    {"a = [+1.0, 3.1415, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34]",
     "{a=[f1,f3.1415,f-0.01,f5e+22,f1000000,f-0.02,f6.626e-34]}"},
    {"a = [224_617.445_991, 0.0, -0.0, 0e0, 1e1_0]", "{a=[f224617.445991,f0,f-0,f0,f10000000000]}"},
    {"a = [inf, +inf, -inf, 1e999]", "{a=[finf,finf,f-inf,finf]}"},
    // dates and times
    {"a = [1979-05-27T07:32:00Z, 1979-05-27T00:32:00-07:00]",
     "{a=[d1979-05-27T07:32:00Z,d1979-05-27T00:32:00-07:00]}"},
    {"a = [1979-05-27t07:32:00.999999999z, 1979-05-27 07:32:00]",
     "{a=[d1979-05-27T07:32:00.999999999Z,d1979-05-27T07:32:00]}"},
    {"a = [1979-05-27, 07:32:00, 00:32:00.5, 2000-02-29]",
     "{a=[d1979-05-27,d07:32:00,d00:32:00.5,d2000-02-29]}"},
    {"a = 1979-05-27 # a date and a comment", "{a=d1979-05-27}"},
    {"a = 23:59:60.1234567891", "{a=d23:59:60.123456789}"},
    // arrays
    {"a = [ 1, 'two', [3.0, []], { x = 4 } ]", "{a=[i1,s\"two\",[f3,[]],{x=i4}]}"},
    {"a = [\n 1, # one\n\n 2,\n # end\n]", "{a=[i1,i2]}"},
    // tables
    {"[a]\nx = 1\n[b]\nx = 2", "{a={x=i1},b={x=i2}}"},
    {"[ a . \"b.c\" . d ] # comment\nx = 1", "{a={b.c={d={x=i1}}}}"},
    {"[x.y.z.w]\n[x]\na = 1", "{x={y={z={w={}}},a=i1}}"},
    {"[fruit.apple]\n[animal]\n[fruit.orange]", "{fruit={apple={},orange={}},animal={}}"},
    {"[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
     "{fruit={apple={color=i1,taste={sweet=true},texture={smooth=true}}}}"},
    {"[a.b.c]\nz = 9\n[a]\nb.d = 1", "{a={b={c={z=i9},d=i1}}}"},
    // inline tables
    {"p = { x = 1, y.z = 2, y.w = {} }\nq = {}", "{p={x=i1,y={z=i2,w={}}},q={}}"},
    // arrays of tables
    {"[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 2", "{p=[{n=i1},{},{n=i2}]}"},
    {"[[f]]\n[f.a]\nx=1\n[[f.v]]\ny=1\n[[f.v]]\ny=2\n[[f]]\n[[f.v]]\ny=3",
     "{f=[{a={x=i1},v=[{y=i1},{y=i2}]},{v=[{y=i3}]}]}"},
    {"[a.b]\n[[a.c]]\n[a.c.d]", "{a={b={},c=[{d={}}]}}"},
};

TEST(Toml, ReadsWhatIsValid) {
    for (const Case& test : kValid) {
        const base::Result<TomlTable> table = parse_toml(test.text, "t");
        ASSERT_TRUE(table) << test.text << "\n" << table.error().flat();
        EXPECT_EQ(render(*table), test.expected) << test.text;
    }
}

TEST(Toml, NanKeepsNothingButItsName) {
    const base::Result<TomlTable> table = parse_toml("a = [nan, +nan, -nan]", "t");
    ASSERT_TRUE(table);
    for (const TomlValue& value : *table->find("a")->as_array())
        EXPECT_TRUE(std::isnan(*value.as_float()));
}

// Text and the start of the error: the position, then what is wrong.
constexpr Case kInvalid[] = {
    // lines and keys
    {"a", "line 1, column 2: expected `=`"},
    {"a =", "line 1, column 4: expected a value"},
    {"a = # comment", "line 1, column 5: expected a value"},
    {"a = 1 b = 2", "line 1, column 7: expected the end of the line"},
    {"= 1", "line 1, column 1: expected a key"},
    {"a. = 1", "line 1, column 4: expected a key"},
    {"a..b = 1", "line 1, column 3: expected a key"},
    {"\u00e9 = 1", "line 1, column 1: expected a key"},
    {"a\n= 1", "line 1, column 2: expected `=`"},
    {"\"\"\"a\"\"\" = 1", "line 1, column 3: expected `=`"},
    {"a = 1\ra = 2", "line 1, column 6: expected the end of the line"},
    {"a = 1 # \x01", "line 1, column 9: a control character"},
    {"a = 1 # \x7f", "line 1, column 9: a control character"},
    {"a = 1\nb = '\xff'", "line 2: the text is not UTF-8"},
    // strings
    {"a = \"x", "line 1, column 5: the string is not closed"},
    {"a = 'x\n'", "line 1, column 5: the string is not closed"},
    {"a = \"\"\"x\n\n", "line 1, column 5: the string is not closed"},
    {"a = '''x''", "line 1, column 5: the string is not closed"},
    {R"(a = "\x41")", "line 1, column 6: unknown escape"},
    {R"(a = "\ ")", "line 1, column 6: unknown escape"},
    {R"(a = "\u12g4")", "line 1, column 8: expected 4 hexadecimal"},
    {R"(a = "\U0001")", "line 1, column 8: expected 8 hexadecimal"},
    {R"(a = "\ud800")", "line 1, column 8: this is no Unicode scalar"},
    {R"(a = "\U00110000")", "line 1, column 8: this is no Unicode scalar"},
    {"a = \"\u00e9\x02\"", "line 1, column 7: a control character"},
    {"a = '\x08'", "line 1, column 6: a control character"},
    {"a = '''\x08'''", "line 1, column 8: a control character"},
    {"a = \"\"\"x\ry\"\"\"", "line 1, column 9: a control character"},
    {"a = \"\"\"x\"\"\"\"\"\"", "line 1, column 14: expected the end"},
    {"a = \"\"\"\\ x\"\"\"", "line 1, column 8: unknown escape"},
    // numbers
    {"a = 01", "line 1, column 5: `01` begins with a zero"},
    {"a = -0_1", "line 1, column 5: `-0_1` begins with a zero"},
    {"a = 1__0", "line 1, column 5: `1__0`"},
    {"a = _1", "line 1, column 5: `_1` is no value"},
    {"a = 1_", "line 1, column 5: `1_`"},
    {"a = 1.", "line 1, column 5: `1.` needs digits"},
    {"a = .5", "line 1, column 5: `.5`"},
    {"a = 1.e5", "line 1, column 5: `1.e5`"},
    {"a = 1e", "line 1, column 5: `1e` needs digits"},
    {"a = 1._5", "line 1, column 5: `1._5`"},
    {"a = 03.14", "line 1, column 5: `03.14` begins"},
    {"a = +0x1", "line 1, column 5: `+0x1`"},
    {"a = 0x", "line 1, column 5: `0x` is no integer of base 16"},
    {"a = 0xg", "line 1, column 5: `0xg`"},
    {"a = 0b2", "line 1, column 5: `0b2`"},
    {"a = 0o8", "line 1, column 5: `0o8`"},
    {"a = 0X1", "line 1, column 5: `0X1`"},
    {"a = 0x_1", "line 1, column 5: `0x_1`"},
    {"a = ++1", "line 1, column 5: `++1`"},
    {"a = Inf", "line 1, column 5: `Inf` is no value"},
    {"a = True", "line 1, column 5: `True` is no value; text needs quotes"},
    {"a = 9223372036854775808", "line 1, column 5: `9223372036854775808` does not fit"},
    {"a = 1.5.2", "line 1, column 5: `1.5.2`"},
    // dates and times
    {"a = 1979-5-27", "line 1, column 5: `1979-5-27`"},
    {"a = 1979-13-01", "line 1, column 5: `1979-13-01` is no date"},
    {"a = 2001-02-29", "line 1, column 5: `2001-02-29` is no date"},
    {"a = 1979-05-27T", "line 1, column 5"},
    {"a = 1979-05-27T25:00:00", "line 1, column 5"},
    {"a = 1979-05-27T07:32", "line 1, column 5"},
    {"a = 1979-05-27T07:32:00.", "line 1, column 5"},
    {"a = 1979-05-27T07:32:00+25:00", "line 1, column 5"},
    {"a = 07:32:00Z", "line 1, column 5"},
    {"a = 07:61:00", "line 1, column 5"},
    // arrays and inline tables
    {"a = [1 2]", "line 1, column 8: expected `,` or `]`"},
    {"a = [,]", "line 1, column 6: expected a value"},
    {"a = [1,,2]", "line 1, column 8: expected a value"},
    {"a = [1,\n2", "line 1, column 5: the array is not closed"},
    {"a = {x = 1,}", "line 1, column 12: expected a key"},
    {"a = {x = 1\n}", "line 1, column 11: expected `,` or `}` on the same line"},
    {"a = {x = 1 y = 2}", "line 1, column 12: expected `,` or `}`"},
    {"a = {x = 1, x = 2}", "line 1, column 13: `x` is defined already at line 1, column 10"},
    {"a = {", "line 1, column 6: expected a key"},
    // what is defined twice
    {"a = 1\na = 2", "line 2, column 1: `a` is defined already at line 1, column 5"},
    {"a = 1\n\"a\" = 2", "line 2, column 1: `a` is defined already"},
    {"a.b = 1\na.b.c = 2", "line 2, column 3: `b` is defined already"},
    {"[a]\n[a]", "line 2, column 2: `a` is defined already at line 1, column 2"},
    {"[a]\nb = 1\n[a.b]", "line 3, column 4: `b` is defined already"},
    {"[a.b]\n[a]\nb.c = 1", "line 3, column 1: `b` is defined already"},
    {"[a.b.c.d]\nz=9\n[a]\nb.c.d.k.t = 1", "line 4, column 5: `d` is defined already"},
    {"[fruit]\napple.color = 1\n[fruit.apple]", "line 3, column 8: `apple` is defined already"},
    {"[fruit]\napple.taste.sweet = true\n[fruit.apple.taste]",
     "line 3, column 14: `taste` is defined already"},
    {"a = {b = 1}\na.c = 2", "line 2, column 1: `a` is defined already"},
    {"a = {b = {}}\n[a.b.c]", "line 2, column 2: `a` is defined already"},
    {"a = {b.c = 1, b = {d = 2}}", "line 1, column 15: `b` is defined already"},
    {"[[a]]\n[a]", "line 2, column 2: `a` is defined already"},
    {"[a]\n[[a]]", "line 2, column 3: `a` is defined already"},
    {"a = [{}]\n[[a]]", "line 2, column 3: `a` is defined already"},
    {"a = []\n[a.b]", "line 2, column 2: `a` is defined already"},
    {"[a.b]\n[[a]]", "line 2, column 3: `a` is defined already"},
    {"[[f.v]]\n[f]\nv = 1", "line 3, column 1: `v` is defined already"},
    // headers
    {"[]", "line 1, column 2: expected a key"},
    {"[a", "line 1, column 3: expected `]`"},
    {"[a] b = 1", "line 1, column 5: expected the end of the line"},
    {"[[a]", "line 1, column 4: expected `]]`"},
    {"[a]]", "line 1, column 4: expected the end of the line"},
    {"[ [a]]", "line 1, column 3: expected a key"},
    {"[a\n]", "line 1, column 3: expected `]`"},
    {"[a.]", "line 1, column 4: expected a key"},
};

TEST(Toml, RefusesWhatIsInvalidAndSaysWhere) {
    for (const Case& test : kInvalid) {
        const base::Result<TomlTable> table = parse_toml(test.text, "t");
        ASSERT_FALSE(table) << test.text;
        EXPECT_EQ(table.error().kind(), base::ErrorKind::Invalid);
        EXPECT_EQ(table.error().message(), "failed to parse `t`");
        ASSERT_EQ(table.error().causes().size(), 1U);
        EXPECT_TRUE(table.error().causes()[0].starts_with(test.expected))
            << test.text << "\nwanted " << test.expected << "\ngot    "
            << table.error().causes()[0];
    }
}

TEST(Toml, NulIsAnErrorEverywhere) {
    for (const std::string_view before :
         {"", "a", "a = ", "a = 1 ", "# ", "a = '", "a = \"", "a = [", "["}) {
        EXPECT_FALSE(parse_toml(std::string(before) + '\0', "t")) << before;
        EXPECT_FALSE(parse_toml(std::string(before) + '\0' + "' \" ]\n", "t")) << before;
    }
}

TEST(Toml, DepthIsBounded) {
    const auto repeat = [](std::string_view text, std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i)
            all += text;
        return all;
    };
    EXPECT_TRUE(parse_toml("a = " + repeat("[", 100) + repeat("]", 100), "t"));
    for (const std::string& text : {
             "a = " + repeat("[", 100'000),
             "a = " + repeat("{a=", 100'000),
             repeat("a.", 100'000) + "a = 1",
             "[" + repeat("a.", 100'000) + "a]",
             "a = " + repeat("{" + repeat("b.", 50) + "b = ", 50),
             "[" + repeat("a.", 100) + "a]\n" + repeat("b.", 100) + "b = 1",
         }) {
        const base::Result<TomlTable> table = parse_toml(text, "t");
        ASSERT_FALSE(table);
        EXPECT_TRUE(table.error().flat().contains("nested deeper than 128 levels"))
            << table.error().flat();
    }
}

TEST(Toml, LargeTablesAreSearchedByIndex) {
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += fmt::format("key-{} = {}\n", i, i);
    const base::Result<TomlTable> table = parse_toml(text, "t");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->find("key-19999")->as_integer(), 19'999);
    EXPECT_EQ(table->find("key-3")->as_integer(), 3);
    EXPECT_EQ(table->find("key-20000"), nullptr);
    const base::Result<TomlTable> twice = parse_toml(text + "key-7 = 0\n", "t");
    ASSERT_FALSE(twice);
    EXPECT_TRUE(twice.error().flat().contains("line 20001, column 1")) << twice.error().flat();
}

TEST(Toml, PathsPositionsAndSpans) {
    constexpr std::string_view kText =
        "[tool.uv]\nindex = [ { url = 'x' } ]\n\"\u00e9\" = 'y' # \u00e9\n";
    const base::Result<TomlTable> table = parse_toml(kText, "pyproject.toml", 10);
    ASSERT_TRUE(table);
    const TomlValue* index = table->at_path("tool.uv.index");
    ASSERT_NE(index, nullptr);
    EXPECT_EQ(index->position(), (TomlPosition{11, 9}));
    EXPECT_EQ(
        kText.substr(index->span().begin, index->span().end - index->span().begin),
        "[ { url = 'x' } ]"
    );
    EXPECT_EQ((*index->as_array())[0].find("url")->position(), (TomlPosition{11, 19}));
    EXPECT_EQ(table->at_path("tool.uv")->position(), (TomlPosition{10, 7}));
    const TomlEntry& last = table->at_path("tool.uv")->as_table()->entries().back();
    EXPECT_EQ(
        kText.substr(last.key_span.begin, last.key_span.end - last.key_span.begin), "\"\u00e9\""
    );
    EXPECT_EQ(last.value.position(), (TomlPosition{12, 7}));
    EXPECT_EQ(table->at_path("tool.missing.x"), nullptr);
    EXPECT_EQ(table->at_path("tool.uv.index.x"), nullptr);

    const base::Error error = toml_error(*index, "pyproject.toml", "expected a string");
    EXPECT_EQ(
        error.flat(), "invalid value in `pyproject.toml`: line 11, column 9: expected a string"
    );
}

}  // namespace
}  // namespace codec
