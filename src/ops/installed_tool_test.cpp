#include "ops/installed_tool.h"

#include "base/file.h"
#include "base/temp_dir.h"
#include "base/trace.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>

namespace ops {
namespace {

constexpr std::string_view kReceipt =
    "[tool]\nrequirements = [{ name = 'hello' }]\nentrypoints = []\n";

struct ReceiptCase {
    const char* text;
    const char* error;  // a part of it; nullptr: it is a receipt
};

class Receipt : public testing::TestWithParam<ReceiptCase> {};

TEST_P(Receipt, IsOneOrNot) {
    const auto options = parse_receipt(GetParam().text, "r.toml");
    if (GetParam().error == nullptr) {
        EXPECT_TRUE(options) << options.error().flat();
    } else {
        ASSERT_FALSE(options);
        EXPECT_EQ(options.error().kind(), base::ErrorKind::Invalid);
        EXPECT_NE(options.error().flat().find(GetParam().error), std::string::npos)
            << options.error().flat();
    }
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    Receipt,
    testing::Values(
        ReceiptCase{"[tool]\nrequirements = []\nentrypoints = []\n", nullptr},
        ReceiptCase{"[tool]\nrequirements = ['a']\nentrypoints = []\nfuture = 1\n", nullptr},
        ReceiptCase{"[tool]\nrequirements = []\nentrypoints = []\n[tool.options]\n", nullptr},
        ReceiptCase{"", "no table `tool`"},
        ReceiptCase{"tool = 1\n", "no table `tool`"},
        ReceiptCase{"[tool", "line 1"},
        ReceiptCase{"[tool]\nentrypoints = []\n", "no list `requirements`"},
        ReceiptCase{"[tool]\nrequirements = []\n", "no list `entrypoints`"},
        ReceiptCase{"[tool]\nrequirements = 'a'\nentrypoints = []\n", "no list `requirements`"},
        ReceiptCase{"[tool]\nrequirements = []\nentrypoints = []\noptions = 1\n", "no table"}
    )
);

TEST(ReceiptOptions, AreTakenFromTheirTable) {
    ToolOptions wanted;
    wanted.add_text("resolution", "lowest");
    const std::string text = std::string(kReceipt) + "[tool.options]\nresolution = 'lowest'\n";
    EXPECT_EQ(wanted.difference(*parse_receipt(text, "r.toml")), std::nullopt);
    EXPECT_EQ(wanted.difference(*parse_receipt(kReceipt, "r.toml")), "resolution");
}

struct PythonCase {
    const char* request;
    std::uint64_t found;  // the inode of what the search found; that of the tool's Python is 310
    bool wanted;
};

class ToolPython : public testing::TestWithParam<PythonCase> {};

TEST_P(ToolPython, IsWantedOrNot) {
    python::Interpreter tool;
    tool.implementation_name = "cpython";
    tool.version = *pep::Version::parse("3.10.13");
    tool.tags.python_major = 3;
    tool.tags.python_minor = 10;
    tool.stamp.inode = 310;
    python::Interpreter found = tool;
    found.stamp.inode = GetParam().found;
    const auto request = python::PythonRequest::parse(GetParam().request);
    ASSERT_TRUE(request) << request.error().flat();
    EXPECT_EQ(is_made_with(*request, found, tool), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Requests,
    ToolPython,
    testing::Values(
        PythonCase{"default", 311, true},
        PythonCase{"any", 311, true},
        PythonCase{"3", 311, true},
        PythonCase{">=3.8", 311, true},
        PythonCase{"3.10", 310, true},
        PythonCase{"3.10.13", 310, true},
        PythonCase{"3.11", 311, false},
        PythonCase{">=3.11", 311, false},
        PythonCase{"pypy3.10", 1, false},
        PythonCase{"python", 311, true},
        PythonCase{"python3.11", 311, false},
        PythonCase{"mypython", 310, true},
        PythonCase{"mypython", 311, false},
        PythonCase{"/", 310, true},
        PythonCase{"/", 311, false}
    )
);

// A directory of tools, without environments that could be used.
class Tools : public testing::Test {
  protected:
    std::string path(const std::string& name) const {
        return base::join_path(directory_.path(), name);
    }

    void write(const std::string& name, std::string_view text) const {
        ASSERT_TRUE(base::make_directories(std::string(base::parent_path(path(name)))));
        ASSERT_TRUE(base::write_file(path(name), text));
    }

    void add(const std::string& name, const std::string& version) const {
        write(name + "/uv-receipt.toml", kReceipt);
        write(name + "/bin/python", "");
        write(
            "" + name + "/lib/python3.11/site-packages/" + name + "-" + version +
                ".dist-info/METADATA",
            ""
        );
    }

    base::TempDir directory_ = *base::TempDir::create("/tmp", "tools-");
};

TEST_F(Tools, AreListedIfTheyCanBeRun) {
    add("zebra", "1.0");
    add("ant", "2.0rc1");
    add("no-receipt", "1");
    ASSERT_TRUE(base::remove_file(path("no-receipt/uv-receipt.toml")));
    add("no-python", "1");
    ASSERT_TRUE(base::remove_file(path("no-python/bin/python")));
    add("dead-python", "1");
    ASSERT_TRUE(base::remove_file(path("dead-python/bin/python")));
    ASSERT_TRUE(base::make_symlink("/nonexistent", path("dead-python/bin/python")));
    add("bad-receipt", "1");
    write("bad-receipt/uv-receipt.toml", "[tool");
    add("Upper", "1");
    write("other-package/uv-receipt.toml", kReceipt);
    write("other-package/bin/python", "");
    write("other-package/lib/python3.11/site-packages/ant-1.dist-info/METADATA", "");
    add("-odd-", "1");
    write(".lock", "");
    const auto listing = list_installed_tools(directory_.path());
    ASSERT_TRUE(listing) << listing.error().flat();
    EXPECT_EQ(listing->tools, (std::vector<ListedTool>{{"ant", "2.0rc1"}, {"zebra", "1.0"}}));
    EXPECT_EQ(listing->strangers, std::vector<std::string>{path("-odd-")});
}

TEST_F(Tools, NeedNoDirectory) {
    const auto listing = list_installed_tools(path("nowhere"));
    ASSERT_TRUE(listing);
    EXPECT_TRUE(listing->tools.empty());
}

class Recorder : public EventSink {
  public:
    void handle(const Event& event) override {
        if (const auto* warned = std::get_if<Warned>(&event)) warnings.push_back(warned->text);
    }

    std::vector<std::string> warnings;
};

std::vector<std::string>& trace_lines() {
    static std::vector<std::string> lines;
    return lines;
}

class Search : public Tools {
  protected:
    void SetUp() override {
        trace_lines().clear();
        base::set_trace_sink([](const std::string& line) { trace_lines().push_back(line); });
    }

    void TearDown() override { base::set_trace_sink(nullptr); }

    bool finds(std::int64_t lock_timeout_ms = 0) {
        Options options;
        options.store.root = path("store");
        Session session(std::move(options), recorder_);
        const python::PythonRequest request;
        const python::Interpreter found;
        const ToolQuestion question{
            .name = *pep::PackageName::parse("hello"),
            .demands = {},
            .python = &request,
            .found = &found,
        };
        const InstalledTools tools{directory_.path(), {}, lock_timeout_ms};
        const auto layout = find_installed_tool(session, tools, question);
        EXPECT_TRUE(layout) << layout.error().flat();
        return layout && layout->has_value();
    }

    Recorder recorder_;
};

TEST_F(Search, IsQuietWhereNothingIsInstalled) {
    EXPECT_FALSE(finds());
    EXPECT_TRUE(trace_lines().empty());
    EXPECT_FALSE(base::exists(path(".lock")));
}

TEST_F(Search, PassesOverWhatItCannotUse) {
    const std::pair<std::string, std::string> cases[] = {
        {"[tool", "failed to parse"},
        {"[other]\n", "is no receipt"},
        {std::string(kReceipt) + "[tool.options]\nresolution = 'lowest'\n", "another `resolution`"},
        {std::string(kReceipt), "no virtual environment"},
    };
    for (const auto& [receipt, reason] : cases) {
        trace_lines().clear();
        write("hello/uv-receipt.toml", receipt);
        EXPECT_FALSE(finds());
        ASSERT_EQ(trace_lines().size(), 1U) << receipt;
        EXPECT_NE(trace_lines().front().find(reason), std::string::npos) << trace_lines().front();
    }
    EXPECT_TRUE(recorder_.warnings.empty());
}

TEST_F(Search, DoesNotWaitForever) {
    write("hello/uv-receipt.toml", kReceipt);
    write(".lock", "");
    const base::Fd writer = *base::open_at(AT_FDCWD, path(".lock"), O_RDWR);
    ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
    EXPECT_FALSE(finds());
    ASSERT_EQ(recorder_.warnings.size(), 1U);
    EXPECT_NE(recorder_.warnings.front().find("installed `hello`"), std::string::npos);
    EXPECT_TRUE(trace_lines().empty());  // it was not even looked at
}

TEST_F(Search, SharesTheLockAndGivesItBack) {
    write("hello/uv-receipt.toml", kReceipt);
    write(".lock", "");
    const base::Fd other = *base::open_at(AT_FDCWD, path(".lock"), O_RDWR);
    ASSERT_EQ(::flock(other.get(), LOCK_SH), 0);
    EXPECT_FALSE(finds());
    EXPECT_TRUE(recorder_.warnings.empty());
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

}  // namespace
}  // namespace ops
