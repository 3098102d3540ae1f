#include "codec/wheel_record.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

constexpr std::string_view kEmptyHash = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
constexpr std::string_view kEmptyHex =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(WheelRecord, ReadsRows) {
    const std::string text = "a.py," + std::string(kEmptyHash) +
                             ",0\r\n"
                             "\"b, \"\"c\"\"\nd.py\",,12\n"
                             "\n"
                             "RECORD,,\n"
                             "short\n"
                             "last," +
                             std::string(kEmptyHash) + "=,";
    const auto entries = parse_wheel_record(text);
    ASSERT_TRUE(entries) << entries.error().flat();
    const base::HashDigest empty{base::HashAlgorithm::Sha256, std::string(kEmptyHex)};
    const std::vector<RecordEntry> expected = {
        {"a.py", empty, 0},
        {"b, \"c\"\nd.py", std::nullopt, 12},
        {"RECORD", std::nullopt, std::nullopt},
        {"short", std::nullopt, std::nullopt},
        {"last", empty, std::nullopt},
    };
    EXPECT_EQ(*entries, expected);
}

TEST(WheelRecord, PathsAloneDoNotDependOnDigests) {
    std::vector<std::string> paths;
    const auto take = [&](const std::string& path) { paths.push_back(path); };
    const std::string text = "../bin/a,sha256=?,x\n\n\"b, c\",,\nd\n";
    ASSERT_TRUE(for_each_record_path(text, take));
    EXPECT_EQ(paths, (std::vector<std::string>{"../bin/a", "b, c", "d"}));
    EXPECT_FALSE(for_each_record_path("a,,,\n", take));
    EXPECT_FALSE(for_each_record_path(",,\n", take));
}

TEST(WheelRecord, WritesWhatItReads) {
    const std::vector<RecordEntry> entries = {
        {"a.py", base::HashDigest{base::HashAlgorithm::Sha256, std::string(kEmptyHex)}, 0},
        {"with, comma", std::nullopt, 7},
        {"with \"quote\"", std::nullopt, std::nullopt},
        {"with\r\nbreak", std::nullopt, std::nullopt},
    };
    const std::string text = format_wheel_record(entries);
    EXPECT_EQ(
        text,
        "a.py," + std::string(kEmptyHash) +
            ",0\n\"with, comma\",,7\n\"with \"\"quote\"\"\",,\n\"with\r\nbreak\",,\n"
    );
    EXPECT_EQ(*parse_wheel_record(text), entries);
}

TEST(WheelRecord, ByteOrderMarkIsDroppedOnceOnly) {
    const base::Result<std::vector<RecordEntry>> entries =
        parse_wheel_record("\xef\xbb\xbf\xef\xbb\xbfname,,\n");
    ASSERT_TRUE(entries) << entries.error().flat();
    EXPECT_EQ(entries->at(0).path, "\xef\xbb\xbfname");
    EXPECT_EQ(*parse_wheel_record(format_wheel_record(*entries)), *entries);
}

TEST(WheelRecord, RefusesWithTheLine) {
    struct Case {
        std::string_view text;
        std::string_view expected;
    };

    constexpr Case kCases[] = {
        {"ok,,\na,sha256=xx!,1\n", "line 2 of RECORD: `xx!` is no base64 digest"},
        {"a,sha256=AAAA,1\n", "line 1 of RECORD: a sha256 digest has 64 digits, not 6"},
        {"a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV,0", "is no base64 digest"},
        {"a,whirl=AAAA,1\n", "unknown hash algorithm `whirl`"},
        {"a,AAAA,1\n", "`AAAA` is no `<algorithm>=<digest>`"},
        {"a,,x\n", "`x` is no size"},
        {"a,,-1\n", "`-1` is no size"},
        {",,\n", "the path is empty"},
        {"a,,1,2\n", "found 4 columns"},
        {"\"a\nb\",,\n\"x\n", "line 3 of RECORD: a quote is not closed"},
        {"\"a\"b,,\n", "expected `,` after the closing quote"},
    };
    for (const Case& test : kCases) {
        const auto entries = parse_wheel_record(test.text);
        ASSERT_FALSE(entries) << test.text;
        EXPECT_TRUE(entries.error().flat().contains(test.expected)) << entries.error().flat();
    }
}

}  // namespace
}  // namespace codec
