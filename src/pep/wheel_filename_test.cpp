#include "pep/wheel_filename.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

TEST(WheelFilename, IsTakenApart) {
    const auto wheel = WheelFilename::parse(
        "Foo_Bar-1.0+local.1-2build-py2.py3-none-manylinux1_x86_64.linux_x86_64.whl"
    );
    ASSERT_TRUE(wheel) << wheel.error().flat();
    EXPECT_EQ(wheel->name.text(), "foo-bar");
    EXPECT_EQ(wheel->version, *Version::parse("1.0+local.1"));
    EXPECT_EQ(wheel->build, (BuildTag{2, "build"}));
    EXPECT_EQ(wheel->python_tags, (std::vector<std::string>{"py2", "py3"}));
    EXPECT_EQ(wheel->abi_tags, (std::vector<std::string>{"none"}));
    EXPECT_EQ(
        wheel->platform_tags, (std::vector<std::string>{"manylinux1_x86_64", "linux_x86_64"})
    );
    EXPECT_EQ(
        wheel->to_string(),
        "foo_bar-1.0+local.1-2build-py2.py3-none-manylinux1_x86_64.linux_x86_64.whl"
    );
    EXPECT_EQ(*WheelFilename::parse(wheel->to_string()), *wheel);
}

TEST(WheelFilename, AcceptsWhatIsFoundInTheWild) {
    for (const char* name : {
             "a-1-py3-none-any.whl",
             "zope.interface-5.0-cp38-cp38-win32.whl",
             "Pillow-9.0-CP311-CP311-Win_AMD64.whl",
             "numpy-1.26.4-pp39-pypy39_pp73-macosx_10_9_x86_64.whl",
         }) {
        EXPECT_TRUE(WheelFilename::parse(name)) << name;
    }
    EXPECT_EQ(WheelFilename::parse("a-1-CP311-CP311-Win_AMD64.whl")->platform_tags[0], "win_amd64");
}

TEST(WheelFilename, RefusesWhatIsNone) {
    for (const char* name : {
             "",
             ".whl",
             "a.whl",
             "a-1-py3-none-any.zip",
             "a-1-py3-none.whl",
             "a-1-2-3-py3-none-any.whl",
             "-1-py3-none-any.whl",
             "a--py3-none-any.whl",
             "a-x-py3-none-any.whl",
             "a-1-b1-py3-none-any.whl",
             "a-1--py3-none-any.whl",
             "a-1-py3--any.whl",
             "a-1-py3.-none-any.whl",
             "a-1-py3-none-a/b.whl",
             "../a-1-py3-none-any.whl",
             "a b-1-py3-none-any.whl",
             "a-1-99999999999999999999-py3-none-any.whl",
         }) {
        const auto wheel = WheelFilename::parse(name);
        ASSERT_FALSE(wheel) << name;
        EXPECT_EQ(wheel.error().kind(), base::ErrorKind::Invalid);
    }
}

TEST(WheelFilename, BuildTagsOrderByNumberThenText) {
    EXPECT_LT((BuildTag{2, ""}), (BuildTag{10, ""}));
    EXPECT_LT((BuildTag{2, ""}), (BuildTag{2, "a"}));
    EXPECT_LT(std::optional<BuildTag>(), std::optional(BuildTag{0, ""}));
}

}  // namespace
}  // namespace pep
