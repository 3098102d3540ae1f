// Where a project is looked for, and what an index that misbehaves leads to.
#include "index/cached_http.h"
#include "index/file_url.h"
#include "index/page_parser.h"
#include "index/registry_fixture.h"

namespace package_index {
namespace {

class RegistrySearchTest : public RegistryFixture {
  protected:
    void list(const std::string& index, const std::string& name, const std::string& version) {
        answer(
            "/" + index + "/" + name + "/",
            json_page(name, file(name + "-" + version + "-py3-none-any.whl"))
        );
    }

    // Indexes /first, /second and, as the default, /last.
    IndexOptions three(IndexStrategy strategy = IndexStrategy::FirstIndex) const {
        IndexOptions options;
        options.strategy = strategy;
        options.locations = {index_at("/last"), index_at("/first"), index_at("/second")};
        options.locations[1].is_default = options.locations[2].is_default = false;
        options.locations[1].name = "first-one";
        return options;
    }
};

TEST_F(RegistrySearchTest, AnUnknownProjectIsAnAnswer) {
    EXPECT_EQ(versions("absent", options()), "was not found in the package index");
}

TEST_F(RegistrySearchTest, TheFirstIndexThatKnowsAProjectIsTheOnlyOne) {
    list("last", "demo", "9.0");
    list("second", "demo", "1.0");
    EXPECT_EQ(versions("demo", three()), "1.0");
    EXPECT_EQ(server_.count("/first/demo/"), 1U);
    EXPECT_EQ(server_.count("/last/demo/"), 0U);
}

TEST_F(RegistrySearchTest, OtherStrategiesLookEverywhere) {
    list("last", "demo", "9.0");
    list("first", "demo", "1.0");
    answer("/second/demo/", LoopbackResponse{.status = 401});
    EXPECT_EQ(versions("demo", three(IndexStrategy::UnsafeBestMatch)), "1.0 9.0");
    const auto run = command(three(IndexStrategy::UnsafeFirstMatch));
    const auto answer = (*run)->project(name_of("demo"));
    ASSERT_EQ(describe(answer), "1.0 9.0");
    EXPECT_EQ(answer->project->candidates()[0].index_rank, 0U);
    EXPECT_EQ(answer->project->candidates()[1].index_rank, 1U);
}

TEST_F(RegistrySearchTest, RefusedAccessEndsTheSearchWithAHint) {
    for (const int status : {401, 403}) {
        answer("/first/demo/", LoopbackResponse{.status = status});
        list("last", "demo", "9.0");
        const auto run = command(three());
        const auto answer = (*run)->project(name_of("demo"));
        ASSERT_TRUE(answer) << answer.error().flat();
        EXPECT_EQ(answer->project, nullptr);
        ASSERT_EQ(answer->hints.size(), 1U);
        EXPECT_NE(
            answer->hints[0].find("`first-one` refused access (" + std::to_string(status)),
            std::string::npos
        );
        EXPECT_NE(answer->hints[0].find("`UV_INDEX_FIRST_ONE_PASSWORD`"), std::string::npos);
        EXPECT_EQ(server_.count("/last/demo/"), 0U);
    }
}

TEST_F(RegistrySearchTest, IgnoredCodesMeanNotHere) {
    answer("/first/demo/", LoopbackResponse{.status = 403});
    list("last", "demo", "9.0");
    IndexOptions options = three();
    options.locations[1].ignore_error_codes = {403};
    EXPECT_EQ(versions("demo", options), "9.0");
}

TEST_F(RegistrySearchTest, AServerThatFailsIsAnError) {
    answer("/first/demo/", LoopbackResponse{.status = 500});
    const std::string text = versions("demo", three());
    EXPECT_TRUE(text.starts_with("error: ")) << text;
    EXPECT_NE(text.find("/first/demo/ answered 500"), std::string::npos) << text;
}

TEST_F(RegistrySearchTest, AnIndexThatIsNotThereIsAnError) {
    IndexOptions options;
    options.locations = {{.url = *net::Url::parse("http://127.0.0.1:1/simple"), .is_default = true}
    };
    EXPECT_TRUE(versions("demo", options).starts_with("error: "));
}

TEST_F(RegistrySearchTest, PagesThatAreNoneAreErrorsThatSayWhere) {
    struct Case {
        LoopbackResponse response;
        std::string_view says;
    };

    const std::pair<std::string, std::string> json = {
        "Content-Type", "application/vnd.pypi.simple.v1+json"
    };
    const Case cases[] = {
        {{.headers = {json}, .body = R"({"files":[{"filename":)"}, "/simple/demo/"},
        {{.headers = {json}, .body = R"({"name":"other","files":[]})"}, "describes `other`"},
        {{.headers = {{"Content-Type", "image/png"}}, .body = "x"}, "`image/png`"},
        {{.body = "x"}, "no Content-Type"},
        {{.headers = {json}, .body = R"({"files":[]})", .send_limit = 4}, "/simple/demo/"},
    };
    for (const Case& test : cases) {
        answer("/simple/demo/", test.response);
        const std::string text = versions("demo", options());
        EXPECT_TRUE(text.starts_with("error: ")) << text;
        EXPECT_NE(text.find(test.says), std::string::npos) << text;
    }
}

TEST_F(RegistrySearchTest, ALargePageIsReadAndAnEndlessOneIsNot) {
    const std::string padding(CachedHttp::kSmallAnswer + 1, ' ');
    page("demo", padding + file("demo-1.0-py3-none-any.whl"));
    EXPECT_EQ(versions("demo", options()), "1.0");
    page("demo", std::string(kPageSizeLimit, ' '));
    EXPECT_TRUE(versions("demo", options()).starts_with("error: "));
}

TEST_F(RegistrySearchTest, LinksAreRelativeToWhereThePageReallyIs) {
    answer(
        "/simple/demo/",
        LoopbackResponse{.status = 302, .headers = {{"Location", "/elsewhere/deep/"}}}
    );
    answer(
        "/elsewhere/deep/",
        LoopbackResponse{
            .headers = {{"Content-Type", "text/html"}},
            .body = "<a href='demo-1.0-py3-none-any.whl'>demo</a>"
        }
    );
    const auto run = command(options());
    EXPECT_EQ(
        newest(*run->registry, "demo").url.text(),
        server_.url("/elsewhere/deep/demo-1.0-py3-none-any.whl")
    );
}

TEST_F(RegistrySearchTest, APinnedPackageComesFromItsIndexOnly) {
    list("last", "demo", "9.0");
    list("explicit", "demo", "1.0");
    list("explicit", "other", "1.0");
    IndexOptions options = three();
    options.locations.push_back(index_at("/explicit"));
    options.locations.back().name = "mine";
    options.locations.back().is_default = false;
    options.locations.back().is_explicit = true;
    options.pins[name_of("demo")] = "mine";
    EXPECT_EQ(versions("demo", options), "1.0");
    EXPECT_EQ(versions("other", options), "was not found in the package index");
    options.pins[name_of("demo")] = "nobody";
    EXPECT_NE(versions("demo", options).find("`nobody`, which is not defined"), std::string::npos);
}

TEST_F(RegistrySearchTest, FindLinksJoinTheIndexAndMayStandAlone) {
    list("simple", "demo", "2.0");
    answer(
        "/links.html",
        LoopbackResponse{
            .headers = {{"Content-Type", "text/html"}},
            .body = "<a href='demo-3.0-py3-none-any.whl'>x</a>"
        }
    );
    const std::string directory = cache_.path() + "/links";
    ASSERT_TRUE(base::make_directory(directory));
    WheelBuilder("demo", "1.0").write_to(directory);
    IndexOptions both = options();
    both.find_links = {*file_url_of(directory), *net::Url::parse(server_.url("/links.html"))};
    EXPECT_EQ(versions("demo", both), "1.0 2.0 3.0");
    EXPECT_EQ(versions("absent", both), "was not found in the package index");

    const std::size_t before = server_.count("/simple/demo/");
    both.no_index = true;
    EXPECT_EQ(versions("demo", both), "1.0 3.0");
    EXPECT_EQ(versions("absent", both), "is not among the files of `--find-links`");
    EXPECT_EQ(server_.count("/simple/demo/"), before);
    EXPECT_EQ(server_.count("/links.html"), 4U);
}

TEST_F(RegistrySearchTest, AMissingFindLinksDirectoryIsAnError) {
    IndexOptions options = this->options();
    options.find_links = {*net::Url::parse("file:///no/such/place")};
    EXPECT_NE(versions("demo", options).find("`/no/such/place`"), std::string::npos);
}

TEST_F(RegistrySearchTest, AnIndexMayBeADirectoryOrAFlatPage) {
    const std::string tree = cache_.path() + "/tree";
    ASSERT_TRUE(base::make_directories(tree + "/demo"));
    WheelBuilder("demo", "1.0").write_to(tree + "/demo");
    IndexOptions options;
    options.locations = {{.url = *file_url_of(tree), .is_default = true}};
    EXPECT_EQ(versions("demo", options), "1.0");
    options.locations[0].url = *file_url_of(tree + "/demo");
    options.locations[0].format = IndexFormat::Flat;
    EXPECT_EQ(versions("demo", options), "1.0");
    EXPECT_EQ(versions("absent", options), "was not found in the package index");
}

TEST_F(RegistrySearchTest, CredentialsGoToTheirHostOnly) {
    LoopbackServer other([](const LoopbackRequest&) { return LoopbackResponse{.status = 404}; });
    const std::string away = other.url("/demo-1.0-py3-none-any.whl");
    page(
        "demo",
        R"({"filename":"demo-1.0-py3-none-any.whl","url":")" + away +
            R"(","hashes":{},"core-metadata":true},)" +
            file("demo-2.0-py3-none-any.whl", R"(,"core-metadata":true)")
    );

    struct Case {
        std::string userinfo;
        std::optional<net::Credentials> given;
        Authenticate authenticate;
        std::string sent;
    };

    const Case cases[] = {
        {"", std::nullopt, Authenticate::Auto, ""},
        {"user:secret@", std::nullopt, Authenticate::Auto, "Basic dXNlcjpzZWNyZXQ="},
        {"", net::Credentials{"user", "secret"}, Authenticate::Auto, "Basic dXNlcjpzZWNyZXQ="},
        {"a:b@", net::Credentials{"user", "secret"}, Authenticate::Auto, "Basic dXNlcjpzZWNyZXQ="},
        {"user:secret@", std::nullopt, Authenticate::Never, ""},
    };
    for (const Case& test : cases) {
        IndexOptions options = this->options();
        options.locations[0].url =
            *net::Url::parse("http://" + test.userinfo + server_.host() + "/simple");
        options.locations[0].credentials = test.given;
        options.locations[0].authenticate = test.authenticate;
        const auto run = command(options);
        const auto answer = (*run)->project(name_of("demo"));
        ASSERT_EQ(describe(answer), "1.0 2.0");
        EXPECT_EQ(server_.requests().back().header("authorization"), test.sent);
        for (const Candidate& candidate : answer->project->candidates()) {
            const auto metadata =
                (*run)->metadata(*answer->project->file(candidate, candidate.file));
            if (metadata) continue;
            EXPECT_EQ(metadata.error().flat().find("secret"), std::string::npos)
                << metadata.error().flat();
        }
        EXPECT_EQ(server_.requests().back().header("authorization"), test.sent);
        for (const LoopbackRequest& request : other.requests())
            EXPECT_EQ(request.header("authorization"), "");
        EXPECT_EQ(
            answer->project->file(answer->project->candidates()[0], {})->index_name.find("secret"),
            std::string::npos
        );
    }
    EXPECT_FALSE(other.requests().empty());
}

TEST_F(RegistrySearchTest, MissingUploadTimesAreWarnedOfOnce) {
    page("demo", file("demo-1.0-py3-none-any.whl"));
    IndexOptions options = this->options();
    options.exclude_newer.cutoff_ms = 1;
    const auto run = command(options);
    EXPECT_TRUE((*run)->project(name_of("demo")));
    EXPECT_EQ((*run)->take_warnings().size(), 1U);
    EXPECT_TRUE((*run)->take_warnings().empty());
}

}  // namespace
}  // namespace package_index
