#include "ops/satisfaction.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace ops {
namespace {

using Texts = std::vector<std::string>;

// An interpreter whose site-packages hold: app 1.0 (needs lib>=1, and more with the extra `more`), lib 2.0, pre 3.0a1,
// remote 1.0 from a URL, local 1.0 from a file, editable 1.0 from a directory.
class Installed : public testing::Test {
  protected:
    void SetUp() override {
        file_ = path("local-1.0-py3-none-any.whl");
        ASSERT_TRUE(base::write_file(file_, "wheel"));
        add("app-1.0",
            "Requires-Dist: lib>=1\nRequires-Dist: absent>1 ; extra == 'more'\n"
            "Requires-Dist: elsewhere ; sys_platform == 'win32'\n");
        add("lib-2.0");
        add("pre-3.0a1");
        add("remote-1.0");
        add_origin(
            "remote-1.0",
            R"({"url":"https://example.org/remote-1.0-py3-none-any.whl","archive_info":{}})"
        );
        add("local-1.0");
        add_origin("local-1.0", fmt::format(R"({{"url":"file://{}","archive_info":{{}}}})", file_));
        note_change_of_file(0);
        add("editable-1.0");
        add_origin(
            "editable-1.0", R"({"url":"file:///src/editable","dir_info":{"editable":true}})"
        );
        interpreter_.paths.purelib = interpreter_.paths.platlib = directory_.path();
        interpreter_.markers.sys_platform = "linux";
        interpreter_.markers.python_version = "3.11";
    }

    std::string path(const std::string& name) const {
        return base::join_path(directory_.path(), name);
    }

    void add(const std::string& stem, const std::string& fields = "") const {
        const std::size_t dash = stem.find('-');
        const std::string record = path(stem + ".dist-info");
        ASSERT_TRUE(base::make_directory(record));
        ASSERT_TRUE(base::write_file(
            base::join_path(record, "METADATA"),
            fmt::format(
                "Metadata-Version: 2.1\nName: {}\nVersion: {}\n{}",
                stem.substr(0, dash),
                stem.substr(dash + 1),
                fields
            )
        ));
    }

    void add_origin(const std::string& stem, const std::string& json) const {
        ASSERT_TRUE(base::write_file(path(stem + ".dist-info/direct_url.json"), json));
    }

    void note_change_of_file(std::int64_t later_ns) const {
        const std::int64_t changed = base::stamp_of(file_)->changed_ns + later_ns;
        constexpr std::int64_t kSecond = 1'000'000'000;
        ASSERT_TRUE(base::write_file(
            path("local-1.0.dist-info/uv_cache.json"),
            fmt::format(
                R"({{"timestamp":{{"secs_since_epoch":{},"nanos_since_epoch":{}}},"commit":null}})",
                changed / kSecond,
                changed % kSecond
            )
        ));
    }

    static std::vector<pep::Requirement> parsed(const Texts& texts) {
        std::vector<pep::Requirement> requirements;
        for (const std::string& text : texts)
            requirements.push_back(*pep::Requirement::parse(text));
        return requirements;
    }

    bool satisfied(
        const Texts& wanted,
        const Texts& constraints = {},
        const Texts& overrides = {},
        const Texts& exclusions = {}
    ) const {
        std::vector<solve::RootRequirement> roots;
        for (pep::Requirement& requirement : parsed(wanted))
            roots.push_back({std::move(requirement), "test"});
        std::vector<pep::PackageName> excluded;
        for (const std::string& name : exclusions)
            excluded.push_back(*pep::PackageName::parse(name));
        const auto narrow = parsed(constraints);
        const auto force = parsed(overrides);
        const auto base = base_packages(interpreter_);
        return satisfies(*base, Demands{roots, narrow, force, excluded}, interpreter_.markers);
    }

    base::TempDir directory_ = *base::TempDir::create("/tmp", "satisfaction-");
    std::string file_;
    python::Interpreter interpreter_;
};

struct Case {
    Texts wanted;
    bool satisfied;
    Texts constraints = {};
    Texts overrides = {};
    Texts exclusions = {};
};

TEST_F(Installed, IsEnoughOrNot) {
    const Case cases[] = {
        {{"app"}, true},
        {{"App"}, true},
        {{"app==1.0"}, true},
        {{"app>1"}, false},
        {{"nothing"}, false},
        {{"nothing ; sys_platform == 'win32'"}, true},
        {{"app", "nothing"}, false},
        {{"pre"}, true},
        {{"pre<4"}, true},
        {{"app[none]"}, true},
        {{"app[more]"}, false},
        {{"app[more]"}, true, {}, {}, {"absent"}},
        // Constraints: only of what is there.
        {{"app"}, true, {"lib>=2"}},
        {{"app"}, false, {"lib<2"}},
        {{"app"}, false, {"app>1"}},
        {{"app"}, true, {"lib<2 ; sys_platform == 'win32'"}},
        {{"app"}, true, {"nothing<2"}},
        // Overrides stand in place of what is asked for, at the root too.
        {{"app"}, false, {}, {"lib<2"}},
        {{"app>=2"}, true, {}, {"app==1.0"}},
        {{"app>=2"}, false, {}, {"app>=2"}},
        {{"nothing"}, true, {}, {"nothing ; sys_platform == 'win32'"}},
        {{"app"}, true, {}, {"lib<2 ; sys_platform == 'win32'"}},
        // Where it came from.
        {{"remote"}, true},
        {{"remote==1.0"}, true},
        {{"remote @ https://example.org/remote-1.0-py3-none-any.whl"}, true},
        {{"remote @ https://example.org/remote-1.0-py3-none-any.whl#sha256=00"}, true},
        {{"remote @ https://example.com/remote-1.0-py3-none-any.whl"}, false},
        {{"app @ https://example.org/app-1.0-py3-none-any.whl"}, false},
        {{"editable @ file:///src/editable"}, false},
        {{"nothing @ https://example.org/nothing-1.0-py3-none-any.whl"}, false},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(
            satisfied(one.wanted, one.constraints, one.overrides, one.exclusions), one.satisfied
        ) << testing::PrintToString(one.wanted)
          << testing::PrintToString(one.constraints) << testing::PrintToString(one.overrides);
    }
}

TEST_F(Installed, IsTheFileItWas) {
    const Texts wanted = {"local @ file://" + file_};
    EXPECT_TRUE(satisfied(wanted));
    note_change_of_file(1);
    EXPECT_FALSE(satisfied(wanted));
    note_change_of_file(0);
    EXPECT_TRUE(satisfied(wanted));
    ASSERT_TRUE(base::remove_file(path("local-1.0.dist-info/uv_cache.json")));
    EXPECT_FALSE(satisfied(wanted));
    EXPECT_TRUE(satisfied({"local"}));
}

}  // namespace
}  // namespace ops
