#include "python/pin.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace python {
namespace {

class PinTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create("/tmp", "adder-pin-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
        ASSERT_TRUE(base::make_directories(path("a/b")));
        ASSERT_TRUE(base::make_directories(path("config")));
        options_.directory = path("a/b");
        options_.stop_at = path("");
    }

    std::string path(std::string_view below) const {
        return base::normalize_path(base::join_path(temporary_->path(), below));
    }

    void write(std::string_view below, std::string_view text) {
        ASSERT_TRUE(base::write_file(path(below), text));
    }

    // "file: request request", "none", or the error.
    std::string pin() {
        const auto pin = find_pin(options_);
        if (!pin) return "error: " + pin.error().flat();
        if (!*pin) return "none";
        std::string text = (*pin)->path.substr(path("").size() + 1) + ":";
        for (const PythonRequest& request : (*pin)->requests)
            text += " " + request.canonical();
        return text;
    }

    std::optional<base::TempDir> temporary_;
    PinOptions options_;
};

TEST_F(PinTest, TheNearestFileWins) {
    EXPECT_EQ(pin(), "none");
    write(".python-version", "3.10\n");
    EXPECT_EQ(pin(), ".python-version: 3.10");
    write("a/.python-versions", "3.9\n3.10\n");
    EXPECT_EQ(pin(), "a/.python-versions: 3.9 3.10");
    write("a/.python-version", "3.12\n");
    EXPECT_EQ(pin(), "a/.python-version: 3.12");
    options_.preference = PinPreference::Versions;
    EXPECT_EQ(pin(), "a/.python-versions: 3.9 3.10");
    write("a/b/.python-version", "3.13\n");
    EXPECT_EQ(pin(), "a/b/.python-version: 3.13");
}

TEST_F(PinTest, TheSearchStopsWhereItIsTold) {
    write(".python-version", "3.10\n");
    options_.stop_at = path("a");
    EXPECT_EQ(pin(), "none");
}

TEST_F(PinTest, TheGlobalFileIsTheLastChoice) {
    options_.config_directory = path("config");
    write("config/.python-version", "3.11\n");
    EXPECT_EQ(pin(), "config/.python-version: 3.11");
    write("a/.python-version", "3.12\n");
    EXPECT_EQ(pin(), "a/.python-version: 3.12");
}

TEST_F(PinTest, AFileThatAsksForNothingHidesTheOthers) {
    write("a/.python-version", "3.12\n");
    write("a/b/.python-version", "system\n");
    EXPECT_EQ(pin(), "a/b/.python-version:");
    write("a/b/.python-version", "");
    EXPECT_EQ(pin(), "a/b/.python-version:");
}

TEST(PinFileTest, LinesThatAreNoRequestsAreIgnored) {
    const PinFile pin = parse_pin_file(
        "# comment\n\n  3.11  \r\n3.10 # x\nsystem\n3.12-dev\n3.10,3.11\npypy3.10\n/opt/x/python\n"
        "cpython-3.9\n2.7\n>=3.9,<3.11",
        "f"
    );
    std::string requests;
    for (const PythonRequest& request : pin.requests)
        requests += request.canonical() + ";";
    EXPECT_EQ(requests, "3.11;pypy@3.10;/opt/x/python;cpython@3.9;>=3.9, <3.11;");
    EXPECT_EQ(
        pin.ignored,
        (std::vector<std::string>{"3.10 # x", "system", "3.12-dev", "3.10,3.11", "2.7"})
    );
}

}  // namespace
}  // namespace python
