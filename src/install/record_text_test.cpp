#include "install/record_text.h"

#include <gtest/gtest.h>

namespace install {
namespace {

TEST(RecordText, IsSortedAndQuotedAndTheLastOfEqualPathsStays) {
    RecordText record;
    record.add("pkg/b.py", "sha256=x,1");
    record.add("pkg/a,\"b\".py", ",");
    record.add("../../../bin/tool", "sha256=y,2");
    record.add("pkg-1.0.dist-info/INSTALLER", "sha256=old,9");
    record.add_written("pkg-1.0.dist-info/INSTALLER", "uv");
    EXPECT_EQ(
        record.finish(),
        "../../../bin/tool,sha256=y,2\n"
        "pkg-1.0.dist-info/INSTALLER,sha256=5hhM4Q4mYTT9z6QB6PGpUAW81PGNFrYrdXMj4oM_6ak,2\n"
        "\"pkg/a,\"\"b\"\".py\",,\n"
        "pkg/b.py,sha256=x,1\n"
    );
    EXPECT_EQ(record.finish(), "");
}

TEST(RelativePath, ClimbsToTheCommonParent) {
    const struct {
        const char* directory;
        const char* path;
        const char* expected;
    } kCases[] = {
        {"/env/lib/python3.11/site-packages", "/env/bin/tool", "../../../bin/tool"},
        {"/env/lib", "/env/lib/pkg/x.py", "pkg/x.py"},
        {"/env/lib64", "/env/lib/x", "../lib/x"},
        {"/a", "/b/c", "../b/c"},
    };

    for (const auto& test : kCases)
        EXPECT_EQ(relative_path(test.directory, test.path), test.expected);
}

}  // namespace
}  // namespace install
