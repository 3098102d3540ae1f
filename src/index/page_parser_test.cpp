#include "index/page_parser.h"

#include "index/page.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace package_index {
namespace {

const std::string kSha(64, 'a');

pep::PackageName name_of(std::string_view text) {
    return *pep::PackageName::parse(text);
}

net::Url url_of(std::string_view text) {
    return *net::Url::parse(text);
}

std::shared_ptr<const Page> page_of(
    PageSyntax syntax,
    std::string body,
    std::string_view name = "demo",
    std::string_view url = "https://host/simple/demo/"
) {
    auto bytes = parse_page(syntax, std::move(body), name_of(name), url_of(url));
    if (!bytes) {
        ADD_FAILURE() << bytes.error().flat();
        return nullptr;
    }
    return Page::open(std::move(*bytes), name_of(name), {.index_name = "test"});
}

// All files in the order of the page.
std::vector<DistributionFile> files_of(const Page& page) {
    std::vector<DistributionFile> files;
    for (std::uint32_t i = 0; i < page.version_count(); ++i) {
        const PageVersion row = page.version(i);
        for (std::uint32_t j = 0; j < row.file_count; ++j) {
            files.push_back(*page.distribution(row.first_file + j, *pep::Version::parse(row.text)));
        }
    }
    return files;
}

std::vector<std::string> names_in(const Page& page) {
    std::vector<std::string> names;
    for (const DistributionFile& file : files_of(page))
        names.push_back(file.file_name);
    return names;
}

std::string json_file(std::string_view name, std::string_view more = "") {
    return R"({"filename":")" + std::string(name) + R"(","url":"https://files/)" +
           std::string(name) + R"(","hashes":{})" + std::string(more) + "}";
}

std::string json_page(std::string_view files, std::string_view more = "") {
    return R"({"meta":{"api-version":"1.1"},"name":"demo",)" + std::string(more) + R"("files":[)" +
           std::string(files) + "]}";
}

DistributionFile only_file(PageSyntax syntax, std::string body) {
    const auto page = page_of(syntax, std::move(body));
    const std::vector<DistributionFile> files = files_of(*page);
    EXPECT_EQ(files.size(), 1U);
    return files.at(0);
}

TEST(JsonPage, ReadsAllThatIsSaidAboutAFile) {
    const DistributionFile file = only_file(
        PageSyntax::Json,
        R"({"versions":["1.0"],"files":[{"filename":"demo-1.0-py3-none-any.whl",)"
        R"("url":"../../f/demo-1.0-py3-none-any.whl",)"
        R"("hashes":{"md5":"0123456789abcdef0123456789abcdef","sha256":")" +
            kSha +
            R"(","rot13":"xx"},"size":7,)"
            R"("requires-python":">=3.8","upload-time":"2024-05-06T07:08:09.123456Z","yanked":"broken \u00e9",)"
            R"("core-metadata":{"sha256":")" +
            std::string(64, 'B') +
            R"("},"gpg-sig":false,"provenance":null}],)"
            R"("meta":{"api-version":"1.3","tracks":[]},"name":"Demo","alternate-locations":[{"files":[{}]}]})"
    );
    EXPECT_EQ(file.kind, FileKind::Wheel);
    EXPECT_EQ(file.url.text(), "https://host/f/demo-1.0-py3-none-any.whl");
    EXPECT_EQ(file.version.to_string(), "1.0");
    ASSERT_EQ(file.hashes.size(), 2U);
    EXPECT_EQ(file.hashes[0].to_string(), "sha256:" + kSha);
    EXPECT_EQ(file.hashes[1].to_string(), "md5:0123456789abcdef0123456789abcdef");
    EXPECT_EQ(file.size, 7U);
    EXPECT_EQ(file.requires_python, ">=3.8");
    EXPECT_EQ(file.upload_time_ms, 1714979289123);
    EXPECT_EQ(file.yanked, "broken \xc3\xa9");
    EXPECT_TRUE(file.has_metadata);
    ASSERT_TRUE(file.metadata_hash);
    EXPECT_EQ(file.metadata_hash->hex, std::string(64, 'b'));
    EXPECT_EQ(file.index_name, "test");
}

TEST(JsonPage, MetadataIsAnnouncedByTheNewerNameFirst) {
    struct Case {
        std::string_view fields;
        bool has_metadata;
        bool has_hash;
    };

    const std::string hash = R"({"sha256":")" + kSha + R"("})";
    const Case cases[] = {
        {"", false, false},
        {R"(,"core-metadata":true)", true, false},
        {R"(,"core-metadata":false)", false, false},
        {R"(,"core-metadata":null)", false, false},
        {R"(,"dist-info-metadata":true)", true, false},
        {R"(,"core-metadata":false,"dist-info-metadata":true)", false, false},
        {R"(,"dist-info-metadata":true,"core-metadata":false)", false, false},
        {R"(,"core-metadata":true,"dist-info-metadata":{"sha256":"aa"})", true, false},
        {R"(,"core-metadata":{"sha256":"aa"})", true, false},
    };
    for (const Case& test : cases) {
        const DistributionFile file = only_file(
            PageSyntax::Json, json_page(json_file("demo-1-py3-none-any.whl", test.fields))
        );
        EXPECT_EQ(file.has_metadata, test.has_metadata) << test.fields;
        EXPECT_EQ(file.metadata_hash.has_value(), test.has_hash) << test.fields;
    }
    const DistributionFile hashed = only_file(
        PageSyntax::Json,
        json_page(json_file("demo-1-py3-none-any.whl", R"(,"dist-info-metadata":)" + hash))
    );
    EXPECT_TRUE(hashed.metadata_hash);
}

TEST(JsonPage, YankedMayBeTrueFalseOrAReason) {
    struct Case {
        std::string_view value;
        std::optional<std::string> yanked;
    };

    const Case cases[] = {
        {"false", std::nullopt},
        {"null", std::nullopt},
        {"true", ""},
        {R"("")", ""},
        {R"("why")", "why"}
    };
    for (const Case& test : cases) {
        const std::string more = R"(,"yanked":)" + std::string(test.value);
        EXPECT_EQ(
            only_file(PageSyntax::Json, json_page(json_file("demo-1.tar.gz", more))).yanked,
            test.yanked
        ) << test.value;
    }
}

TEST(JsonPage, LeavesOutWhatIsNoFileOfTheProject) {
    const std::string files =
        json_file("demo-2.0-py3-none-any.whl") + "," + json_file("demo-1.0.tar.gz") + "," +
        json_file("other-1.0.tar.gz") + "," + json_file("demo-1.0.exe") + "," +
        json_file("demo-1.0-py3.7.egg") + "," + json_file("demo-notaversion-py3-none-any.whl") +
        "," + json_file("demo-3.0-py3-none-any.whl", R"(,"requires-python":"three")") + "," +
        json_file("") + "," + json_file("demo-1.0-py3-none-any.whl/../x") + "," +
        R"({"url":"https://files/x"},{},{"filename":"demo-4.tar.gz","url":"file:///etc/passwd"},)" +
        R"({"filename":"demo-5.tar.gz","url":"ftp://host/demo-5.tar.gz"},)" +
        R"({"filename":"demo-6.tar.gz","url":""})";
    const auto page = page_of(PageSyntax::Json, json_page(files));
    EXPECT_EQ(
        names_in(*page), (std::vector<std::string>{"demo-1.0.tar.gz", "demo-2.0-py3-none-any.whl"})
    );
}

TEST(JsonPage, SortsByVersionThenSourceFirstThenName) {
    std::string files;
    for (const char* file :
         {"demo-1.10-py3-none-any.whl",
          "demo-1.9-py3-none-any.whl",
          "demo-1.9-cp311-cp311-win32.whl",
          "demo-1.9.tar.gz",
          "demo-1.9.0-py2-none-any.whl",
          "demo-1.10rc1.zip"}) {
        files += (files.empty() ? "" : ",") + json_file(file);
    }
    const auto page = page_of(PageSyntax::Json, json_page(files));
    EXPECT_EQ(page->version_count(), 3U);
    EXPECT_EQ(
        names_in(*page),
        (std::vector<std::string>{
            "demo-1.9.tar.gz",
            "demo-1.9-cp311-cp311-win32.whl",
            "demo-1.9-py3-none-any.whl",
            "demo-1.9.0-py2-none-any.whl",
            "demo-1.10rc1.zip",
            "demo-1.10-py3-none-any.whl",
        })
    );
}

TEST(JsonPage, RefusesWhatIsNoPageOfTheProject) {
    struct Case {
        std::string_view body;
        std::string_view says;
    };

    const Case cases[] = {
        {R"({"files": [{"filename": )", "page of `demo` at https://host/simple/demo/"},
        {"", "page of `demo`"},
        {"[]", "no list of files"},
        {R"({"name":"demo"})", "no list of files"},
        {R"({"files":{}})", "no list of files"},
        {R"({"name":"other","files":[]})", "describes `other`"},
        {R"({"meta":{"api-version":"2.0"},"files":[]})", "`2.0`"},
        {"{\"files\":[], \"x\":\"\xff\"}", "page of `demo`"},
    };
    for (const Case& test : cases) {
        const auto page = parse_page(
            PageSyntax::Json,
            std::string(test.body),
            name_of("demo"),
            url_of("https://host/simple/demo/")
        );
        ASSERT_FALSE(page) << test.body;
        EXPECT_NE(page.error().flat().find(test.says), std::string::npos) << page.error().flat();
    }
}

TEST(JsonPage, BoundsWhatAHostileIndexSays) {
    const auto page = page_of(
        PageSyntax::Json,
        json_page(
            json_file("demo-1.tar.gz", R"(,"yanked":")" + std::string(100'000, 'y') + R"(")") +
            "," + json_file("demo-" + std::string(1000, '1') + ".tar.gz") + "," +
            json_file(
                "demo-2.tar.gz", R"(,"requires-python":")" + std::string(10'000, '>') + R"(")"
            )
        )
    );
    ASSERT_EQ(files_of(*page).size(), 1U);
    EXPECT_EQ(files_of(*page)[0].yanked->size(), 1024U);

    std::string many = json_file("demo-1.tar.gz");
    for (std::size_t i = 0; i < kMaximumFiles; ++i)
        many += R"(,{"filename":"demo-1.zip","url":"a"})";
    const auto refused =
        parse_page(PageSyntax::Json, json_page(many), name_of("demo"), url_of("https://host/"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().flat().find("more than 200000 files"), std::string::npos);
}

TEST(HtmlPage, ReadsTheAttributesOfEachLink) {
    const std::string hash(64, 'c');
    const DistributionFile file = only_file(
        PageSyntax::Html,
        R"(<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>)"
        R"(<a href="../../files/demo-1.0%2Blocal-py3-none-any.whl#sha256=)" +
            kSha +
            R"(" data-requires-python="&gt;=3.8,&lt;4" data-yanked="bad &amp; old" )"
            R"(data-upload-time="2024-01-01T00:00:00Z" )"
            R"(data-dist-info-metadata="false" data-core-metadata="sha256=)" +
            hash + R"(">demo</a></body></html>)"
    );
    EXPECT_EQ(file.file_name, "demo-1.0+local-py3-none-any.whl");
    EXPECT_EQ(file.url.text(), "https://host/files/demo-1.0%2Blocal-py3-none-any.whl");
    EXPECT_EQ(file.version.to_string(), "1.0+local");
    ASSERT_EQ(file.hashes.size(), 1U);
    EXPECT_EQ(file.hashes[0].hex, kSha);
    EXPECT_EQ(file.requires_python, ">=3.8,<4");
    EXPECT_EQ(file.yanked, "bad & old");
    EXPECT_EQ(file.upload_time_ms, 1704067200000);
    EXPECT_TRUE(file.has_metadata);
    ASSERT_TRUE(file.metadata_hash);
    EXPECT_EQ(file.metadata_hash->hex, hash);
}

TEST(HtmlPage, ResolvesLinksAgainstPageOrBase) {
    struct Case {
        std::string_view head;
        std::string_view href;
        std::string_view url;
    };

    const Case cases[] = {
        {"", "demo-1.tar.gz", "https://host/simple/demo/demo-1.tar.gz"},
        {"", "/f/demo-1.tar.gz?token=x#egg=demo", "https://host/f/demo-1.tar.gz?token=x"},
        {"", "//cdn/demo-1.tar.gz", "https://cdn/demo-1.tar.gz"},
        {"", "http://other/demo-1.tar.gz", "http://other/demo-1.tar.gz"},
        {R"(<base href="https://cdn/x/">)", "demo-1.tar.gz", "https://cdn/x/demo-1.tar.gz"},
        {R"(<base href="../y/">)", "demo-1.tar.gz", "https://host/simple/y/demo-1.tar.gz"},
    };
    for (const Case& test : cases) {
        const std::string body =
            std::string(test.head) + "<a href='" + std::string(test.href) + "'>x</a>";
        EXPECT_EQ(only_file(PageSyntax::Html, body).url.text(), test.url) << test.href;
    }
}

TEST(HtmlPage, MayBeEmptyOrOddButNotOfAnotherVersion) {
    for (const char* body :
         {"", "<p>nothing here", "<a>no link</a>", "<a href>", "<a href='x.txt'>"}) {
        EXPECT_EQ(page_of(PageSyntax::Html, body)->file_count(), 0U) << body;
    }
    const auto page = parse_page(
        PageSyntax::Html,
        "<meta name='pypi:repository-version' content='2.0'>",
        name_of("demo"),
        url_of("https://host/")
    );
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind(), base::ErrorKind::Unsupported);
}

TEST(PageSyntaxTest, FollowsTheMediaType) {
    struct Case {
        std::string_view type;
        std::optional<PageSyntax> syntax;
    };

    const Case cases[] = {
        {"application/vnd.pypi.simple.v1+json", PageSyntax::Json},
        {"Application/VND.pypi.simple.v1+JSON; charset=utf-8", PageSyntax::Json},
        {"application/vnd.pypi.simple.v1+html", PageSyntax::Html},
        {" text/html ;charset=utf-8", PageSyntax::Html},
        {"", std::nullopt},
        {"text/plain", std::nullopt},
        {"application/vnd.pypi.simple.v2+json", std::nullopt},
    };
    for (const Case& test : cases) {
        const auto syntax = page_syntax(test.type);
        EXPECT_EQ(syntax.has_value(), test.syntax.has_value()) << test.type;
        if (syntax && test.syntax) {
            EXPECT_EQ(*syntax, *test.syntax) << test.type;
        }
    }
}

TEST(PageTest, RefusesBytesThatAreNoPage) {
    const auto page = page_of(PageSyntax::Json, json_page(json_file("demo-1.tar.gz")));
    const std::string good = page->bytes();
    EXPECT_TRUE(Page::open(good, name_of("demo"), {}));
    EXPECT_FALSE(Page::open("", name_of("demo"), {}));
    EXPECT_FALSE(Page::open(good.substr(0, 40), name_of("demo"), {}));
    std::string huge = good;
    huge[12] = huge[13] = huge[14] = huge[15] = '\xff';  // number of files
    EXPECT_FALSE(Page::open(huge, name_of("demo"), {}));
}

TEST(PageTest, SharesWhatRepeats) {
    std::string files;
    for (int i = 0; i < 1000; ++i) {
        const std::string file = "demo-1." + std::to_string(i) +
                                 "-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
        files += (i == 0 ? "" : ",") + json_file(file, R"(,"requires-python":">=3.8")");
    }
    const auto page = page_of(PageSyntax::Json, json_page(files));
    EXPECT_EQ(page->tag_set_count(), 1U);
    EXPECT_EQ(page->requires_python_count(), 2U);  // with the empty one
    EXPECT_LT(page->bytes().size(), 1000U * 220U);
}

}  // namespace
}  // namespace package_index
