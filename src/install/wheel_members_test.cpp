#include "install/wheel_members.h"

#include "wheel_builder.h"
#include <gtest/gtest.h>

namespace install {
namespace {

std::unique_ptr<codec::ZipReader> open(const std::vector<ArchiveMember>& members) {
    auto zip =
        codec::ZipReader::open(std::make_shared<codec::MemorySource>(zip_archive_of(members)));
    EXPECT_TRUE(zip) << zip.error().flat();
    return zip ? std::move(*zip) : nullptr;
}

TEST(MemberPath, OddOnesAreMended) {
    EXPECT_EQ(normalized_member_path("./a//b/./c.py").value(), "a/b/c.py");
    EXPECT_EQ(normalized_member_path("a/\xc3\xa9.py").value(), "a/\xc3\xa9.py");
    EXPECT_EQ(normalized_member_path("a/..b/c..").value(), "a/..b/c..");
}

TEST(MemberPath, HostileOnesAreRefused) {
    for (const std::string_view name :
         {"/etc/passwd", "../x", "a/../x", "a/..", "", "./", "a/\xff.py", "a\nb", "..\\x", "C:\\x"
         }) {
        EXPECT_FALSE(normalized_member_path(name)) << name;
    }
}

TEST(ListMembers, DirectoriesGoAndNamesThatDifferByCaseStay) {
    const auto zip =
        open({{"pkg/", "", 040755}, {"pkg/B.py", "B"}, {"pkg/b.py", "b"}, {"./a.py", "a"}});
    const auto members = list_members(*zip);
    ASSERT_TRUE(members) << members.error().flat();
    ASSERT_EQ(members->size(), 3U);
    EXPECT_EQ((*members)[0].path, "a.py");
    EXPECT_EQ((*members)[1].path, "pkg/B.py");
}

TEST(ListMembers, WhatIsAmbiguousOrLeadsOutIsRefused) {
    const struct {
        const char* why;
        std::vector<ArchiveMember> members;
    } kCases[] = {
        {"paths equal after mending, content not", {{"a.py", "1"}, {"./a.py", "2"}}},
        {"a file is a directory", {{"./a", "1"}, {"a-b", "2"}, {"a/c", "3"}}},
        {"an absolute link", {{"a", "/etc/passwd", 0120777}}},
        {"a climbing link", {{"pkg/a", "../../x", 0120777}}},
        {"a link that goes out and comes back", {{"pkg/a", "../../pkg/b", 0120777}, {"pkg/b", ""}}},
    };

    for (const auto& test : kCases) {
        const auto zip = open(test.members);
        ASSERT_NE(zip, nullptr) << test.why;
        const auto members = list_members(*zip);
        ASSERT_FALSE(members) << test.why;
        EXPECT_EQ(members.error().kind(), base::ErrorKind::Invalid) << test.why;
    }
}

TEST(ListMembers, EqualTwinsAndInnerLinksAreFiles) {
    const auto zip = open({{"a/x", "1"}, {"a/./x", "1"}, {"a/link", "../b", 0120777}, {"b", ""}});
    const auto members = list_members(*zip);
    ASSERT_TRUE(members) << members.error().flat();
    EXPECT_EQ(members->size(), 3U);
}

TEST(DirectoriesOf, ParentsComeFirstAndOnce) {
    const std::vector<std::string_view> paths = {"a/b/c.py", "a/b/d/e.py", "a/f.py", "g.py"};
    const std::vector<std::string> expected = {"a", "a/b", "a/b/d"};
    EXPECT_EQ(directories_of(paths), expected);
}

}  // namespace
}  // namespace install
