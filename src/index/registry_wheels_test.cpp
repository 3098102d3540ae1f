// Bringing wheels: complete and right, or not at all.
#include "index/file_url.h"
#include "index/registry_fixture.h"
#include "index/wheel_fetch.h"

#include <algorithm>

namespace package_index {
namespace {

class RegistryWheelsTest : public RegistryFixture {
  protected:
    static WheelBuilder demo() {
        WheelBuilder wheel("demo", "1.0");
        wheel.file("demo/data.bin", std::string(300'000, 'd'));
        return wheel;
    }

    base::Result<WheelFile> fetch(const std::string& files) {
        page("demo", files);
        const auto run = command(options());
        return (*run)->fetch_wheel(newest(*run->registry, "demo"));
    }
};

TEST_F(RegistryWheelsTest, AWheelIsCompleteAndChecked) {
    serve(demo());
    const auto wheel = fetch(file(demo()));
    ASSERT_TRUE(wheel) << wheel.error().flat();
    EXPECT_EQ(*base::read_file(wheel->path), demo().bytes());
    EXPECT_EQ(wheel->sha256, base::sha256_hex(demo().bytes()));
    EXPECT_EQ(wheel->size, demo().bytes().size());
    EXPECT_TRUE(wheel->is_cached);
    EXPECT_TRUE(wheel->path.starts_with(cache_.path() + "/wheels/demo/"));
    EXPECT_TRUE(wheel->path.ends_with("/demo-1.0-py3-none-any.whl"));

    ASSERT_TRUE(fetch(file(demo())));
    EXPECT_EQ(server_.count("/files/demo-1.0-py3-none-any.whl"), 1U);  // what is there is used
    ASSERT_TRUE(base::write_file(wheel->path, "damaged"));
    ASSERT_TRUE(fetch(file(demo())));
    EXPECT_EQ(*base::read_file(wheel->path), demo().bytes());
}

TEST_F(RegistryWheelsTest, WhatIsNotAsAnnouncedIsRefused) {
    struct Case {
        std::string_view what;
        LoopbackResponse response;
    };

    std::string tampered = demo().bytes();
    tampered[1000] = 'X';
    const Case cases[] = {
        {"tampered", {.body = tampered}},
        {"longer", {.body = demo().bytes() + "more"}},
        {"shorter", {.body = demo().bytes().substr(0, 1000)}},
        {"truncated", {.body = demo().bytes(), .send_limit = 1000}},
        {"absent", {.status = 404}},
        {"refused", {.status = 403}},
        {"failing", {.status = 503}},
    };
    for (const Case& test : cases) {
        answer("/files/demo-1.0-py3-none-any.whl", test.response);
        const auto wheel = fetch(file(demo()));
        ASSERT_FALSE(wheel) << test.what;
        EXPECT_TRUE(
            wheel.error().message().starts_with("downloading `demo-1.0-py3-none-any.whl` from ")
        ) << wheel.error().flat();
        // Refused once, refused again: nothing wrong has got its name.
        EXPECT_FALSE(fetch(file(demo()))) << test.what;
    }
    serve(demo());
    EXPECT_TRUE(fetch(file(demo())));
}

TEST_F(RegistryWheelsTest, APartThatIsTakenAwayIsNotMistakenForAnother) {
    serve(demo());
    page("demo", file(demo()));
    const auto run = command(options());
    const DistributionFile wheel = newest(*run->registry, "demo");
    const std::string directory = cache_.path() + "/wheels/demo/" + content_key(wheel);
    const std::string part = directory + "/" + wheel.file_name + ".part";
    for (const bool begun_anew : {false, true}) {
        // As a collector does, and then another process.
        (*run)->on_progress([&](const DistributionFile&, std::uint64_t) {
            ::unlink(part.c_str());
            if (!begun_anew) return;
            ASSERT_TRUE(base::write_file(part, "the beginning"));
        });
        bool is_gone = false;
        (*run)->fetch_wheels({&wheel, 1}, [&](std::size_t, base::Result<WheelFile> fetched) {
            ASSERT_TRUE(fetched) << fetched.error().flat();
            is_gone = fetched->is_gone;
        });
        EXPECT_TRUE(is_gone) << begun_anew;
    }
    (*run)->on_progress({});
    const auto again = (*run)->fetch_wheel(wheel);
    ASSERT_TRUE(again) << again.error().flat();
    EXPECT_FALSE(again->is_gone);
    EXPECT_EQ(*base::read_file(again->path), demo().bytes());
}

TEST_F(RegistryWheelsTest, ABrokenDownloadIsResumedByALaterCommand) {
    WheelBuilder large("demo", "1.0");  // parts below 1 MiB are not worth resuming
    large.file("demo/data.bin", std::string(3'000'000, 'd'));
    const std::string bytes = large.bytes();
    bool breaks = true;
    answer("/files/demo-1.0-py3-none-any.whl", [&](const LoopbackRequest& request) {
        LoopbackResponse response = answer_range(request, bytes);
        response.headers.emplace_back("ETag", "\"w1\"");
        if (breaks) response.send_limit = 2'000'000;
        return response;
    });
    EXPECT_FALSE(fetch(file(large)));
    breaks = false;
    const auto wheel = fetch(file(large));
    ASSERT_TRUE(wheel) << wheel.error().flat();
    EXPECT_EQ(*base::read_file(wheel->path), bytes);
    const std::string range = server_.requests().back().header("range");
    EXPECT_TRUE(range.starts_with("bytes=") && range != "bytes=0-") << range;
}

TEST_F(RegistryWheelsTest, ManyWheelsComeAtOnceTheLargestFirst) {
    std::string files;
    for (int i = 0; i < 60; ++i) {
        WheelBuilder wheel("demo", std::to_string(i));
        wheel.file("demo/data.bin", std::string(static_cast<std::size_t>(i) * 100, 'x'));
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
    std::mutex mutex;
    std::vector<int> calls(all.size());
    (*run)->fetch_wheels(all, [&](std::size_t position, base::Result<WheelFile> wheel) {
        EXPECT_TRUE(wheel) << wheel.error().flat();
        EXPECT_EQ(base::file_name(wheel->path), all[position].file_name);
        const std::lock_guard lock(mutex);
        ++calls[position];
    });
    EXPECT_EQ(std::ranges::count(calls, 1), 60);
}

TEST_F(RegistryWheelsTest, AFailureLeavesTheOthersAlone) {
    WheelBuilder good("demo", "2.0");
    serve(good);
    page("demo", file(demo()) + "," + file(good));
    const auto run = command(options());
    const auto answer = (*run)->project(name_of("demo"));
    std::vector<DistributionFile> all;
    for (const Candidate& candidate : answer->project->candidates()) {
        all.push_back(*answer->project->file(candidate, candidate.file));
    }
    std::mutex mutex;
    std::string outcome = "..";
    (*run)->fetch_wheels(all, [&](std::size_t position, const base::Result<WheelFile>& wheel) {
        const std::lock_guard lock(mutex);
        outcome[position] = wheel ? 'y' : 'n';
    });
    EXPECT_EQ(outcome, "ny");
}

TEST_F(RegistryWheelsTest, LocalWheelsAreUsedInPlace) {
    const std::string directory = cache_.path() + "/with space";
    ASSERT_TRUE(base::make_directory(directory));
    const std::string path = demo().write_to(directory);
    const auto run = command(options());
    const auto direct = (*run)->direct_wheel(*file_url_of(path));
    ASSERT_TRUE(direct) << direct.error().flat();
    const auto wheel = (*run)->fetch_wheel(direct->file);
    ASSERT_TRUE(wheel) << wheel.error().flat();
    EXPECT_EQ(wheel->path, path);
    EXPECT_FALSE(wheel->is_cached);
    EXPECT_EQ(wheel->sha256, base::sha256_hex(demo().bytes()));
}

TEST_F(RegistryWheelsTest, TheHashInADirectUrlIsChecked) {
    const std::string path = demo().write_to(cache_.path());
    serve(demo());
    const auto run = command(options());
    const std::string good = "#sha256=" + base::sha256_hex(demo().bytes());
    const std::string bad = "#sha256=" + std::string(64, '0');
    for (const std::string& url :
         {file_url_of(path)->text(), server_.url("/files/demo-1.0-py3-none-any.whl")}) {
        const auto right = (*run)->direct_wheel(*net::Url::parse(url + good));
        ASSERT_TRUE(right);
        EXPECT_TRUE((*run)->fetch_wheel(right->file)) << url;
        const auto wrong = (*run)->direct_wheel(*net::Url::parse(url + bad));
        ASSERT_TRUE(wrong);
        EXPECT_FALSE((*run)->fetch_wheel(wrong->file)) << url;
    }
}

TEST_F(RegistryWheelsTest, ADirectUrlMustNameAWheel) {
    struct Case {
        std::string_view url;
        std::string_view says;
    };

    const Case cases[] = {
        {"https://user:secret@host/demo-1.0.tar.gz", "is not a wheel"},
        {"https://host/demo.whl", "is not a wheel"},
        {"https://host/", "is not a wheel"},
        {"ftp://host/demo-1.0-py3-none-any.whl", "is no URL of a wheel"},
    };
    const auto run = command(options());
    for (const Case& test : cases) {
        const auto direct = (*run)->direct_wheel(*net::Url::parse(test.url));
        ASSERT_FALSE(direct) << test.url;
        EXPECT_NE(direct.error().flat().find(test.says), std::string::npos)
            << direct.error().flat();
        EXPECT_EQ(direct.error().flat().find("secret"), std::string::npos);
    }
    const auto spelled = (*run)->direct_wheel(
        *net::Url::parse("https://u:p@host/demo-1.0%2Bcpu-py3-none-any.whl?x=1#y")
    );
    ASSERT_TRUE(spelled);
    EXPECT_EQ(spelled->file.version.to_string(), "1.0+cpu");
    EXPECT_EQ(spelled->requested_url, "https://host/demo-1.0%2Bcpu-py3-none-any.whl?x=1#y");
}

}  // namespace
}  // namespace package_index
