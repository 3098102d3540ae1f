#include "index/flat_listing.h"

#include "base/file.h"
#include "base/temp_dir.h"
#include "index/file_url.h"

#include <gtest/gtest.h>

namespace package_index {
namespace {

pep::PackageName name_of(std::string_view text) {
    return *pep::PackageName::parse(text);
}

std::vector<std::string> urls_of(const base::Result<std::shared_ptr<const Page>>& page) {
    EXPECT_TRUE(page);
    std::vector<std::string> urls;
    for (std::uint32_t i = 0; page && *page != nullptr && i < (*page)->file_count(); ++i) {
        urls.push_back((*page)->distribution(i, pep::Version())->url.text());
    }
    return urls;
}

class FlatListingTest : public testing::Test {
  protected:
    void put(const std::string& name, std::string_view text = "") const {
        const std::string path = base::join_path(directory_.path(), name);
        ASSERT_TRUE(base::make_directories(std::string(base::parent_path(path))));
        ASSERT_TRUE(base::write_file(path, text));
    }

    net::Url url() const { return *file_url_of(directory_.path()); }

    base::TempDir directory_ = *base::TempDir::create(testing::TempDir(), "flat listing ");
};

TEST_F(FlatListingTest, ADirectoryGivesEachProjectItsFiles) {
    for (const char* name :
         {"demo-1.0-py3-none-any.whl",
          "demo-1.0.tar.gz",
          "demo-kit-2.0.tar.gz",
          "readme.txt",
          "Demo_Kit-1.0-py3-none-any.whl"}) {
        put(name);
    }
    ASSERT_TRUE(base::make_directory(directory_.path() + "/demo-9.tar.gz"));
    const auto listing = FlatListing::of_file_url(url(), {});
    ASSERT_TRUE(listing);
    const std::string base = url().text() + "/";
    EXPECT_EQ(
        urls_of(listing->page(name_of("demo"))),
        (std::vector<std::string>{base + "demo-1.0.tar.gz", base + "demo-1.0-py3-none-any.whl"})
    );
    EXPECT_EQ(urls_of(listing->page(name_of("demo-kit"))).size(), 2U);
    EXPECT_EQ(*listing->page(name_of("absent")), nullptr);
}

TEST_F(FlatListingTest, AnHtmlFileMayNameFilesAnywhere) {
    put("links.html",
        "<a href='sub/demo-1.tar.gz'>x</a><a href='https://host/demo-2.tar.gz#sha256=aa'>y</a>");
    const auto listing =
        FlatListing::of_file_url(*file_url_of(directory_.path() + "/links.html"), {});
    ASSERT_TRUE(listing);
    EXPECT_EQ(
        urls_of(listing->page(name_of("demo"))),
        (std::vector<std::string>{url().text() + "/sub/demo-1.tar.gz", "https://host/demo-2.tar.gz"}
        )
    );
}

TEST_F(FlatListingTest, APageFromTheNetworkNamesNoLocalFiles) {
    const auto listing = FlatListing::of_html(
        "<a href='file:///etc/demo-1.tar.gz'>x</a><a href='demo-2.tar.gz'>y</a>",
        *net::Url::parse("https://host/links/"),
        {}
    );
    ASSERT_TRUE(listing);
    EXPECT_EQ(
        urls_of(listing->page(name_of("demo"))),
        (std::vector<std::string>{"https://host/links/demo-2.tar.gz"})
    );
}

TEST_F(FlatListingTest, SaysWhatIsNotThere) {
    const auto listing = FlatListing::of_file_url(*net::Url::parse("file:///no/such/place"), {});
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().kind(), base::ErrorKind::NotFound);
    EXPECT_NE(listing.error().flat().find("/no/such/place"), std::string::npos);
}

TEST_F(FlatListingTest, ADirectoryIndexHasAPageOrADirectoryForEachProject) {
    put("demo/index.html",
        "<a href='../files/demo-1.tar.gz#sha256=" + std::string(64, 'a') + "'>x</a>");
    put("kit/kit-1.0-py3-none-any.whl");
    EXPECT_EQ(
        urls_of(read_directory_index(url(), name_of("demo"), {})),
        (std::vector<std::string>{url().text() + "/files/demo-1.tar.gz"})
    );
    EXPECT_EQ(
        urls_of(read_directory_index(url(), name_of("kit"), {})),
        (std::vector<std::string>{url().text() + "/kit/kit-1.0-py3-none-any.whl"})
    );
    EXPECT_EQ(*read_directory_index(url(), name_of("absent"), {}), nullptr);
    EXPECT_FALSE(
        read_directory_index(*net::Url::parse("file:///no/such/place"), name_of("demo"), {})
    );
}

TEST(FileUrl, GoesThereAndBack) {
    for (const char* path : {"/a", "/with space/and%25/h#sh?", "/caf\xc3\xa9"}) {
        const auto url = file_url_of(path);
        ASSERT_TRUE(url) << path;
        EXPECT_EQ(*path_of(*url), path);
    }
    EXPECT_EQ(*path_of(*net::Url::parse("file://localhost/a/b/")), "/a/b");
    for (const char* url : {"https://host/a", "file://elsewhere/a"}) {
        EXPECT_FALSE(path_of(*net::Url::parse(url))) << url;
    }
}

}  // namespace
}  // namespace package_index
