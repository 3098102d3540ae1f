// What is kept of pages, when it is asked for again, and what counts offline.
#include "base/clock.h"
#include "index/registry_fixture.h"

namespace package_index {
namespace {

using RegistryCacheTest = RegistryFixture;

TEST_F(RegistryCacheTest, AFreshPageIsNotAskedForAgain) {
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=600"}});
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(versions("demo", options()), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 1U);
}

TEST_F(RegistryCacheTest, OneCommandAsksOnce) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    const auto run = command(options());
    const pep::PackageName names[] = {name_of("demo"), name_of("demo")};
    (*run)->prefetch(names);
    EXPECT_EQ(describe((*run)->project(names[0])), "1.0");
    EXPECT_EQ(describe((*run)->project(names[0])), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 1U);
}

TEST_F(RegistryCacheTest, AnUnchangedPageIsRevalidatedByItsTag) {
    int round = 0;
    answer("/simple/demo/", [&](const LoopbackRequest& request) -> LoopbackResponse {
        ++round;
        const std::string lifetime = round < 3 ? "max-age=0" : "max-age=600";
        if (request.header("if-none-match") == "\"v1\"") {
            return {.status = 304, .headers = {{"ETag", "\"v1\""}, {"Cache-Control", lifetime}}};
        }
        return json_page(
            "demo",
            file("demo-1.0-py3-none-any.whl"),
            {{"ETag", "\"v1\""}, {"Cache-Control", lifetime}}
        );
    });
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(versions("demo", options()), "1.0");
    // Two stale ones, then the policy of the third answer holds.
    EXPECT_EQ(server_.count("/simple/demo/"), 3U);
    EXPECT_EQ(server_.requests()[1].header("if-none-match"), "\"v1\"");
    EXPECT_EQ(server_.requests()[2].header("if-none-match"), "\"v1\"");
}

TEST_F(RegistryCacheTest, AChangedPageReplacesTheStoredOne) {
    page(
        "demo",
        file("demo-1.0-py3-none-any.whl"),
        {{"ETag", "\"v1\""}, {"Cache-Control", "max-age=0"}}
    );
    EXPECT_EQ(versions("demo", options()), "1.0");
    page(
        "demo",
        file("demo-2.0-py3-none-any.whl"),
        {{"ETag", "\"v2\""}, {"Cache-Control", "max-age=600"}}
    );
    EXPECT_EQ(versions("demo", options()), "2.0");
    EXPECT_EQ(versions("demo", options()), "2.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 2U);
}

TEST_F(RegistryCacheTest, A304AboutAnotherTagIsAskedForAgainPlainly) {
    page(
        "demo",
        file("demo-1.0-py3-none-any.whl"),
        {{"ETag", "\"v1\""}, {"Cache-Control", "max-age=0"}}
    );
    EXPECT_EQ(versions("demo", options()), "1.0");
    answer("/simple/demo/", [&](const LoopbackRequest& request) -> LoopbackResponse {
        if (!request.header("if-none-match").empty())
            return {.status = 304, .headers = {{"ETag", "\"other\""}}};
        return json_page("demo", file("demo-2.0-py3-none-any.whl"));
    });
    EXPECT_EQ(versions("demo", options()), "2.0");
}

TEST_F(RegistryCacheTest, WithoutCacheHeadersEveryCommandAsks) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    EXPECT_EQ(versions("demo", options()), "1.0");
    EXPECT_EQ(versions("demo", options()), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 2U);
}

TEST_F(RegistryCacheTest, NoStoreIsObeyed) {
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "no-store"}});
    EXPECT_EQ(versions("demo", options()), "1.0");
    IndexOptions offline = options();
    offline.offline = true;
    EXPECT_EQ(versions("demo", offline), "was not found in the cache");
}

TEST_F(RegistryCacheTest, AnIndexMayBeGivenAnotherCacheControl) {
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "no-store"}});
    IndexOptions changed = options();
    changed.locations[0].pages_cache_control = "max-age=600";
    EXPECT_EQ(versions("demo", changed), "1.0");
    EXPECT_EQ(versions("demo", changed), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 1U);
}

TEST_F(RegistryCacheTest, RefreshRevalidatesWhatWasCheckedBefore) {
    struct Case {
        RefreshPolicy::Scope scope;
        std::string package;
        std::string cache_control;
        bool asks;
    };

    const Case cases[] = {
        {RefreshPolicy::Scope::None, "", "max-age=600", false},
        {RefreshPolicy::Scope::All, "", "max-age=600", true},
        {RefreshPolicy::Scope::Packages, "demo", "max-age=600", true},
        {RefreshPolicy::Scope::Packages, "other", "max-age=600", false},
        {RefreshPolicy::Scope::All, "", "max-age=600, immutable", false},
    };
    for (const Case& test : cases) {
        page(
            "demo",
            file("demo-1.0-py3-none-any.whl"),
            {{"ETag", "\"v1\""}, {"Cache-Control", test.cache_control}}
        );
        IndexOptions first = options();
        first.refresh.scope = RefreshPolicy::Scope::All;
        first.refresh.since_ns = base::wall_clock_ns();
        EXPECT_EQ(versions("demo", first), "1.0");

        const std::size_t before = server_.count("/simple/demo/");
        IndexOptions second = options();
        second.refresh.scope = test.scope;
        if (!test.package.empty()) second.refresh.packages.insert(name_of(test.package));
        second.refresh.since_ns = base::wall_clock_ns();
        EXPECT_EQ(versions("demo", second), "1.0");
        EXPECT_EQ(
            versions("demo", second), "1.0"
        );  // the same command in two parts: checked since it began
        EXPECT_EQ(server_.count("/simple/demo/") - before, test.asks ? 1U : 0U)
            << test.cache_control << test.package;
        if (test.asks) {
            EXPECT_EQ(server_.requests().back().header("if-none-match"), "\"v1\"");
            EXPECT_EQ(server_.requests().back().header("cache-control"), "no-cache");
        }
    }
}

TEST_F(RegistryCacheTest, OfflineEverythingStoredCounts) {
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=0"}});
    EXPECT_EQ(versions("demo", options()), "1.0");
    IndexOptions offline = options();
    offline.offline = true;
    offline.refresh.scope = RefreshPolicy::Scope::All;
    offline.refresh.since_ns = base::wall_clock_ns();
    EXPECT_EQ(versions("demo", offline), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 1U);

    const auto run = command(offline);
    const auto absent = (*run)->project(name_of("absent"));
    ASSERT_TRUE(absent);
    EXPECT_EQ(absent->reason, "was not found in the cache");
    ASSERT_EQ(absent->hints.size(), 1U);
    EXPECT_NE(absent->hints[0].find("network is disabled"), std::string::npos);
}

TEST_F(RegistryCacheTest, ADamagedCacheIsAMiss) {
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=600"}});
    EXPECT_EQ(versions("demo", options()), "1.0");
    const std::string pages = cache_.path() + "/pages";
    const std::string index = pages + "/" + base::list_directory(pages)->at(0).name;
    const std::string path = index + "/demo.page";
    ASSERT_TRUE(base::exists(path));
    ASSERT_TRUE(base::write_file(path, "not a page"));
    EXPECT_EQ(versions("demo", options()), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 2U);
    EXPECT_EQ(versions("demo", options()), "1.0");
    EXPECT_EQ(server_.count("/simple/demo/"), 2U);
}

TEST_F(RegistryCacheTest, ACacheThatCannotBeWrittenIsNoError) {
    ASSERT_TRUE(base::write_file(cache_.path() + "/pages", "a file where a directory should be"));
    page("demo", file("demo-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=600"}});
    EXPECT_EQ(versions("demo", options()), "1.0");
}

TEST_F(RegistryCacheTest, TellsWhenTheFirstOfItsPagesExpires) {
    page("long", file("long-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=6000"}});
    page("short", file("short-1.0-py3-none-any.whl"), {{"Cache-Control", "max-age=600"}});
    page("plain", file("plain-1.0-py3-none-any.whl"));
    const auto run = command(options());
    EXPECT_EQ((*run)->earliest_expiry(), INT64_MAX);
    const std::int64_t now = base::wall_clock_seconds();
    EXPECT_TRUE((*run)->project(name_of("short")));
    EXPECT_TRUE((*run)->project(name_of("long")));
    EXPECT_GE((*run)->earliest_expiry(), now + 600);
    EXPECT_LT((*run)->earliest_expiry(), now + 6000);
    EXPECT_TRUE((*run)->project(name_of("plain")));
    EXPECT_LE((*run)->earliest_expiry(), base::wall_clock_seconds());
}

}  // namespace
}  // namespace package_index
