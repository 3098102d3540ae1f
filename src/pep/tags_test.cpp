#include "pep/tags.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace pep {
namespace {

TagInputs cpython(std::uint32_t minor) {
    return {
        .python_minor = minor,
        .abi = {},
        .platform = Platform::Manylinux,
        .platform_major = 2,
        .platform_minor = 36,
        .arch = "x86_64",
        .platform_tag = {},
    };
}

Tags tags_of(const TagInputs& inputs) {
    auto tags = Tags::create(inputs);
    EXPECT_TRUE(tags) << (tags ? "" : tags.error().flat());
    return std::move(*tags);
}

WheelFilename wheel(std::string_view tag_set) {
    return *WheelFilename::parse("a-1-" + std::string(tag_set) + ".whl");
}

std::pair<std::uint32_t, std::uint32_t> numbers(std::string_view dotted) {
    const auto parts = base::split(dotted, '.');
    return {
        static_cast<std::uint32_t>(*base::parse_unsigned(parts[0])),
        static_cast<std::uint32_t>(*base::parse_unsigned(parts[1])),
    };
}

Platform platform_named(std::string_view name) {
    if (name == "manylinux") return Platform::Manylinux;
    if (name == "musllinux") return Platform::Musllinux;
    return name == "macos" ? Platform::Macos : Platform::Windows;
}

// The table was made by tests/support/tags_table.py, which describes it.
TEST(Tags, AreThoseOfThePackagingLibrary) {
    const auto table = base::read_file(ADDER_SOURCE_DIR "/tests/fixtures/tags.tsv");
    ASSERT_TRUE(table) << table.error().flat();
    std::size_t rows = 0;
    for (const std::string_view line : base::split_lines(*table)) {
        const auto columns = base::split(line, '\t');
        ASSERT_EQ(columns.size(), 9U) << line;
        TagInputs inputs{
            .implementation_name = std::string(columns[0]),
            .free_threaded = columns[2].contains('t'),
            .debug = columns[2].contains('d'),
            .abi = {},
            .platform = platform_named(columns[4]),
            .arch = std::string(columns[6]),
            .platform_tag = {},
        };
        std::tie(inputs.python_major, inputs.python_minor) = numbers(columns[1]);
        std::tie(inputs.implementation_major, inputs.implementation_minor) = numbers(columns[3]);
        std::tie(inputs.platform_major, inputs.platform_minor) = numbers(columns[5]);
        const std::vector<std::string> texts = tags_of(inputs).texts();
        EXPECT_EQ(std::to_string(texts.size()), columns[7]) << line;
        EXPECT_EQ(base::sha256_hex(base::join(texts, "\n") + "\n"), columns[8])
            << line << "\n"
            << base::join(texts, "\n");
        ++rows;
    }
    EXPECT_EQ(rows, 153U);
}

TEST(Tags, BeginAndEndAsExpected) {
    const Tags tags = tags_of(cpython(11));
    const std::vector<std::string> texts = tags.texts();
    EXPECT_EQ(texts.size(), tags.size());
    EXPECT_EQ(texts.front(), "cp311-cp311-manylinux_2_36_x86_64");
    EXPECT_EQ(texts.back(), "py30-none-any");
    EXPECT_EQ(tags.platforms().back(), "linux_x86_64");
    for (const char* tag :
         {"cp311-abi3-manylinux2014_x86_64",
          "cp32-abi3-manylinux1_x86_64",
          "cp311-none-any",
          "py3-none-linux_x86_64",
          "py311-none-any"}) {
        EXPECT_NE(std::ranges::find(texts, tag), texts.end()) << tag;
    }
}

TEST(Tags, EveryTagHasThePriorityOfItsPlace) {
    for (const TagInputs& inputs :
         {cpython(13),
          TagInputs{
              .implementation_name = "pypy",
              .python_minor = 10,
              .abi = "pypy310_pp73",
              .platform = Platform::Macos,
              .platform_major = 14,
              .arch = "x86_64",
              .platform_tag = {}
          }}) {
        const Tags tags = tags_of(inputs);
        const std::vector<std::string> texts = tags.texts();
        for (std::size_t i = 0; i < texts.size(); ++i) {
            EXPECT_EQ(tags.priority(wheel(texts[i])), texts.size() - i) << texts[i];
        }
    }
}

TEST(Tags, PreferTheMoreSpecificWheel) {
    const Tags tags = tags_of(cpython(11));
    constexpr std::array kBestFirst{
        "cp311-cp311-manylinux_2_28_x86_64",
        "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp311-cp311-manylinux2014_x86_64",
        "cp311-cp311-linux_x86_64",
        "cp311-abi3-manylinux2014_x86_64",
        "cp311-none-manylinux2014_x86_64",
        "cp39.cp310-abi3-manylinux2014_x86_64",
        "cp39-abi3-manylinux2014_x86_64",
        "py2.py3-none-manylinux1_x86_64",
        "cp311-none-any",
        "py2.py3-none-any",
        "py38-none-any",
    };
    for (std::size_t i = 0; i < kBestFirst.size(); ++i) {
        ASSERT_TRUE(tags.priority(wheel(kBestFirst[i]))) << kBestFirst[i];
        if (i == 0) continue;
        EXPECT_GT(tags.priority(wheel(kBestFirst[i - 1])), tags.priority(wheel(kBestFirst[i])))
            << kBestFirst[i];
    }
}

TEST(Tags, SayWhatDoesNotFit) {
    const Tags tags = tags_of(cpython(11));

    struct Case {
        const char* tag_set;
        TagMismatch mismatch;
    };

    for (const Case& c : std::initializer_list<Case>{
             {"cp310-cp310-manylinux2014_x86_64", TagMismatch::Abi},  // cp310-abi3 would do
             {"cp312-cp312-manylinux2014_x86_64", TagMismatch::Python},
             {"cp312-abi3-manylinux2014_x86_64", TagMismatch::Python},
             {"py2-none-any", TagMismatch::Python},
             {"pp310-pypy310_pp73-manylinux2014_x86_64", TagMismatch::Python},
             {"cp311-cp311t-manylinux2014_x86_64", TagMismatch::Abi},
             {"cp311-cp311d-manylinux2014_x86_64", TagMismatch::Abi},
             {"cp311-cp311-win_amd64", TagMismatch::Platform},
             {"cp311-cp311-manylinux_2_37_x86_64", TagMismatch::Platform},
             {"cp311-cp311-musllinux_1_1_x86_64", TagMismatch::Platform},
             {"cp311-cp311-manylinux2014_aarch64", TagMismatch::Platform},
             {"cp39-abi3-macosx_11_0_arm64", TagMismatch::Platform},
             {"py3-none-win32", TagMismatch::Platform},
             {"cp311-cp311-any", TagMismatch::Platform},
         }) {
        EXPECT_FALSE(tags.priority(wheel(c.tag_set))) << c.tag_set;
        EXPECT_EQ(tags.why_not(wheel(c.tag_set)), c.mismatch) << c.tag_set;
    }
}

TEST(Tags, FreeThreadedAndDebugBuilds) {
    TagInputs inputs = cpython(14);
    inputs.free_threaded = true;
    const Tags free_threaded = tags_of(inputs);
    EXPECT_TRUE(free_threaded.priority(wheel("cp314-cp314t-manylinux2014_x86_64")));
    EXPECT_TRUE(free_threaded.priority(wheel("cp313-abi3t-manylinux2014_x86_64")));
    EXPECT_TRUE(free_threaded.priority(wheel("py3-none-any")));
    EXPECT_FALSE(free_threaded.priority(wheel("cp314-cp314-manylinux2014_x86_64")));
    EXPECT_FALSE(free_threaded.priority(wheel("cp313-abi3-manylinux2014_x86_64")));

    inputs = cpython(12);
    inputs.debug = true;
    const Tags debug = tags_of(inputs);
    EXPECT_GT(
        debug.priority(wheel("cp312-cp312d-manylinux2014_x86_64")),
        debug.priority(wheel("cp312-cp312-manylinux2014_x86_64"))
    );
    EXPECT_TRUE(debug.priority(wheel("cp312-cp312-manylinux2014_x86_64")));
}

TEST(Tags, OtherPlatformsHaveOneTag) {
    TagInputs inputs = cpython(12);
    inputs.platform = Platform::Other;
    inputs.platform_tag = "freebsd_14_1_release_amd64";
    EXPECT_TRUE(tags_of(inputs).priority(wheel("cp312-cp312-freebsd_14_1_release_amd64")));
    EXPECT_TRUE(tags_of(inputs).priority(wheel("py3-none-any")));
}

TEST(Tags, RefuseWhatHasNone) {
    TagInputs unknown_abi = cpython(11);
    unknown_abi.implementation_name = "pyston";
    TagInputs no_architecture = cpython(11);
    no_architecture.arch.clear();
    TagInputs odd_windows = cpython(11);
    odd_windows.platform = Platform::Windows;
    odd_windows.arch = "mips";
    for (const TagInputs& inputs : {unknown_abi, no_architecture, odd_windows}) {
        const auto tags = Tags::create(inputs);
        ASSERT_FALSE(tags);
        EXPECT_EQ(tags.error().kind(), base::ErrorKind::Unsupported);
    }
}

}  // namespace
}  // namespace pep
