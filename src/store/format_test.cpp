// The formats and rules that are pure: names, records, ids in text, whose entry is whose.

#include "base/record.h"
#include "store/body.h"
#include "store/buckets.h"
#include "store/counters.h"
#include "store/foreign.h"
#include "store/names.h"
#include "store/payload.h"
#include "store/process_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace store {
namespace {

const std::string kId = "0123456789abcdefghjkmnpqrs";

TEST(Names, AreAnIdAndPerhapsABoot) {
    const std::string other(25, '0');

    struct Case {
        std::string text;
        std::optional<Name> name;
    };

    const Case cases[] = {
        {kId, Name{kId, ""}},
        {kId + "~0a1b2c3d", Name{kId, "0a1b2c3d"}},
        {kId + "~", std::nullopt},
        {other, std::nullopt},
        {"../../etc/passwd", std::nullopt},
        {"", std::nullopt},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(Name::parse(c.text), c.name) << c.text;
        EXPECT_TRUE(!c.name || c.name->text() == c.text) << c.text;
    }
}

// Version 1 ends where version 2 names the payloads a body was made from.
TEST(BodyRecords, OfTheFirstVersionAreRead) {
    base::RecordWriter writer("ADRBODY", 1);
    writer.u8(static_cast<std::uint8_t>(BodyKind::Tool));
    for (const char* text : {"tool-1", "hello", "group"})
        writer.string(text);
    writer.u32(1);
    writer.string("hello");
    for (const std::uint64_t number : {1U, 2U, 3U, 4U})
        writer.u64(number);
    writer.u32(0);
    writer.u32(0);
    writer.string("extra");
    writer.string("adder 0");
    writer.i64(7);
    const std::optional<BodyRecord> record = decode_body_record(writer.finish());
    ASSERT_TRUE(record);
    EXPECT_EQ(record->label, "hello");
    EXPECT_EQ(record->created_ns, 7);
    EXPECT_TRUE(record->source_payloads.empty());
}

TEST(BodyRecords, ComeBackAsTheyWere) {
    const BodyRecord record{
        .kind = BodyKind::With,
        .key = "with-1",
        .label = "label",
        .group = "group",
        .packages = {"flask", "werkzeug"},
        .files = 1,
        .directories = 2,
        .bytes = 3,
        .own_bytes = 4,
        .payloads = {std::string(64, 'a')},
        .source_payloads = {std::string(64, 'b'), std::string(64, 'c')},
        .parents = {kId},
        .extra = std::string("\0x", 2),
        .creator = "adder 1",
        .created_ns = -5,
    };
    const std::string bytes = encode_body_record(record);
    EXPECT_EQ(decode_body_record(bytes), record);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode_body_record(bytes.substr(0, size))) << size;
}

TEST(PayloadRecords, ComeBackAsTheyWere) {
    const PayloadInfo info{"flask", "3.0", PayloadOrigin::Built, 1, 2, 3};
    const std::optional<PayloadRecord> record =
        decode_payload_record(encode_payload_record(info, "12345678"));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->info, info);
    EXPECT_EQ(record->boot, "12345678");
    EXPECT_FALSE(decode_payload_record("rubbish"));
}

TEST(Counters, ComeBackWithTheirSum) {
    const std::optional<StoreSize> size = decode_counters(encode_counters(
        {.environments = 1,
         .environment_bytes = 2,
         .payloads = 3,
         .payload_bytes = 4,
         .file_bytes = 5}
    ));
    ASSERT_TRUE(size);
    EXPECT_EQ(size->bytes, 11U);
    EXPECT_EQ(size->payloads, 3U);
}

TEST(FindIds, FindsWholeWordsOnly) {
    struct Case {
        std::string text;
        bool is_found;
    };

    const Case cases[] = {
        {kId, true},
        {"/root/env/" + kId + "/bin/python", true},
        {"ADDER_LEASE=960:" + kId, true},
        {std::string("a\0", 2) + kId + std::string("\0b", 2), true},
        {"x" + kId, false},
        {kId + "x", false},
        {kId.substr(1), false},
        {"", false},
    };
    for (const Case& c : cases) {
        std::set<std::string> found;
        find_ids(c.text, {kId}, found);
        EXPECT_EQ(found.contains(kId), c.is_found) << c.text;
    }
}

TEST(ForeignEntries, AreUvsBucketsAndTemporaries) {
    for (const char* name : {"wheels-v6", "archive-v0", "flat-index-v12", "simple-v28", ".tmpAb12"})
        EXPECT_TRUE(is_foreign_entry(name)) << name;
    for (const char* name :
         {"env", "cache-v1", "wheels", "wheels-v", "wheels-vx", "photos-v1", ".git", "STORE"})
        EXPECT_FALSE(is_foreign_entry(name)) << name;
}

TEST(PackageFiles, GoOnWithADotOrATilde) {
    const std::set<std::string> packages = {"flask"};
    for (const char* name : {"flask", "flask.page", "flask~1.0.whl"})
        EXPECT_TRUE(belongs_to(name, packages)) << name;
    for (const char* name : {"flask-login.page", "flask2", "Flask.page", "x.flask"})
        EXPECT_FALSE(belongs_to(name, packages)) << name;
}

}  // namespace
}  // namespace store
