// Metadata by each of its ways, and what is kept of it.
#include "index/file_url.h"
#include "index/registry_fixture.h"

#include <future>

namespace package_index {
namespace {

std::string large_member() {
    std::string noise;
    while (noise.size() < (2U << 20U))
        noise += base::sha256(noise.size() > 64 ? noise.substr(noise.size() - 64) : noise);
    return noise;
}

class RegistryMetadataTest : public RegistryFixture {
  protected:
    static WheelBuilder demo() {
        WheelBuilder wheel("demo", "1.0");
        wheel.file("demo/__init__.py", "x = 1\n").needs("other>=2");
        return wheel;
    }

    // A wheel too large for a server that ignores ranges to send it whole.
    static WheelBuilder large() {
        WheelBuilder wheel("demo", "1.0");
        wheel.file("demo/data.bin", large_member()).needs("other>=2");
        return wheel;
    }

    static std::string metadata_text() {
        return "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: other>=2\n";
    }

    static std::string announced(std::string_view text) {
        return R"(,"core-metadata":{"sha256":")" + base::sha256_hex(text) + R"("})";
    }

    // "other>=2" in a new command; "unusable: ..." or "error: ...".
    std::string requirements(const IndexOptions& options) const {
        const auto run = command(options);
        const auto answer = (*run)->project(name_of("demo"));
        if (!answer || answer->project == nullptr) return describe(answer);
        const Candidate& candidate = answer->project->candidates().back();
        return describe_metadata(
            (*run)->metadata(*answer->project->file(candidate, candidate.metadata_file))
        );
    }

    static std::string describe_metadata(const base::Result<MetadataAnswer>& answer) {
        if (!answer) return "error: " + answer.error().flat();
        if (answer->metadata == nullptr)
            return "unusable: " + answer->reason + ": " + answer->detail;
        std::string text;
        for (const pep::Requirement& requirement : answer->metadata->requires_dist)
            text += requirement.to_string();
        return text;
    }

    std::size_t requests_for_files() {
        std::size_t count = 0;
        for (const LoopbackRequest& request : server_.requests())
            count += request.path.starts_with("/files/") ? 1 : 0;
        return count;
    }
};

TEST_F(RegistryMetadataTest, ComesFromBesideTheWheelAndIsKept) {
    page("demo", file(demo(), announced(metadata_text())), {{"Cache-Control", "max-age=600"}});
    answer("/files/demo-1.0-py3-none-any.whl.metadata", LoopbackResponse{.body = metadata_text()});
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requests_for_files(), 1U);
    IndexOptions offline = options();
    offline.offline = true;
    EXPECT_EQ(requirements(offline), "other>=2");
}

TEST_F(RegistryMetadataTest, OfTheGuessedVersionIsAskedForWhenThePageArrives) {
    page("demo", file(demo(), announced(metadata_text())));
    std::promise<void> asked;
    answer("/files/demo-1.0-py3-none-any.whl.metadata", [&](const LoopbackRequest&) {
        asked.set_value();
        return LoopbackResponse{.body = metadata_text()};
    });
    const auto run = command(options());
    (*run)->prefetch(name_of("demo"), [](const Project& project) {
        return &project.candidates().back();
    });
    asked.get_future().wait();
}

TEST_F(RegistryMetadataTest, NothingIsAskedForWithoutAGuess) {
    page("demo", file(demo(), announced(metadata_text())));
    const auto run = command(options());
    (*run)->prefetch(name_of("demo"), [](const Project&) -> const Candidate* { return nullptr; });
    EXPECT_TRUE((*run)->project(name_of("demo")));
    run->registry.reset();
    EXPECT_EQ(requests_for_files(), 0U);
}

TEST_F(RegistryMetadataTest, WithAnotherHashThanAnnouncedIsAnError) {
    page("demo", file(demo(), announced("something else")));
    answer("/files/demo-1.0-py3-none-any.whl.metadata", LoopbackResponse{.body = metadata_text()});
    const std::string text = requirements(options());
    EXPECT_TRUE(
        text.starts_with("error: the metadata of `demo-1.0-py3-none-any.whl` has another hash")
    ) << text;
    // Nothing of it was kept.
    EXPECT_EQ(requirements(options()), text);
    EXPECT_EQ(requests_for_files(), 2U);
}

TEST_F(RegistryMetadataTest, AnnouncedAndNotThereIsReadFromTheWheel) {
    page("demo", file(demo(), announced(metadata_text())));
    serve(demo());
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(
        server_.requests().back().header("range"), ""
    );  // the second command found it in the cache
}

TEST_F(RegistryMetadataTest, BySuffixRangeWithOneRequestForASmallWheel) {
    page("demo", file(demo()));
    serve(demo());
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requests_for_files(), 1U);
    EXPECT_EQ(server_.requests().back().header("range"), "bytes=-16384");
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requests_for_files(), 1U);
}

TEST_F(RegistryMetadataTest, OfAMemberFarFromTheEndTakesFurtherRanges) {
    WheelBuilder wheel("demo", "1.0");
    wheel.in_dist_info("METADATA", metadata_text())
        .metadata("")
        .file("demo/data.bin", large_member());
    page("demo", file(wheel));
    serve(wheel);
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_GE(requests_for_files(), 2U);
    EXPECT_LE(requests_for_files(), 3U);
}

TEST_F(RegistryMetadataTest, WhereSuffixRangesAreRefusedPlainOnesAreUsed) {
    const std::string bytes = large().bytes();
    page("demo", file(large()) + "," + file("demo-0.9-py3-none-any.whl"));
    const auto serve_plain = [bytes](const LoopbackRequest& request) -> LoopbackResponse {
        if (request.header("range").starts_with("bytes=-")) return {.status = 416};
        return answer_range(request, bytes);
    };
    answer("/files/demo-1.0-py3-none-any.whl", serve_plain);
    answer("/files/demo-0.9-py3-none-any.whl", serve_plain);
    const auto run = command(options());
    const auto answer = (*run)->project(name_of("demo"));
    ASSERT_EQ(describe(answer), "0.9 1.0");
    for (const Candidate& candidate : answer->project->candidates()) {
        const auto metadata = (*run)->metadata(*answer->project->file(candidate, candidate.file));
        EXPECT_TRUE(metadata) << metadata.error().flat();
    }
    std::size_t suffix_ranges = 0;
    for (const LoopbackRequest& request : server_.requests()) {
        suffix_ranges += request.header("range").starts_with("bytes=-") ? 1 : 0;
    }
    EXPECT_EQ(suffix_ranges, 1U);  // remembered for the host
}

TEST_F(RegistryMetadataTest, WithoutRangesTheWholeWheelIsLoadedOnce) {
    const std::string bytes = large().bytes();
    page("demo", file(large()), {{"Cache-Control", "max-age=600"}});
    answer("/files/demo-1.0-py3-none-any.whl", LoopbackResponse{.body = bytes});
    const auto run = command(options());
    const DistributionFile wheel = newest(*run->registry, "demo");
    EXPECT_EQ(describe_metadata((*run)->metadata(wheel)), "other>=2");
    const std::size_t before = requests_for_files();
    EXPECT_EQ(before, 2U);  // the attempt, the download
    const auto fetched = (*run)->fetch_wheel(wheel);
    ASSERT_TRUE(fetched) << fetched.error().flat();
    EXPECT_EQ(fetched->sha256, base::sha256_hex(bytes));
    EXPECT_EQ(requests_for_files(), before);
}

TEST_F(RegistryMetadataTest, AWholeWheelIsNotLoadedForAHintAlone) {
    page("demo", file(large()));
    answer("/files/demo-1.0-py3-none-any.whl", LoopbackResponse{.body = large().bytes()});
    {
        const auto run = command(options());
        const DistributionFile wheel = newest(*run->registry, "demo");
        (*run)->prefetch_metadata({&wheel, 1});
    }  // the registry waits for what it has started
    EXPECT_EQ(requests_for_files(), 1U);
    const auto run = command(options());
    const DistributionFile wheel = newest(*run->registry, "demo");
    (*run)->prefetch_metadata({&wheel, 1});
    EXPECT_EQ(describe_metadata((*run)->metadata(wheel)), "other>=2");
}

TEST_F(RegistryMetadataTest, ASmallWheelWithoutRangesNeedsNoSecondRequest) {
    page("demo", file(demo()));
    answer("/files/demo-1.0-py3-none-any.whl", LoopbackResponse{.body = demo().bytes()});
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requests_for_files(), 1U);
}

TEST_F(RegistryMetadataTest, AFileThatChangesWhileItIsReadIsAnError) {
    WheelBuilder wheel("demo", "1.0");
    wheel.in_dist_info("METADATA", metadata_text())
        .metadata("")
        .file("demo/data.bin", large_member());
    const std::string bytes = wheel.bytes();
    page("demo", file(wheel));
    answer("/files/demo-1.0-py3-none-any.whl", [bytes](const LoopbackRequest& request) {
        LoopbackResponse response = answer_range(request, bytes);
        response.headers.emplace_back(
            "ETag", request.header("range").starts_with("bytes=-") ? "\"a\"" : "\"b\""
        );
        return response;
    });
    EXPECT_NE(
        requirements(options()).find("did not give a part of the same file"), std::string::npos
    );
}

TEST_F(RegistryMetadataTest, ThatCannotBeUsedMakesTheVersionUnusable) {
    struct Case {
        std::string text;
        std::string_view says;
    };

    const Case cases[] = {
        {"", "unusable: has invalid metadata"},
        {"Metadata-Version: 2.1\nName: demo\n", "unusable: has invalid metadata"},
        {"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: !!\n",
         "unusable: has invalid metadata"},
        {"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
         "error: the metadata of `demo-1.0-py3-none-any.whl` is that of `other`"},
    };
    for (const Case& test : cases) {
        page("demo", file(demo(), R"(,"core-metadata":true)"));
        answer("/files/demo-1.0-py3-none-any.whl.metadata", LoopbackResponse{.body = test.text});
        EXPECT_TRUE(requirements(options()).starts_with(test.says)) << requirements(options());
    }
}

TEST_F(RegistryMetadataTest, OfADamagedWheelMakesTheVersionUnusable) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    answer("/files/demo-1.0-py3-none-any.whl", LoopbackResponse{.body = std::string(500, 'x')});
    EXPECT_TRUE(requirements(options()).starts_with("unusable: has a wheel that cannot be used"));
}

TEST_F(RegistryMetadataTest, OfAWheelThatIsNotThereIsAnError) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    EXPECT_NE(requirements(options()).find("answered 404"), std::string::npos);
}

TEST_F(RegistryMetadataTest, WithoutAKnownHashFollowsTheServersPolicy) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    const std::string bytes = demo().bytes();
    answer(
        "/files/demo-1.0-py3-none-any.whl",
        [bytes](const LoopbackRequest& request) -> LoopbackResponse {
            if (request.header("if-none-match") == "\"w1\"")
                return {.status = 304, .headers = {{"ETag", "\"w1\""}}};
            LoopbackResponse response = answer_range(request, bytes);
            response.headers.emplace_back("ETag", "\"w1\"");
            response.headers.emplace_back("Cache-Control", "max-age=0");
            return response;
        }
    );
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requirements(options()), "other>=2");
    EXPECT_EQ(requests_for_files(), 2U);
    EXPECT_EQ(server_.requests().back().header("if-none-match"), "\"w1\"");
    IndexOptions offline = options();
    offline.offline = true;
    EXPECT_EQ(requirements(offline), "other>=2");
}

TEST_F(RegistryMetadataTest, OfOnePlaceIsNotBelievedForAnother) {
    // Both places claim the same digest for the wheel; only one tells the truth about its metadata.
    const std::string lie = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";
    answer("/evil/demo/", [this](const LoopbackRequest&) {
        std::string body = json_page("demo", file(demo(), R"(,"core-metadata":true)")).body;
        body.replace(body.find("/files/"), 7, "/stolen/");
        return LoopbackResponse{
            .headers = {{"Content-Type", "application/vnd.pypi.simple.v1+json"}}, .body = body
        };
    });
    answer("/stolen/demo-1.0-py3-none-any.whl.metadata", LoopbackResponse{.body = lie});
    IndexOptions evil;
    evil.locations = {index_at("/evil")};
    EXPECT_EQ(requirements(evil), "");
    page("demo", file(demo(), R"(,"core-metadata":true)"));
    answer("/files/demo-1.0-py3-none-any.whl.metadata", LoopbackResponse{.body = metadata_text()});
    EXPECT_EQ(requirements(options()), "other>=2");
}

TEST_F(RegistryMetadataTest, OfflineWhatIsNotKeptMakesTheVersionUnusable) {
    page("demo", file(demo()));
    const auto first = command(options());
    const DistributionFile wheel = newest(*first->registry, "demo");
    IndexOptions offline = options();
    offline.offline = true;
    EXPECT_TRUE(requirements(offline).starts_with("unusable: was not found in the cache"))
        << requirements(offline);
}

TEST_F(RegistryMetadataTest, ManyFilesAtOnceAreAskedTogether) {
    std::string files;
    for (int i = 0; i < 40; ++i) {
        WheelBuilder wheel("demo", std::to_string(i));
        files += (i == 0 ? "" : ",") + file(wheel);
        serve(wheel);
    }
    page("demo", files);
    const auto run = command(options());
    const auto answer = (*run)->project(name_of("demo"));
    ASSERT_TRUE(answer && answer->project != nullptr);
    std::vector<DistributionFile> all;
    for (const Candidate& candidate : answer->project->candidates()) {
        all.push_back(*answer->project->file(candidate, candidate.file));
    }
    ASSERT_EQ(all.size(), 40U);
    (*run)->prefetch_metadata(all);
    for (const DistributionFile& one : all) {
        const auto metadata = (*run)->metadata(one);
        ASSERT_TRUE(metadata && metadata->metadata != nullptr);
        EXPECT_EQ(metadata->metadata->version, one.version);
    }
    EXPECT_EQ(requests_for_files(), 40U);
}

TEST_F(RegistryMetadataTest, OfDirectWheelsIsReadWhereTheyAre) {
    const std::string path = demo().write_to(cache_.path());
    serve(demo());
    const auto run = command(options());
    for (const net::Url& url :
         {*file_url_of(path), *net::Url::parse(server_.url("/files/demo-1.0-py3-none-any.whl"))}) {
        const auto direct = (*run)->direct_wheel(url);
        ASSERT_TRUE(direct) << direct.error().flat();
        EXPECT_EQ(direct->file.name, name_of("demo"));
        EXPECT_EQ(describe_metadata((*run)->metadata(direct->file)), "other>=2");
    }
}

}  // namespace
}  // namespace package_index
