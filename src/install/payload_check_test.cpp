#include "install/payload_check.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "install/environment_check.h"
#include "install/installer.h"
#include "install/link_plan.h"
#include "install/unpack.h"

#include "wheel_builder.h"
#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace install {
namespace {

constexpr const char* kMemory = "/dev/shm";
constexpr const char* kDisk = "/tmp";
constexpr std::int64_t kLater = 4'000'000'000;  // seconds: after any file of the tests was made

// One payload, and an environment that is linked from it.
class CheckTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create(kMemory, "adder-check-test-");
        if (!made) made = base::TempDir::create(kDisk, "adder-check-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
        payload_ = path("payload");
        ASSERT_TRUE(base::make_directory(payload_));
        WheelBuilder wheel("demo", "1.0");
        wheel.file("demo/__init__.py", "x = 1\n")
            .file("demo/deep/data.txt", "data")
            .file("demo/tool", "#!/bin/sh\n", 0100755)
            .entry_points("[console_scripts]\ndemo = demo:main\n");
        const auto unpacked = unpack_wheel(
            wheel.write_to(temporary_->path()), {.file_name = wheel.file_name()}, payload_, pool_
        );
        ASSERT_TRUE(unpacked) << unpacked.error().flat();
        install();
    }

    void install() {
        const std::string root = path("env");
        const TargetLayout target{
            .root = root,
            .purelib = site(""),
            .platlib = site(""),
            .scripts = root + "/bin",
            .headers = root + "/include",
            .python = root + "/bin/python",
            .python_minor = 11,
        };
        const std::vector<WheelInstall> wheels = {{payload_, "", ""}};
        const auto report = install_wheels(wheels, target, {}, pool_);
        ASSERT_TRUE(report) << report.error().flat();
        files_ = report->files;
        ASSERT_EQ(report->link_mode, LinkMode::Hardlink);
    }

    std::string path(std::string_view below) const {
        return base::join_path(temporary_->path(), below);
    }

    std::string tree(std::string_view below) const {
        return payload_ + "/tree/" + std::string(below);
    }

    std::string site(std::string_view below) const {
        return path("env/lib/python3.11/site-packages") + (below.empty() ? "" : "/") +
               std::string(below);
    }

    // Writes over the beginning of a file, as an editor does that keeps the inode.
    static void edit(const std::string& file, std::string_view bytes) {
        ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
        const base::Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
        ASSERT_TRUE(fd) << file;
        ASSERT_TRUE(base::write_all(fd.get(), bytes));
    }

    static void set_time(const std::string& file, timespec time) {
        const timespec times[2] = {time, time};
        ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    }

    std::vector<std::string> payload_faults() {
        FileDigests digests;
        const auto faults = check_payload(payload_, digests, &pool_);
        EXPECT_TRUE(faults);
        return texts_of(faults ? *faults : std::vector<Fault>());
    }

    EnvironmentFindings findings(std::int64_t created_s = kLater) {
        FileDigests digests;
        auto found = check_environment(
            path("env"),
            {.packages = {"demo"}, .files = files_, .created_ns = created_s * 1'000'000'000},
            digests
        );
        EXPECT_TRUE(found) << found.error().flat();
        return found ? *found : EnvironmentFindings();
    }

    static std::vector<std::string> texts_of(const std::vector<Fault>& faults) {
        std::vector<std::string> texts;
        for (const Fault& fault : faults)
            texts.push_back(fault.text);
        return texts;
    }

    using Texts = std::vector<std::string>;

    std::optional<base::TempDir> temporary_;
    base::TaskPool pool_{2};
    std::string payload_;
    std::uint64_t files_ = 0;
};

TEST_F(CheckTest, WhatWasJustUnpackedIsRight) {
    EXPECT_FALSE(check_before_linking(payload_));
    EXPECT_EQ(payload_faults(), Texts());
    EXPECT_EQ(texts_of(findings().faults), Texts());
}

TEST_F(CheckTest, EveryFileHasADigestAndTheTimeOfThePlan) {
    const auto plan = LinkPlan::read(payload_);
    ASSERT_TRUE(plan);
    EXPECT_NE(plan->modified_s, 0);
    for (const PlannedFile& file : plan->files) {
        EXPECT_TRUE(file.unpacked_digest().starts_with("sha256=")) << file.source;
        const auto stamp = base::stamp_of(tree(file.source));
        ASSERT_TRUE(stamp);
        EXPECT_EQ(stamp->modified_ns, plan->modified_s * 1'000'000'000) << file.source;
    }
}

TEST_F(CheckTest, AnEditThroughAHardLinkIsFoundFromBothSides) {
    edit(site("demo/__init__.py"), "x = 2\n");
    const std::optional<Fault> fault = check_before_linking(payload_);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->text, "`demo/__init__.py` was changed");
    EXPECT_EQ(payload_faults(), Texts{"`demo/__init__.py` was changed"});
    EXPECT_EQ(
        texts_of(findings().faults),
        Texts{"`lib/python3.11/site-packages/demo/__init__.py` was changed"}
    );
}

TEST_F(CheckTest, AnEditThatPutsTheTimeBackIsFoundByItsDigest) {
    const auto before = base::stamp_of(tree("demo/__init__.py"));
    ASSERT_TRUE(before);
    edit(site("demo/__init__.py"), "x = 2\n");
    set_time(site("demo/__init__.py"), {before->modified_ns / 1'000'000'000, 0});
    EXPECT_FALSE(check_before_linking(payload_));  // what a stat cannot see
    EXPECT_EQ(payload_faults(), Texts{"`demo/__init__.py` was changed"});
}

TEST_F(CheckTest, AnotherTimeAloneIsNoFaultAndIsSetBack) {
    set_time(tree("demo/deep/data.txt"), {1'700'000'001, 5});
    EXPECT_FALSE(check_before_linking(payload_));
    const auto plan = LinkPlan::read(payload_);
    const auto stamp = base::stamp_of(tree("demo/deep/data.txt"));
    ASSERT_TRUE(plan && stamp);
    EXPECT_EQ(stamp->modified_ns, plan->modified_s * 1'000'000'000);
}

struct PayloadCase {
    const char* name;
    std::function<void(const std::string& payload)> damage;
    std::vector<std::string> faults;
    bool is_seen_before_linking;
};

class PayloadDamage : public CheckTest, public testing::WithParamInterface<PayloadCase> {};

TEST_P(PayloadDamage, IsFound) {
    GetParam().damage(payload_);
    EXPECT_EQ(payload_faults(), GetParam().faults);
    EXPECT_EQ(check_before_linking(payload_).has_value(), GetParam().is_seen_before_linking);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    PayloadDamage,
    testing::Values(
        PayloadCase{
            "missing",
            [](const std::string& p) { ::unlink((p + "/tree/demo/deep/data.txt").c_str()); },
            {"`demo/deep/data.txt` is missing"},
            true
        },
        PayloadCase{
            "cut",
            [](const std::string& p) {
                EXPECT_EQ(::truncate((p + "/tree/demo/deep/data.txt").c_str(), 0), 0);
            },
            {"`demo/deep/data.txt` was changed"},
            true
        },
        PayloadCase{
            "directory",
            [](const std::string& p) {
                ::unlink((p + "/tree/demo/tool").c_str());
                ::mkdir((p + "/tree/demo/tool").c_str(), 0777);
            },
            {"`demo/tool` was changed"},
            true
        },
        PayloadCase{
            "link",
            [](const std::string& p) {
                ::unlink((p + "/tree/demo/tool").c_str());
                EXPECT_EQ(::symlink("deep/data.txt", (p + "/tree/demo/tool").c_str()), 0);
            },
            {"`demo/tool` was changed"},
            true
        },
        PayloadCase{
            "stray",
            [](const std::string& p) {
                EXPECT_TRUE(base::write_file(p + "/tree/demo/deep/more.py", ""));
            },
            {"`demo/deep/more.py` is not of this package"},
            false
        },
        PayloadCase{
            "mode",
            [](const std::string& p) { ::chmod((p + "/tree/demo/tool").c_str(), 0444); },
            {"`demo/tool` may not be executed"},
            false
        }
    ),
    [](const auto& test) { return std::string(test.param.name); }
);

TEST(KindOf, OnlyLostBytesAreDamage) {
    for (const int number : {EIO, EUCLEAN, EBADMSG, ENOENT, ENOTDIR})
        EXPECT_EQ(kind_of(base::errno_error(number, "what")), FaultKind::Damage) << number;
    for (const int number : {EACCES, EMFILE, ENFILE, ENOMEM, EINTR})
        EXPECT_EQ(kind_of(base::errno_error(number, "what")), FaultKind::Unchecked) << number;
    EXPECT_EQ(kind_of({base::ErrorKind::Invalid, "damaged"}), FaultKind::Damage);
}

TEST_F(CheckTest, APayloadThatCannotBeOpenedJustNowIsNotDistrusted) {
    // No descriptor is left for this process; the next one may have some.
    struct rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const base::Fd lowest(::dup(STDERR_FILENO));
    const rlimit none{
        .rlim_cur = static_cast<rlim_t>(lowest.get() + 1), .rlim_max = before.rlim_max
    };
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const std::optional<Fault> fault = check_before_linking(payload_);
    FileDigests digests;
    const auto faults = check_payload(payload_, digests, nullptr);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_FALSE(fault);
    ASSERT_TRUE(faults);
    ASSERT_EQ(faults->size(), 1U);
    EXPECT_EQ(faults->at(0).kind, FaultKind::Unchecked);
}

TEST_F(CheckTest, APlanThatIsNoneIsAFault) {
    EXPECT_EQ(::truncate((payload_ + "/.plan").c_str(), 10), 0);
    EXPECT_TRUE(check_before_linking(payload_));
    EXPECT_EQ(payload_faults().size(), 1U);
}

TEST_F(CheckTest, AnInodeIsReadOnce) {
    FileDigests digests;
    ASSERT_TRUE(check_payload(payload_, digests, &pool_));
    const std::uint64_t before = digests.files_read();
    ASSERT_TRUE(check_environment(path("env"), {.packages = {"demo"}}, digests));
    // The programs and what the installer wrote into the dist-info; RECORD names no digest of itself.
    EXPECT_EQ(digests.files_read() - before, 3U);
}

struct EnvironmentCase {
    const char* name;
    std::function<void(const std::string& root, const std::string& site)> damage;
    std::vector<std::string> faults;
};

class EnvironmentDamage : public CheckTest, public testing::WithParamInterface<EnvironmentCase> {};

TEST_P(EnvironmentDamage, IsFound) {
    GetParam().damage(path("env"), site(""));
    EXPECT_EQ(texts_of(findings().faults), GetParam().faults);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    EnvironmentDamage,
    testing::Values(
        EnvironmentCase{
            "program_cut",
            [](const std::string& root, const std::string&) {
                EXPECT_EQ(::truncate((root + "/bin/demo").c_str(), 0), 0);
            },
            {"`bin/demo` was changed"}
        },
        EnvironmentCase{
            "file_missing",
            [](const std::string&, const std::string& site) {
                ::unlink((site + "/demo/deep/data.txt").c_str());
            },
            {"`lib/python3.11/site-packages/demo/deep/data.txt` is missing"}
        },
        EnvironmentCase{
            "record_empty",
            [](const std::string&, const std::string& site) {
                EXPECT_EQ(::truncate((site + "/demo-1.0.dist-info/RECORD").c_str(), 0), 0);
            },
            {"`lib/python3.11/site-packages/demo-1.0.dist-info/RECORD` is damaged",
             "the package `demo` is not whole"}
        },
        EnvironmentCase{
            "record_missing",
            [](const std::string&, const std::string& site) {
                ::unlink((site + "/demo-1.0.dist-info/RECORD").c_str());
            },
            {"the package `demo` is not whole"}
        },
        EnvironmentCase{
            "configuration_empty",
            [](const std::string& root, const std::string&) {
                EXPECT_EQ(::symlink("/usr/bin/python3", (root + "/bin/python").c_str()), 0);
                EXPECT_TRUE(base::write_file(root + "/pyvenv.cfg", ""));
            },
            {"`pyvenv.cfg` is missing or empty"}
        },
        EnvironmentCase{
            "bytecode_is_nobodys",
            [](const std::string&, const std::string& site) {
                EXPECT_TRUE(base::make_directory(site + "/demo/__pycache__"));
                EXPECT_TRUE(base::write_file(site + "/demo/__pycache__/x.cpython-311.pyc", "b"));
            },
            {}
        }
    ),
    [](const auto& test) { return std::string(test.param.name); }
);

TEST_F(CheckTest, OfTwoPackagesWithOneFileEitherMayBeRight) {
    // As if another wheel had brought this file later: its RECORD lists what is there.
    edit(site("demo/__init__.py"), "x = 2\n");
    const std::string info = site("other-1.0.dist-info");
    ASSERT_TRUE(base::make_directory(info));
    const auto line = [](std::string_view content) {
        return "demo/__init__.py,sha256=" + base::to_base64url(base::sha256(content)) + ",6\n";
    };
    const std::string record = line("x = 3\n") + line("x = 2\n") + "other-1.0.dist-info/RECORD,,\n";
    ASSERT_TRUE(base::write_file(info + "/RECORD", record));
    EXPECT_EQ(texts_of(findings().faults), Texts());
}

TEST_F(CheckTest, WhatProgramsAddIsCountedAndNoFault) {
    ASSERT_TRUE(base::write_file(site("cache.bin"), "x"));
    set_time(site("cache.bin"), {kLater + 1, 0});
    const EnvironmentFindings found = findings();
    EXPECT_EQ(texts_of(found.faults), Texts());
    EXPECT_EQ(found.added, 1U);
}

}  // namespace
}  // namespace install
