#include "net/http_headers.h"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(Headers, FindsWithoutCase) {
    Headers headers{{"ETag", "\"1\""}, {"Vary", "a"}};
    headers.add("vary", "b");
    EXPECT_EQ(headers.find("etag"), "\"1\"");
    EXPECT_EQ(headers.joined("VARY"), "a, b");
    EXPECT_EQ(headers.joined("date"), std::nullopt);
    headers.set("Vary", "c");
    EXPECT_EQ(headers.joined("vary"), "c");
    headers.remove("VARY");
    EXPECT_EQ(headers.find("vary"), std::nullopt);
}

TEST(Headers, TakesLinesAsTheyCome) {
    Headers headers;
    headers.add_line("Content-Type:  text/html \r\n");
    headers.add_line("Location: http://a:80/b\r\n");
    headers.add_line("Empty:\r\n");
    headers.add_line("no field\r\n");
    headers.add_line(": no name\r\n");
    const Headers expected{
        {"Content-Type", "text/html"}, {"Location", "http://a:80/b"}, {"Empty", ""}
    };
    EXPECT_EQ(headers, expected);
}

TEST(ContentRange, ParsesTheThreeForms) {
    const auto full = ContentRange::parse("bytes 5-9/20");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->first, 5u);
    EXPECT_EQ(full->last, 9u);
    EXPECT_EQ(full->total, 20u);
    EXPECT_EQ(ContentRange::parse("Bytes 0-0/*")->total, std::nullopt);
    const auto none = ContentRange::parse("bytes */20");
    ASSERT_TRUE(none);
    EXPECT_EQ(none->first, std::nullopt);
    EXPECT_EQ(none->total, 20u);
}

TEST(ContentRange, RefusesNonsense) {
    static constexpr std::string_view kCases[] = {
        "",
        "bytes",
        "bytes 5-9",
        "items 5-9/20",
        "bytes 9-5/20",
        "bytes 5-20/20",
        "bytes 5/20",
        "bytes -5/20",
        "bytes 5-9/x",
        "bytes 99999999999999999999-5/20",
    };
    for (const std::string_view text : kCases)
        EXPECT_FALSE(ContentRange::parse(text)) << text;
}

TEST(StatusText, NamesWhatItKnows) {
    EXPECT_EQ(status_text(404), "404 Not Found");
    EXPECT_EQ(status_text(299), "299");
}

}  // namespace
}  // namespace net
