#include "install/installer.h"

#include "base/file.h"
#include "base/process.h"
#include "base/temp_dir.h"
#include "base/text.h"
#include "install/installed.h"
#include "install/unpack.h"

#include "wheel_builder.h"
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace install {
namespace {

// Thousands of small files are made here: memory if there is any.
constexpr const char* kMemory = "/dev/shm";
constexpr const char* kDisk = "/tmp";

// An environment without Python: the directories of one, and a store of payloads beside it.
class InstallerTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create(kMemory, "adder-install-test-");
        if (!made) made = base::TempDir::create(kDisk, "adder-install-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
        target_ = target_below(path("env"));
    }

    static TargetLayout target_below(const std::string& root) {
        const std::string site = root + "/lib/python3.11/site-packages";
        return {
            .root = root,
            .purelib = site,
            .platlib = site,
            .scripts = root + "/bin",
            .headers = root + "/include/site/python3.11",
            .python = root + "/bin/python",
            .python_minor = 11,
        };
    }

    std::string path(std::string_view below) const {
        return base::join_path(temporary_->path(), below);
    }

    std::string site(std::string_view below) const {
        return base::join_path(target_.purelib, below);
    }

    WheelInstall unpacked(const WheelBuilder& wheel) {
        const std::string payload = path("payload-" + std::to_string(count_++));
        EXPECT_TRUE(base::make_directory(payload));
        const auto info = unpack_wheel(
            wheel.write_to(temporary_->path()), {.file_name = wheel.file_name()}, payload, pool_
        );
        EXPECT_TRUE(info) << info.error().flat();
        return {.payload = payload};
    }

    base::Result<InstallReport> install(
        const std::vector<WheelInstall>& wheels, const InstallOptions& options = {}
    ) {
        return install_wheels(wheels, target_, options, pool_);
    }

    static std::string text_of(const std::string& file) {
        const auto text = base::read_file(file);
        EXPECT_TRUE(text) << text.error().flat();
        return text.value_or("");
    }

    static ino_t inode_of(const std::string& file) {
        struct stat status{};
        EXPECT_EQ(::lstat(file.c_str(), &status), 0) << file;
        return status.st_ino;
    }

    static dev_t device_of(const std::string& file) {
        struct stat status{};
        EXPECT_EQ(::lstat(file.c_str(), &status), 0) << file;
        return status.st_dev;
    }

    // Every line of RECORD must be true.
    void expect_true_record(const std::string& dist_info) const {
        const std::string record = text_of(site(dist_info + "/RECORD"));
        std::string previous;
        for (const std::string_view line : base::split_lines(record)) {
            const std::vector<std::string_view> columns = base::split(line, ',');
            ASSERT_EQ(columns.size(), 3U) << line;
            EXPECT_LT(previous, columns[0]) << "not sorted";
            previous = columns[0];
            const std::string content = text_of(site(columns[0]));
            if (columns[0].ends_with("/RECORD")) {
                EXPECT_EQ(line, std::string(columns[0]) + ",,");
            } else {
                EXPECT_EQ(
                    std::string(line) + "\n",
                    WheelBuilder::record_line_of(std::string(columns[0]), content)
                );
            }
        }
    }

    std::optional<base::TempDir> temporary_;
    TargetLayout target_;
    base::TaskPool pool_{2};
    int count_ = 0;
};

WheelBuilder rich_wheel() {
    WheelBuilder wheel("demo", "1.0");
    wheel.file("demo/__init__.py", "def main():\n    print('hello')\n")
        .file("demo/sub/deep/data.bin", std::string(3000, 'd'))
        .file("demo/tool.sh", "#!/bin/sh\n", 0100755)
        .in_data("scripts/run", "#!python -E\nprint(1)\n")
        .in_data("scripts/shell", "#!/bin/sh\necho shell\n")
        .in_data("data/share/demo/x.txt", "text")
        .in_data("headers/sub/demo.h", "#pragma once\n")
        .in_data("platlib/plat.py", "p = 1\n")
        .entry_points("[console_scripts]\ncmd = demo:main\npip3 = demo:main\npip3.7 = demo:main\n");
    return wheel;
}

TEST_F(InstallerTest, EverySchemeAndProgramHasItsPlace) {
    WheelInstall wheel = unpacked(rich_wheel());
    wheel.direct_url = R"({"url":"file:///x","archive_info":{}})";
    const auto report = install({wheel});
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_TRUE(report->warnings.empty());
    EXPECT_EQ(text_of(site("demo/sub/deep/data.bin")).size(), 3000U);
    EXPECT_EQ(text_of(site("plat.py")), "p = 1\n");
    EXPECT_EQ(text_of(path("env/share/demo/x.txt")), "text");
    EXPECT_EQ(text_of(path("env/include/site/python3.11/demo/sub/demo.h")), "#pragma once\n");
    EXPECT_EQ(text_of(path("env/bin/run")), "#!" + target_.python + "\nprint(1)\n");
    EXPECT_EQ(text_of(path("env/bin/shell")), "#!/bin/sh\necho shell\n");
    EXPECT_EQ(text_of(path("env/bin/pip3")), text_of(path("env/bin/pip3.11")));
    EXPECT_FALSE(base::exists(path("env/bin/pip3.7")));
    for (const char* program : {"cmd", "run", "shell", "pip3"}) {
        EXPECT_TRUE(base::is_executable_file(path("env/bin/") + program)) << program;
    }
    EXPECT_FALSE(base::exists(site("demo-1.0.data")));
    EXPECT_EQ(text_of(site("demo-1.0.dist-info/INSTALLER")), "uv");
    EXPECT_EQ(text_of(site("demo-1.0.dist-info/REQUESTED")), "");
    EXPECT_EQ(text_of(site("demo-1.0.dist-info/direct_url.json")), wheel.direct_url);
    expect_true_record("demo-1.0.dist-info");
    ASSERT_EQ(report->wheels.size(), 1U);
    EXPECT_EQ(report->wheels[0].dist_info, site("demo-1.0.dist-info"));

    // The report counts what is really there.
    const auto removed = base::remove_tree(path("env"));
    EXPECT_EQ(report->files, removed->files);
    EXPECT_EQ(report->bytes, removed->bytes);
}

TEST_F(InstallerTest, LinkModesShareWhatTheySay) {
    const WheelInstall wheel = unpacked(rich_wheel());
    const std::string source = wheel.payload + "/tree/demo/__init__.py";
    for (const LinkMode mode :
         {LinkMode::Hardlink, LinkMode::Copy, LinkMode::Symlink, LinkMode::Clone}) {
        target_ = target_below(path("env-") + std::string(name_of(mode)));
        const auto report = install({wheel}, {.link_mode = mode});
        ASSERT_TRUE(report) << report.error().flat();
        const std::string installed = site("demo/__init__.py");
        EXPECT_EQ(inode_of(installed) == inode_of(source), report->link_mode == LinkMode::Hardlink)
            << name_of(mode);
        EXPECT_EQ(base::read_link(installed).value_or(""), mode == LinkMode::Symlink ? source : "");
        EXPECT_FALSE(base::read_link(site("demo-1.0.dist-info/RECORD")).has_value())
            << name_of(mode);
        expect_true_record("demo-1.0.dist-info");
    }
}

TEST_F(InstallerTest, AnotherFileSystemMeansCopiesAndOneWarning) {
    auto other = base::TempDir::create(kDisk, "adder-install-test-");
    ASSERT_TRUE(other);
    if (device_of(other->path()) == device_of(temporary_->path()))
        GTEST_SKIP() << "one file system only";
    target_ = target_below(other->path() + "/env");
    const auto report = install({unpacked(rich_wheel())}, {.link_mode = LinkMode::Hardlink});
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_EQ(report->link_mode, LinkMode::Copy);
    ASSERT_EQ(report->warnings.size(), 1U);
    EXPECT_TRUE(
        report->warnings[0].starts_with("Failed to hardlink files; falling back to full copy.")
    );
    expect_true_record("demo-1.0.dist-info");
}

TEST_F(InstallerTest, TheStoreIsNotNeededAnyMore) {
    const WheelInstall wheel = unpacked(rich_wheel());
    ASSERT_TRUE(install({wheel}));
    ASSERT_TRUE(base::remove_tree(wheel.payload));
    expect_true_record("demo-1.0.dist-info");
}

TEST_F(InstallerTest, TheLaterWheelWinsWhateverTheThreadsDo) {
    WheelBuilder one("one", "1.0");
    WheelBuilder two("two", "1.0");
    for (int i = 0; i < 300; ++i)
        one.file("shared/f" + std::to_string(i) + ".py", "one");
    one.file("shared/x.py", "one")
        .file("top.py", "one")
        .entry_points("[console_scripts]\ntool = one:main\n");
    two.file("shared/x.py", "two!")
        .file("top.py", "two!")
        .in_data("scripts/tool", "#!/bin/sh\n# two\n");
    const WheelInstall first = unpacked(one);
    const WheelInstall second = unpacked(two);
    for (int round = 0; round < 10; ++round) {
        const bool is_swapped = round % 2 == 1;
        target_ = target_below(path("env-" + std::to_string(round)));
        const auto report =
            install(is_swapped ? std::vector{second, first} : std::vector{first, second});
        ASSERT_TRUE(report) << report.error().flat();
        const std::string expected = is_swapped ? "one" : "two!";
        EXPECT_EQ(text_of(site("shared/x.py")), expected);
        EXPECT_EQ(text_of(site("top.py")), expected);
        EXPECT_EQ(text_of(target_.scripts + "/tool").contains("# two"), !is_swapped);
    }
    EXPECT_EQ(text_of(first.payload + "/tree/shared/x.py"), "one");
    EXPECT_EQ(text_of(second.payload + "/tree/shared/x.py"), "two!");
}

TEST_F(InstallerTest, InstallingOverItselfReplacesAndLeavesTheStoreAlone) {
    const WheelInstall wheel = unpacked(rich_wheel());
    ASSERT_TRUE(install({wheel}));
    const auto again = install({wheel}, {.link_mode = LinkMode::Copy});
    ASSERT_TRUE(again) << again.error().flat();
    expect_true_record("demo-1.0.dist-info");
    EXPECT_EQ(text_of(wheel.payload + "/tree/demo/tool.sh"), "#!/bin/sh\n");
}

TEST_F(InstallerTest, WithoutInstallerMetadataThereIsOnlyRecord) {
    ASSERT_TRUE(install({unpacked(rich_wheel())}, {.metadata = InstallerMetadata::Omit}));
    EXPECT_FALSE(base::exists(site("demo-1.0.dist-info/INSTALLER")));
    EXPECT_FALSE(base::exists(site("demo-1.0.dist-info/REQUESTED")));
    expect_true_record("demo-1.0.dist-info");
}

TEST_F(InstallerTest, APayloadWithoutPlanOrFilesIsAnError) {
    const WheelInstall wheel = unpacked(rich_wheel());
    EXPECT_FALSE(install({{.payload = path("nowhere")}}));
    ASSERT_TRUE(base::remove_tree(wheel.payload + "/tree/demo"));
    EXPECT_FALSE(install({wheel}));
}

TEST_F(InstallerTest, ManyFilesOfManyWheelsAllArrive) {
    std::vector<WheelInstall> wheels;
    for (int i = 0; i < 6; ++i) {
        WheelBuilder wheel("wheel" + std::to_string(i), "1.0");
        for (int j = 0; j < 400; ++j) {
            const std::string number = std::to_string(j);
            wheel.file(
                "space/w" + std::to_string(i) + "/d" + std::to_string(j % 40) + "/f" + number +
                    ".py",
                number
            );
        }
        wheels.push_back(unpacked(wheel));
    }
    const auto report = install(wheels);
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_EQ(report->files, 6U * (400 + 2 + 3));
    for (int i = 0; i < 6; ++i)
        expect_true_record("wheel" + std::to_string(i) + "-1.0.dist-info");
}

TEST_F(InstallerTest, BytecodeIsCompiledOnRequest) {
    const auto report = install(
        {unpacked(rich_wheel())},
        {.bytecode = BytecodeOptions{.python = "/usr/bin/python3", .workers = 2}}
    );
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_EQ(report->bytecode.files, 2U);
    EXPECT_TRUE(base::is_directory(site("demo/__pycache__")));
    EXPECT_TRUE(base::is_directory(site("__pycache__")));
}

// --- what is installed

TEST_F(InstallerTest, ScanTellsWhatIsThere) {
    WheelInstall local = unpacked(WheelBuilder("local_thing", "2.0").file("local.py", ""));
    local.direct_url = R"({"url":"file:///x"})";
    ASSERT_TRUE(install({unpacked(rich_wheel()), local}));
    ASSERT_TRUE(base::make_directories(site("not a name-x.dist-info")));
    const auto found = scan_installed(target_.purelib);
    ASSERT_TRUE(found) << found.error().flat();
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].name.text(), "demo");
    EXPECT_EQ((*found)[0].installer, "uv");
    EXPECT_EQ((*found)[0].requested, Requested::Yes);
    EXPECT_EQ((*found)[0].direct_url, "");
    EXPECT_EQ((*found)[1].name.text(), "local-thing");
    EXPECT_EQ((*found)[1].version.to_string(), "2.0");
    EXPECT_EQ((*found)[1].direct_url, local.direct_url);
    EXPECT_TRUE(scan_installed(path("nowhere"))->empty());
}

TEST_F(InstallerTest, ProvidersOfExecutablesAreTheSameFromRecordAndFromPlans) {
    const WheelInstall demo = unpacked(rich_wheel());
    const WheelInstall plain = unpacked(WheelBuilder("plain", "1.0").file("plain.py", ""));
    const WheelInstall other =
        unpacked(WheelBuilder("other", "1.0").in_data("data/bin/other", "x", 0100755));
    ASSERT_TRUE(install({demo, plain, other}));
    const auto installed = executables_in(*scan_installed(target_.purelib), target_);
    const auto planned =
        executables_of_payloads(std::vector{demo.payload, plain.payload, other.payload}, 11);
    ASSERT_TRUE(installed) << installed.error().flat();
    ASSERT_TRUE(planned) << planned.error().flat();
    for (const auto* provided : {&*installed, &*planned}) {
        ASSERT_EQ(provided->size(), 2U);
        EXPECT_EQ((*provided)[0].distribution, "demo");
        EXPECT_EQ(
            (*provided)[0].names,
            (std::vector<std::string>{"cmd", "pip3", "pip3.11", "run", "shell"})
        );
        EXPECT_EQ((*provided)[1].names, std::vector<std::string>{"other"});
    }
}

TEST_F(InstallerTest, UninstallTakesEverythingAndLeavesTheRest) {
    ASSERT_TRUE(
        install({unpacked(rich_wheel()), unpacked(WheelBuilder("kept", "1.0").file("kept.py", ""))})
    );
    ASSERT_TRUE(base::make_directories(site("demo/__pycache__")));
    ASSERT_TRUE(base::make_directories(site("__pycache__")));
    for (const char* file :
         {"demo/__pycache__/__init__.cpython-311.pyc",
          "demo/__pycache__/gone.cpython-311.pyc",
          "__pycache__/plat.cpython-311.pyc",
          "__pycache__/kept.cpython-311.pyc",
          "demo/sub/mine.txt"}) {
        ASSERT_TRUE(base::write_file(site(file), "x"));
    }
    const auto found = scan_installed(target_.purelib);
    const auto report = uninstall((*found)[0], target_);
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_TRUE(report->warnings.empty());
    EXPECT_EQ(scan_installed(target_.purelib)->size(), 1U);
    for (const char* gone :
         {"demo/__init__.py",
          "demo/__pycache__",
          "demo/sub/deep",
          "plat.py",
          "demo-1.0.dist-info",
          "__pycache__/plat.cpython-311.pyc"}) {
        EXPECT_FALSE(base::exists(site(gone))) << gone;
    }
    EXPECT_FALSE(base::exists(path("env/bin/cmd")));
    EXPECT_FALSE(base::exists(path("env/share")));
    for (const char* kept : {"kept.py", "demo/sub/mine.txt", "__pycache__/kept.cpython-311.pyc"}) {
        EXPECT_TRUE(base::exists(site(kept))) << kept;
    }
}

TEST_F(InstallerTest, UninstallTouchesNothingOutsideOrOfTheEnvironmentItself) {
    ASSERT_TRUE(install({unpacked(rich_wheel())}));
    ASSERT_TRUE(base::write_file(path("outside"), "x"));
    ASSERT_TRUE(base::make_directory(path("elsewhere")));
    ASSERT_TRUE(base::write_file(path("elsewhere/file"), "x"));
    ASSERT_TRUE(base::make_symlink(path("elsewhere"), site("demo/link")));
    ASSERT_TRUE(base::write_file(path("env/bin/python"), "x"));
    const std::string record = site("demo-1.0.dist-info/RECORD");
    std::string text = text_of(record);
    text += "../../../../outside,,\n" + path("outside") +
            ",,\ndemo/link/file,,\n../../../bin/python,,\n";
    ::unlink(record.c_str());
    ASSERT_TRUE(base::write_file(record, text));
    const auto report = uninstall(scan_installed(target_.purelib)->front(), target_);
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_EQ(report->warnings.size(), 4U);
    EXPECT_TRUE(base::exists(path("outside")));
    EXPECT_TRUE(base::exists(path("elsewhere/file")));
    EXPECT_TRUE(base::exists(path("env/bin/python")));
}

TEST_F(InstallerTest, UninstallNeedsARecord) {
    ASSERT_TRUE(install({unpacked(rich_wheel())}));
    ASSERT_TRUE(base::remove_file(site("demo-1.0.dist-info/RECORD")));
    const auto report = uninstall(scan_installed(target_.purelib)->front(), target_);
    ASSERT_FALSE(report);
    EXPECT_TRUE(base::exists(site("demo/__init__.py")));
}

}  // namespace
}  // namespace install
