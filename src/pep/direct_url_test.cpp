#include "pep/direct_url.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

TEST(DirectUrl, IsWrittenAndRead) {
    struct Case {
        DirectUrl direct;
        const char* json;
    };

    for (const Case& c : std::initializer_list<Case>{
             {{.url = "https://example.org/a.whl", .origin = ArchiveInfo{{{"sha256", "2dc6"}}}},
              R"({"url":"https://example.org/a.whl","archive_info":{"hashes":{"sha256":"2dc6"}}})"},
             {{.url = "https://example.org/a.zip", .origin = ArchiveInfo{}, .subdirectory = "sub"},
              R"({"url":"https://example.org/a.zip","archive_info":{},"subdirectory":"sub"})"},
             {{.url = "file:///home/user/project", .origin = DirectoryInfo{.editable = true}},
              R"({"url":"file:///home/user/project","dir_info":{"editable":true}})"},
             {{.url = "file:///home/user/project", .origin = DirectoryInfo{}},
              R"({"url":"file:///home/user/project","dir_info":{}})"},
             {{.url = "https://example.org/a.git", .origin = VcsInfo{"git", "7921be15", "master"}},
              R"({"url":"https://example.org/a.git","vcs_info":{"vcs":"git",)"
              R"("requested_revision":"master","commit_id":"7921be15"}})"},
         }) {
        EXPECT_EQ(c.direct.to_json(), c.json);
        const auto parsed = DirectUrl::parse(c.json);
        ASSERT_TRUE(parsed) << c.json;
        EXPECT_EQ(*parsed, c.direct) << c.json;
    }
}

TEST(DirectUrl, ReadsTheOldFormOfHashes) {
    const auto direct =
        DirectUrl::parse(R"({"url":"u","archive_info":{"hash":"sha256=2dc6"},"more":1})");
    ASSERT_TRUE(direct);
    EXPECT_EQ(direct->origin, decltype(direct->origin)(ArchiveInfo{{{"sha256", "2dc6"}}}));
}

TEST(DirectUrl, RefusesBrokenOnes) {
    for (const char* json :
         {"",
          "[]",
          "{}",
          R"({"url":1,"dir_info":{}})",
          R"({"url":"u"})",
          R"({"dir_info":{}})",
          R"({"url":"u","archive_info":{"hash":"2dc6"}})",
          R"({"url":"u","archive_info":{"hashes":["2dc6"]}})",
          R"({"url":"u","archive_info":{"hashes":{"sha256":1}}})",
          R"({"url":"u","vcs_info":{"vcs":"git"}})"}) {
        const auto direct = DirectUrl::parse(json);
        ASSERT_FALSE(direct) << json;
        EXPECT_EQ(direct.error().kind(), base::ErrorKind::Invalid) << json;
    }
}

}  // namespace
}  // namespace pep
