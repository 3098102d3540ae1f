#include "codec/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace codec {
namespace {

TEST(Json, ReadsValuesAndWritesThemBack) {
    constexpr std::string_view kSame[] = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "1e+300",
        R"("")",
        R"("a\"b\\c\n\r\t\u0001é")",
        "[]",
        "{}",
        R"([1,[2,[]],{"a":{}}])",
        R"({"b":1,"a":[true,null],"b":2})",
    };
    for (const std::string_view text : kSame) {
        const base::Result<Json> value = parse_json(text, "t");
        ASSERT_TRUE(value) << text << " " << value.error().flat();
        EXPECT_EQ(value->to_string(), text);
        EXPECT_EQ(*parse_json(value->to_string(), "t"), *value);
    }
}

TEST(Json, Escapes) {
    const base::Result<Json> value = parse_json(R"( "\u00e9\ud83d\ude00\/\b\f" )", "t");
    ASSERT_TRUE(value) << value.error().flat();
    EXPECT_EQ(*value->as_string(), "\u00e9\U0001F600/\b\f");
}

TEST(Json, KindsAndFinding) {
    const base::Result<Json> value =
        parse_json(R"({"i":1,"n":1.0,"big":18446744073709551615,"s":"x","i":2})", "t");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->find("i")->as_integer(), 2) << "the last of two wins";
    EXPECT_EQ(value->find("i")->as_number(), 2.0);
    EXPECT_EQ(value->find("n")->as_integer(), std::nullopt);
    EXPECT_EQ(value->find("big")->as_number(), 18446744073709551615.0);
    EXPECT_EQ(*value->find_string("s"), "x");
    EXPECT_EQ(value->find_string("i"), nullptr);
    EXPECT_EQ(value->find("x"), nullptr);
    EXPECT_EQ(value->find("s")->find("x"), nullptr);
}

TEST(Json, NumbersOfAnyLengthAreRoundedRightly) {
    struct Case {
        std::string text;
        double expected;
    };

    const std::vector<Case> kCases{
        {"9223372036854775808", 9223372036854775808.0},
        {"18446744073709551615", 18446744073709551615.0},
        {"1844674407370955161550", 1844674407370955161550.0},
        {"-1844674407370955161550", -1844674407370955161550.0},
        {"1844674407370955161550e-2", 18446744073709551615.5},
        {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
        {"0." + std::string(400, '0') + "1e401", 1.0},
        {"4.9e-324", 4.9e-324},
        {"1e-999", 0.0},
    };
    for (const auto& [text, expected] : kCases) {
        const base::Result<Json> value = parse_json(text, "t");
        ASSERT_TRUE(value) << text << " " << value.error().flat();
        EXPECT_EQ(value->kind(), Json::Kind::Number) << text;
        EXPECT_EQ(value->as_number(), expected) << text;
    }
}

TEST(Json, RefusesWhatIsInvalidAndSaysWhere) {
    struct Case {
        std::string text;
        std::string_view expected;
    };

    const Case cases[] = {
        {"", "at byte 0: there is nothing"},
        {"nul", "at byte 3: expected a value"},
        {"1 2", "at byte 2: more text"},
        {std::string("1\0", 2), "at byte 1: more text"},
        {std::string("1\0 2", 4), "at byte 1: more text"},
        {"[1,]", "at byte 3: expected a value"},
        {"[1 2]", "at byte 3: expected `,` or `]`"},
        {"{a:1}", "at byte 1: expected a key"},
        {"{\"a\" 1}", "at byte 5: expected `:`"},
        {"{\"a\":1,}", "expected a key"},
        {"{\"a\":1 \"b\":2}", "expected `,` or `}`"},
        {"'a'", "expected a value"},
        {"\"a", "a string is not closed"},
        {"\"\\x\"", "unknown escape"},
        {"\"\\u12\"", "expected four hexadecimal digits"},
        {"\"\\ud800\"", "half a surrogate pair"},
        {"\"\\udc00\"", "half a surrogate pair"},
        {"{\"\\udfff\":1}", "half a surrogate pair"},
        {"\"\x01\"", "byte 1"},
        {"\"\xff\"", "the text is not UTF-8"},
        {"\"\xed\xa0\x80\"", "the text is not UTF-8"},
        {"01", "at byte 1"},
        {"+1", "expected a value"},
        {"1.", "expected a digit"},
        {"1e", "expected a digit in the exponent"},
        {"1e999", "the number is too large"},
        {"NaN", "expected a value"},
        {"[1] // c", "more text"},
        {"\xef\xbb\xbf{}", "expected a value"},
    };
    for (const Case& test : cases) {
        const base::Result<Json> value = parse_json(test.text, "page");
        ASSERT_FALSE(value) << test.text;
        EXPECT_TRUE(value.error().flat().starts_with("failed to parse `page` as JSON: "));
        EXPECT_TRUE(value.error().flat().contains(test.expected))
            << test.text << ": " << value.error().flat();
    }
}

TEST(Json, LimitsHold) {
    const std::string deep(1'000'000, '[');
    EXPECT_TRUE(parse_json(deep, "t").error().flat().contains("nested deeper than 128 levels"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    EXPECT_TRUE(parse_json(objects, "t").error().flat().contains("nested deeper than 128 levels"));
    EXPECT_TRUE(parse_json(std::string(128, '[') + std::string(128, ']'), "t"));
    EXPECT_TRUE(
        parse_json("[1,2,3]", "t", {.values = 3}).error().flat().contains("more than 3 values")
    );
    EXPECT_TRUE(parse_json("[1,2,3]", "t", {.values = 4}));
    EXPECT_TRUE(parse_json("[1]", "t", {.size = 2}).error().flat().contains("more than 2B"));
}

// Writes down what comes.
class Recorder final : public JsonEvents {
  public:
    std::string seen;
    std::string_view stop_at;

    JsonStep null() override { return note("null"); }

    JsonStep boolean(bool value) override { return note(value ? "true" : "false"); }

    JsonStep integer(std::int64_t value) override { return note(std::to_string(value)); }

    JsonStep number(double) override { return note("number"); }

    JsonStep string(std::string_view value) override { return note(value); }

    JsonStep key(std::string_view name) override { return note(std::string(name) + ":"); }

    JsonStep begin_object() override { return note("{"); }

    JsonStep end_object() override { return note("}"); }

    JsonStep begin_array() override { return note("["); }

    JsonStep end_array() override { return note("]"); }

  private:
    JsonStep note(std::string_view what) {
        seen += what;
        seen += ' ';
        return what == stop_at ? JsonStep::Stop : JsonStep::Continue;
    }
};

TEST(Json, EventsComeInOrderAndCanStop) {
    const std::string text = R"({"a":[1,-2,1.5,"x\ny",true],"b":null,"c":{}})";
    Recorder all;
    ASSERT_EQ(read_json(text, "t", all), JsonOutcome::Complete);
    EXPECT_EQ(all.seen, "{ a: [ 1 -2 number x\ny true ] b: null c: { } } ");
    Recorder some;
    some.stop_at = "-2";
    ASSERT_EQ(read_json(text, "t", some), JsonOutcome::Stopped);
    EXPECT_EQ(some.seen, "{ a: [ 1 -2 ");
    JsonEvents nobody;
    EXPECT_EQ(read_json(text, "t", nobody), JsonOutcome::Complete);
}

TEST(Json, WriterQuotesAndSeparates) {
    JsonWriter writer;
    writer.begin_object().key("a").begin_array().integer(1).number(2).number(0.1).null().end_array(
    );
    writer.key("b\"")
        .string("\x02\xff/\u00e9")
        .key("c")
        .boolean(true)
        .key("d")
        .begin_object()
        .end_object();
    writer.key("e").number(std::numeric_limits<double>::infinity()).end_object();
    EXPECT_EQ(
        writer.text(),
        "{\"a\":[1,2.0,0.1,null],\"b\\\"\":\"\\u0002\ufffd/"
        "\ufffd\ufffd\",\"c\":true,\"d\":{},\"e\":null}"
    );
}

}  // namespace
}  // namespace codec
