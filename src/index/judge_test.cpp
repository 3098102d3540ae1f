#include "index/judge.h"

#include "index/page_builder.h"

#include <gtest/gtest.h>

#include <map>

namespace package_index {
namespace {

constexpr std::int64_t kDay = 86'400'000;

struct File {
    std::string name;
    std::string requires_python = "";
    std::optional<std::string> yanked = std::nullopt;
    int day = 1;  // of upload; 0 is unknown
};

pep::PackageName demo() {
    return *pep::PackageName::parse("demo");
}

std::shared_ptr<const Page> page_of(const std::vector<File>& files, std::string index = "first") {
    PageBuilder builder(demo(), *net::Url::parse("https://host/simple/demo/"));
    for (const File& file : files) {
        PageEntry entry;
        entry.file_name = file.name;
        entry.url = "https://files/" + file.name;
        entry.requires_python = file.requires_python;
        entry.yanked = file.yanked;
        if (file.day > 0)
            entry.upload_time = "1970-01-" + std::string(file.day < 9 ? "0" : "") +
                                std::to_string(file.day + 1) + "T00:00:00Z";
        EXPECT_TRUE(builder.add(entry));
    }
    EXPECT_EQ(builder.skipped(), 0U);
    return Page::open(builder.finish(), demo(), {.index_name = std::move(index)});
}

TargetPython python311() {
    pep::TagInputs inputs;
    inputs.implementation_name = "cpython";
    inputs.python_major = 3;
    inputs.python_minor = 11;
    inputs.platform = pep::Platform::Manylinux;
    inputs.platform_major = 2;
    inputs.platform_minor = 36;
    inputs.arch = "x86_64";
    return {
        .tags = std::make_shared<const pep::Tags>(*pep::Tags::create(inputs)),
        .version = *pep::Version::parse("3.11.4"),
    };
}

Judged judge_pages(
    const std::vector<std::shared_ptr<const Page>>& pages,
    const IndexOptions& options,
    GroupOrder order
) {
    std::vector<PageGroup> groups;
    for (std::uint16_t i = 0; i < pages.size(); ++i)
        groups.push_back({{i}});
    const TargetPython target = python311();
    return judge(pages, groups, order, {.options = options, .target = target});
}

struct Verdict {
    Usability usability = Usability::Usable;
    std::string file;
    std::string reason;
};

Verdict verdict_on(const std::vector<File>& files, const IndexOptions& options = {}) {
    const auto page = page_of(files);
    const Judged judged = judge_pages({page}, options, GroupOrder::BestVersion);
    EXPECT_EQ(judged.candidates.size(), 1U);
    const Candidate& candidate = judged.candidates.at(0);
    return {
        candidate.usability,
        std::string(page->file(candidate.file.file).file_name),
        candidate.reason
    };
}

TEST(Judge, ChoosesTheBestWheelOfAVersion) {
    struct Case {
        std::vector<File> files;
        std::string best;
    };

    const Case cases[] = {
        {{{"demo-1-py3-none-any.whl"}, {"demo-1.tar.gz"}}, "demo-1-py3-none-any.whl"},
        {{{"demo-1-py3-none-any.whl"}, {"demo-1-cp311-cp311-manylinux_2_17_x86_64.whl"}},
         "demo-1-cp311-cp311-manylinux_2_17_x86_64.whl"},
        {{{"demo-1-cp311-cp311-manylinux_2_17_x86_64.whl"},
          {"demo-1-cp311-cp311-manylinux_2_28_x86_64.whl"}},
         "demo-1-cp311-cp311-manylinux_2_28_x86_64.whl"},
        {{{"demo-1-1-py3-none-any.whl"},
          {"demo-1-10-py3-none-any.whl"},
          {"demo-1-9-py3-none-any.whl"}},
         "demo-1-10-py3-none-any.whl"},
        {{{"demo-1-cp311-cp311-win_amd64.whl"}, {"demo-1-py2.py3-none-any.whl"}},
         "demo-1-py2.py3-none-any.whl"},
        {{{"demo-1-cp311-cp311-manylinux_2_17_x86_64.whl", "", "bad"}, {"demo-1-py3-none-any.whl"}},
         "demo-1-py3-none-any.whl"},
        {{{"demo-1-cp311-cp311-manylinux_2_17_x86_64.whl", ">=3.12"}, {"demo-1-py3-none-any.whl"}},
         "demo-1-py3-none-any.whl"},
    };
    for (const Case& test : cases) {
        const Verdict verdict = verdict_on(test.files);
        EXPECT_EQ(verdict.usability, Usability::Usable) << test.best;
        EXPECT_EQ(verdict.file, test.best);
        EXPECT_EQ(verdict.reason, "");
    }
}

TEST(Judge, SaysWhyNothingFits) {
    struct Case {
        std::vector<File> files;
        Usability usability;
        std::string reason;
    };

    const Case cases[] = {
        {{{"demo-1.tar.gz"}}, Usability::NeedsBuild, "has only a source distribution"},
        {{{"demo-1-cp311-cp311-win_amd64.whl"}, {"demo-1-cp311-cp311-macosx_11_0_arm64.whl"}},
         Usability::IncompatibleTags,
         "has no wheel for this platform (only for `macosx_11_0_arm64`, `win_amd64`)"},
        {{{"demo-1-cp312-cp312-manylinux_2_17_x86_64.whl"}},
         Usability::IncompatibleTags,
         "has no wheel for this Python (only for `cp312`)"},
        {{{"demo-1-cp311-cp311t-manylinux_2_17_x86_64.whl"}},
         Usability::IncompatibleTags,
         "has no wheel for the ABI of this Python (only for `cp311t`)"},
        {{{"demo-1-cp311-cp311-win_amd64.whl"}, {"demo-1.tar.gz"}},
         Usability::NeedsBuild,
         "has no wheel for this platform (only for `win_amd64`), and otherwise only a source "
         "distribution"},
        {{{"demo-1-py3-none-any.whl", ">=3.12"}, {"demo-1.tar.gz", ">=3.12"}},
         Usability::RequiresPython,
         "requires Python >=3.12"},
        {{{"demo-1-cp312-cp312-win_amd64.whl", ">=3.12"}},
         Usability::RequiresPython,
         "requires Python >=3.12"},
        {{{"demo-1-py3-none-any.whl", "", "broken"}}, Usability::Yanked, "was yanked (broken)"},
        {{{"demo-1-py3-none-any.whl", "", ""}}, Usability::Yanked, "was yanked"},
        {{{"demo-1-py3-none-any.whl", "", ""}, {"demo-1.tar.gz"}},
         Usability::NeedsBuild,
         "has only a source distribution"},
    };
    for (const Case& test : cases) {
        const Verdict verdict = verdict_on(test.files);
        EXPECT_EQ(verdict.usability, test.usability) << test.reason;
        EXPECT_EQ(verdict.reason, test.reason);
    }
}

TEST(Judge, MetadataOfABuildComesFromAWheelThatDoesNotFit) {
    const auto page = page_of({{"demo-1.tar.gz"}, {"demo-1-cp311-cp311-win_amd64.whl"}});
    const Judged judged = judge_pages({page}, {}, GroupOrder::BestVersion);
    EXPECT_EQ(page->file(judged.candidates[0].file.file).file_name, "demo-1.tar.gz");
    EXPECT_EQ(
        page->file(judged.candidates[0].metadata_file.file).file_name,
        "demo-1-cp311-cp311-win_amd64.whl"
    );
}

TEST(Judge, HonoursForbiddenBinariesAndBuilds) {
    IndexOptions no_binary;
    no_binary.no_binary.packages.insert(demo());
    EXPECT_EQ(
        verdict_on({{"demo-1-py3-none-any.whl"}}, no_binary).usability, Usability::BinariesDisabled
    );
    EXPECT_EQ(
        verdict_on({{"demo-1-py3-none-any.whl"}, {"demo-1.tar.gz"}}, no_binary).usability,
        Usability::NeedsBuild
    );

    IndexOptions no_build;
    no_build.no_build.all = true;
    EXPECT_EQ(verdict_on({{"demo-1.tar.gz"}}, no_build).usability, Usability::BuildsDisabled);
    EXPECT_EQ(
        verdict_on({{"demo-1-py3-none-any.whl"}, {"demo-1.tar.gz"}}, no_build).usability,
        Usability::Usable
    );
    EXPECT_EQ(
        verdict_on({{"demo-1-cp39-cp39-win32.whl"}, {"demo-1.tar.gz"}}, no_build).usability,
        Usability::IncompatibleTags
    );
}

TEST(Judge, CutsOffAtTheMomentOfUpload) {
    struct Case {
        int day;
        std::int64_t cutoff;
        Usability usability;
    };

    const Case cases[] = {
        {5, 5 * kDay + 1, Usability::Usable},
        {5, 5 * kDay, Usability::ExcludedByDate},  // not strictly older
        {5, 5 * kDay - 1, Usability::ExcludedByDate},
        {0, 5 * kDay, Usability::ExcludedByDate},  // unknown
    };
    for (const Case& test : cases) {
        IndexOptions options;
        options.exclude_newer.cutoff_ms = test.cutoff;
        EXPECT_EQ(
            verdict_on({{"demo-1-py3-none-any.whl", "", std::nullopt, test.day}}, options)
                .usability,
            test.usability
        );
    }
    IndexOptions options;
    options.exclude_newer.cutoff_ms = 0;
    options.exclude_newer.packages[demo()] = std::nullopt;
    EXPECT_EQ(verdict_on({{"demo-1-py3-none-any.whl"}}, options).usability, Usability::Usable);
}

TEST(Judge, WarnsOnceOfFilesWithoutUploadTime) {
    IndexOptions options;
    options.exclude_newer.cutoff_ms = kDay;
    const auto page =
        page_of({{"demo-1.tar.gz", "", {}, 0}, {"demo-2.tar.gz", "", {}, 0}, {"demo-3.tar.gz"}});
    const Judged judged = judge_pages({page}, options, GroupOrder::BestVersion);
    ASSERT_EQ(judged.warnings.size(), 1U);
    EXPECT_EQ(
        judged.warnings[0],
        "`demo`: 2 files of first are left out by `exclude-newer`, because their upload time is "
        "not known"
    );
    EXPECT_TRUE(judge_pages({page}, {}, GroupOrder::BestVersion).warnings.empty());
}

TEST(Judge, MergesIndexesByVersionOrKeepsThemApart) {
    const auto first = page_of({{"demo-1-py3-none-any.whl"}, {"demo-2-cp39-cp39-win32.whl"}});
    const auto second = page_of(
        {{"demo-1-py3-none-any.whl"}, {"demo-2-py3-none-any.whl"}, {"demo-3-py3-none-any.whl"}},
        "second"
    );
    std::vector<std::string> best;
    for (const Candidate& candidate :
         judge_pages({first, second}, {}, GroupOrder::BestVersion).candidates) {
        EXPECT_EQ(candidate.usability, Usability::Usable);
        best.push_back(candidate.version.to_string() + "@" + std::to_string(candidate.file.page));
    }
    EXPECT_EQ(best, (std::vector<std::string>{"1@0", "2@1", "3@1"}));

    std::vector<std::string> all;
    for (const Candidate& candidate :
         judge_pages({first, second}, {}, GroupOrder::FirstGroup).candidates) {
        all.push_back(candidate.version.to_string() + "@" + std::to_string(candidate.index_rank));
    }
    EXPECT_EQ(all, (std::vector<std::string>{"1@0", "2@0", "3@1"}));
}

TEST(Judge, FilesOfOneGroupCompeteWhateverTheirPage) {
    const auto links = page_of({{"demo-1-py3-none-any.whl"}}, "links");
    const auto index =
        page_of({{"demo-1-cp311-cp311-manylinux_2_17_x86_64.whl"}, {"demo-2-py3-none-any.whl"}});
    const std::vector<std::shared_ptr<const Page>> pages = {links, index};
    const std::vector<PageGroup> groups = {{{0, 1}}};
    const TargetPython target = python311();
    const IndexOptions options;
    const Judged judged =
        judge(pages, groups, GroupOrder::BestVersion, {.options = options, .target = target});
    ASSERT_EQ(judged.candidates.size(), 2U);
    EXPECT_EQ(judged.candidates[0].file.page, 1U);
}

TEST(AllowsPython, ComparesLowerBoundsAndReleaseNumbersOnly) {
    struct Case {
        std::string_view requires_python;
        std::string_view python;
        bool allowed;
    };

    const Case cases[] = {
        {"", "3.11.4", true},
        {">=3.8", "3.11.4", true},
        {">=3.12", "3.11.4", false},
        {">=3.8,<3.11", "3.11.4", true},  // upper bounds do not count
        {"<3.11", "3.11.4", true},
        {"!=3.11.*", "3.11.4", true},
        {"==3.10.*", "3.11.4", true},
        {"==3.12.*", "3.11.4", false},
        {"~=3.12", "3.11.4", false},
        {">3.11", "3.11.4", true},
        {">3.11.4", "3.11.4", false},
        {">=3.14", "3.14.0rc1", true},
        {"nonsense", "3.11.4", false},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(
            allows_python(test.requires_python, *pep::Version::parse(test.python)), test.allowed
        ) << test.requires_python
          << " " << test.python;
    }
}

}  // namespace
}  // namespace package_index
