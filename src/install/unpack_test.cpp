#include "install/unpack.h"

#include "base/file.h"
#include "base/temp_dir.h"
#include "install/link_plan.h"

#include "wheel_builder.h"
#include <gtest/gtest.h>

#include <functional>
#include <sys/stat.h>

namespace install {
namespace {

// Thousands of small files are made here: memory if there is any.
constexpr const char* kMemory = "/dev/shm";
constexpr const char* kDisk = "/tmp";

class UnpackTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create(kMemory, "adder-unpack-test-");
        if (!made) made = base::TempDir::create(kDisk, "adder-unpack-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
    }

    base::Result<UnpackedWheel> unpack(
        const WheelBuilder& wheel, RecordPolicy policy = RecordPolicy::Refuse
    ) {
        payload_ = base::join_path(temporary_->path(), "payload-" + std::to_string(count_++));
        EXPECT_TRUE(base::make_directory(payload_));
        const std::string path = wheel.write_to(temporary_->path());
        return unpack_wheel(
            path, {.file_name = wheel.file_name(), .record = policy}, payload_, pool_
        );
    }

    std::string in_tree(std::string_view path) const {
        return base::join_path(base::join_path(payload_, kTreeDirectory), path);
    }

    mode_t mode_of(std::string_view path) const {
        struct stat status{};
        EXPECT_EQ(::lstat(in_tree(path).c_str(), &status), 0) << path;
        return status.st_mode & 07777U;
    }

    static const PlannedFile* find(const LinkPlan& plan, std::string_view source) {
        for (const PlannedFile& file : plan.files) {
            if (file.source == source) return &file;
        }
        ADD_FAILURE() << source << " is not in the plan";
        return nullptr;
    }

    std::optional<base::TempDir> temporary_;
    base::TaskPool pool_{2};
    std::string payload_;
    int count_ = 0;
};

WheelBuilder demo() {
    WheelBuilder wheel("demo", "1.0");
    wheel.file("demo/__init__.py", "x = 1\n");
    return wheel;
}

TEST_F(UnpackTest, WritesReadOnlyFilesAndAPlan) {
    WheelBuilder wheel = demo();
    wheel.file("demo/deep/er/tool.sh", "#!/bin/sh\n", 0100755)
        .in_data("scripts/run", "#!python\nprint(1)\n")
        .in_data(
            "scripts/native",
            "\x7f"
            "ELF"
        )
        .in_data("data/share/demo.txt", "text")
        .in_data("headers/demo.h", "#pragma once\n")
        .in_data("platlib/plat.py", "")
        .entry_points(
            "[console_scripts]\ncmd = demo:main\n[gui_scripts]\ngui = demo.gui:app.run [extra]\n"
        );
    const auto info = unpack(wheel);
    ASSERT_TRUE(info) << info.error().flat();
    EXPECT_EQ(info->payload.package, "demo");
    EXPECT_EQ(info->payload.version, "1.0");
    EXPECT_EQ(info->payload.files, 12U);  // the plan, too
    EXPECT_TRUE(info->warnings.empty());
    EXPECT_EQ(base::read_file(in_tree("demo/__init__.py")).value(), "x = 1\n");
    EXPECT_EQ(mode_of("demo/__init__.py") & 0333U, 0U);
    EXPECT_EQ(mode_of("demo/deep/er/tool.sh") & 0322U, 0100U);

    const auto plan = LinkPlan::read(payload_);
    ASSERT_TRUE(plan) << plan.error().flat();
    EXPECT_EQ(plan->dist_info, "demo-1.0.dist-info");
    EXPECT_EQ(plan->root, Scheme::Purelib);
    const auto removed = base::remove_tree(payload_);
    EXPECT_EQ(info->payload.files, removed->files);
    EXPECT_EQ(info->payload.directories + 1, removed->directories);
    EXPECT_EQ(info->payload.bytes, removed->bytes);
    EXPECT_EQ(find(*plan, "demo/deep/er/tool.sh")->role, FileRole::Executable);
    EXPECT_EQ(find(*plan, "demo-1.0.data/scripts/run")->role, FileRole::Script);
    EXPECT_EQ(find(*plan, "demo-1.0.data/scripts/run")->target(), "run");
    EXPECT_EQ(find(*plan, "demo-1.0.data/scripts/native")->role, FileRole::Executable);
    EXPECT_EQ(find(*plan, "demo-1.0.data/headers/demo.h")->scheme, Scheme::Headers);
    EXPECT_EQ(find(*plan, "demo-1.0.data/data/share/demo.txt")->target(), "share/demo.txt");
    EXPECT_EQ(find(*plan, "demo-1.0.dist-info/RECORD")->role, FileRole::Superseded);
    ASSERT_EQ(plan->entry_points.size(), 2U);
    EXPECT_EQ(plan->entry_points[1].attribute, "app.run");
    const std::vector<std::string> programs = {"cmd", "gui", "native", "run"};
    EXPECT_EQ(executables_of(*plan, 11), programs);
}

TEST_F(UnpackTest, OddAndLegalWheelsAreTaken) {
    const struct {
        const char* why;
        std::function<void(WheelBuilder&)> change;
    } kCases[] = {
        {"names that differ by case",
         [](auto& w) { w.file("demo/A.py", "1").file("demo/a.py", "2"); }},
        {"empty and dot parts in names", [](auto& w) { w.file("./demo//x.py", "1"); }},
        {"a member twice with equal content",
         [](auto& w) { w.file("demo/x.py", "1").file("demo/x.py", "1"); }},
        {"directories as members", [](auto& w) { w.file("demo/", "", 040755); }},
        {"directories in RECORD", [](auto& w) { w.record_line("demo/,,"); }},
        {"no digest in RECORD",
         [](auto& w) {
             w.record(
                 "demo/__init__.py,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/WHEEL,,\n"
             );
         }},
        {"signatures that RECORD does not list",
         [](auto& w) {
             w.in_dist_info("RECORD.jws", "s").unlisted("demo-1.0.dist-info/RECORD.jws");
         }},
        {"INSTALLER and REQUESTED",
         [](auto& w) { w.in_dist_info("INSTALLER", "pip").in_dist_info("REQUESTED", ""); }},
        {"one place twice with equal content",
         [](auto& w) { w.in_data("purelib/demo/__init__.py", "x = 1\n"); }},
        {"a script that is an entry point too",
         [](auto& w) {
             w.in_data("scripts/cmd", "#!python\n")
                 .entry_points("[console_scripts]\ncmd = demo:main\n");
         }},
        {"another distribution's .data",
         [](auto& w) { w.file("other-1.0.data/scripts/python", ""); }},
        {"names in their raw form",
         [](auto& w) { w.metadata("Metadata-Version: 2.1\nName: DEMO\nVersion: 1.0.0\n"); }},
    };

    for (const auto& test : kCases) {
        WheelBuilder wheel = demo();
        test.change(wheel);
        const auto info = unpack(wheel);
        EXPECT_TRUE(info) << test.why << ": " << info.error().flat();
    }
}

TEST_F(UnpackTest, HostileWheelsAreRefusedEachTime) {
    const struct {
        const char* expected;  // in the error
        std::function<void(WheelBuilder&)> change;
    } kCases[] = {
        {"absolute", [](auto& w) { w.file("/etc/cron.d/x", ""); }},
        {"..", [](auto& w) { w.file("demo/../../x", ""); }},
        {"..", [](auto& w) { w.in_data("scripts/../../x", ""); }},
        {"UTF-8", [](auto& w) { w.file("demo/\xff", ""); }},
        {"leads out", [](auto& w) { w.file("demo/link", "/etc/passwd", 0120777); }},
        {"device", [](auto& w) { w.file("demo/null", "", 0020666); }},
        {"different content", [](auto& w) { w.file("./demo/__init__.py", "other"); }},
        {"different content", [](auto& w) { w.in_data("purelib/demo/__init__.py", "other"); }},
        {"a directory", [](auto& w) { w.in_data("data/bin/x/y", "").in_data("scripts/x", ""); }},
        {"more than one .dist-info", [](auto& w) { w.file("other-1.0.dist-info/METADATA", "x"); }},
        {"has no .dist-info", [](auto& w) { w.dist_info_stem("demo-1.0/x"); }},
        {"of the package `other`", [](auto& w) { w.dist_info_stem("other-1.0"); }},
        {"of version `2.0`", [](auto& w) { w.dist_info_stem("demo-2.0"); }},
        {"not named NAME-VERSION", [](auto& w) { w.dist_info_stem("demo"); }},
        {"of the package `evil`",
         [](auto& w) { w.metadata("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n"); }},
        {"of version `1.1`",
         [](auto& w) { w.metadata("Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n"); }},
        {"no name or no version", [](auto& w) { w.metadata("Metadata-Version: 2.1\nName: demo\n"); }
        },
        {"METADATA`", [](auto& w) { w.metadata(""); }},
        {"WHEEL`", [](auto& w) { w.wheel_file(""); }},
        {"no Wheel-Version", [](auto& w) { w.wheel_file("Root-Is-Purelib: true\n"); }},
        {"direct_url.json", [](auto& w) { w.in_dist_info("direct_url.json", "{}"); }},
        {"no known part of .data", [](auto& w) { w.in_data("weird/x", ""); }},
        {"no known part of .data", [](auto& w) { w.in_data("scripts", ""); }},
        {"directory of its own", [](auto& w) { w.in_data("scripts/sub/x", ""); }},
        {"environment itself", [](auto& w) { w.in_data("scripts/python3", ""); }},
        {"environment itself", [](auto& w) { w.in_data("scripts/activate", ""); }},
        {"environment itself", [](auto& w) { w.in_data("data/bin/python", ""); }},
        {"environment itself", [](auto& w) { w.in_data("data/pyvenv.cfg", ""); }},
        {"environment itself", [](auto& w) { w.in_data("data/.lease", ""); }},
        {"environment itself", [](auto& w) { w.in_data("data/lib64", ""); }},
        {"environment itself",
         [](auto& w) { w.entry_points("[console_scripts]\npython = demo:main\n"); }},
        {"no file name", [](auto& w) { w.entry_points("[gui_scripts]\n../x = demo:main\n"); }},
        {"function of a module",
         [](auto& w) { w.entry_points("[console_scripts]\nx = demo:main();evil\n"); }},
        {"lists `gone.py`", [](auto& w) { w.record_line("gone.py,,"); }},
        {"does not list `demo/__init__.py`", [](auto& w) { w.unlisted("demo/__init__.py"); }},
        {"another digest",
         [](auto& w) {
             w.unlisted("demo/__init__.py");
             w.record_line("demo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,6");
         }},
        {"tells 7 bytes",
         [](auto& w) { w.unlisted("demo/__init__.py").record_line("demo/__init__.py,,7"); }},
        {"twice, differently", [](auto& w) { w.record_line("demo/__init__.py,,6"); }},
        {"has no `demo-1.0.dist-info/RECORD`", [](auto& w) { w.without_record(); }},
    };

    for (const auto& test : kCases) {
        WheelBuilder wheel = demo();
        test.change(wheel);
        for (int round = 0; round < 2; ++round) {
            const auto info = unpack(wheel);
            ASSERT_FALSE(info) << test.expected;
            EXPECT_EQ(info.error().kind(), base::ErrorKind::Invalid) << info.error().flat();
            EXPECT_NE(info.error().flat().find(test.expected), std::string::npos)
                << test.expected << " is not in: " << info.error().flat();
            EXPECT_TRUE(info.error().message().starts_with("refused the wheel `demo-1.0"))
                << info.error().flat();
            EXPECT_FALSE(base::exists(base::join_path(payload_, kPlanFile))) << test.expected;
        }
    }
}

TEST_F(UnpackTest, AWheelOfTheFutureIsUnsupported) {
    WheelBuilder wheel = demo();
    wheel.wheel_file("Wheel-Version: 2.0\nRoot-Is-Purelib: true\n");
    const auto info = unpack(wheel);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().kind(), base::ErrorKind::Unsupported);
}

TEST_F(UnpackTest, ALocalVersionMayBeInTheFileNameAlone) {
    WheelBuilder wheel("demo", "1.0+cpu");
    wheel.metadata("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n");
    EXPECT_TRUE(unpack(wheel));
}

TEST_F(UnpackTest, ADoubtfulRecordIsMendedOnRequest) {
    WheelBuilder wheel = demo();
    wheel.file("demo/unlisted.py", "12345")
        .unlisted("demo/unlisted.py")
        .unlisted("demo/__init__.py")
        .record_line("demo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,6")
        .record_line("gone.py,,");
    EXPECT_FALSE(unpack(wheel));
    const auto info = unpack(wheel, RecordPolicy::Warn);
    ASSERT_TRUE(info) << info.error().flat();
    ASSERT_EQ(info->warnings.size(), 1U);
    EXPECT_NE(info->warnings[0].find("(and 2 more)"), std::string::npos) << info->warnings[0];
    const auto plan = LinkPlan::read(payload_);
    EXPECT_EQ(find(*plan, "demo/unlisted.py")->record, ",5");
    EXPECT_EQ(
        std::string(find(*plan, "demo/__init__.py")->record) + "\n",
        WheelBuilder::record_line_of("", "x = 1\n").substr(1)
    );
}

TEST_F(UnpackTest, APlatlibWheelGoesToPlatlib) {
    WheelBuilder wheel = demo();
    wheel.wheel_file("Wheel-Version: 1.0\nRoot-Is-Purelib: false\n");
    ASSERT_TRUE(unpack(wheel));
    EXPECT_EQ(LinkPlan::read(payload_)->root, Scheme::Platlib);
}

TEST_F(UnpackTest, MoreThanTheLimitIsRefused) {
    const WheelBuilder wheel = demo();
    const std::string path = wheel.write_to(temporary_->path());
    EXPECT_FALSE(unpack_wheel(
        path, {.file_name = wheel.file_name(), .size_limit = 10}, temporary_->path(), pool_
    ));
}

TEST_F(UnpackTest, ManyFilesOnManyThreadsAllArrive) {
    WheelBuilder wheel = demo();
    for (int i = 0; i < 500; ++i) {
        wheel.file(
            "demo/d" + std::to_string(i % 17) + "/f" + std::to_string(i) + ".py",
            std::string(i, 'x')
        );
    }
    const auto info = unpack(wheel);
    ASSERT_TRUE(info) << info.error().flat();
    EXPECT_EQ(base::read_file(in_tree("demo/d1/f18.py")).value(), std::string(18, 'x'));
    EXPECT_EQ(base::read_file(in_tree("demo/d6/f499.py")).value(), std::string(499, 'x'));
}

}  // namespace
}  // namespace install
