#include "install/installer.h"

#include "base/cancel.h"
#include "base/fd.h"
#include "base/file.h"
#include "install/collisions.h"
#include "install/dist_info.h"
#include "install/first_error.h"
#include "install/link_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fcntl.h>
#include <functional>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <utility>

namespace install {

namespace {

// Files of one task: enough to hide its start, few enough that a single large wheel keeps all
// threads busy.
constexpr std::size_t kFilesPerTask = 256;
constexpr std::size_t kDirectoriesPerTask = 128;

// A part of one wheel's files or directories.
struct Slice {
    std::size_t wheel = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

using Decisions = std::map<std::pair<dev_t, dev_t>, std::unique_ptr<LinkDecision>>;

base::Result<dev_t> device_of(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return status.st_dev;
    return base::fail_errno(errno, fmt::format("failed to look at `{}`", path));
}

class Installation {
  public:
    Installation(
        std::span<const WheelInstall> wheels,
        const TargetLayout& target,
        const InstallOptions& options,
        base::TaskPool& pool
    )
        : wheels_(wheels), target_(target), options_(options), pool_(pool), plans_(wheels.size()) {}

    base::Result<InstallReport> run();

  private:
    base::Result<void> for_each(
        std::size_t count, const std::function<base::Result<void>(std::size_t)>& task
    );
    base::Result<void> read_plans();
    base::Result<void> prepare_target();
    base::Result<void> decide_link_modes();
    base::Result<void> make_directories();
    base::Result<void> make_directories(const Slice& slice) const;
    base::Result<void> link_files();
    base::Result<void> link_slice(const Slice& slice);
    base::Result<void> write_files(std::size_t wheel);
    base::Result<void> compile(InstallReport& report) const;
    LinkDecision& decision_of(std::size_t wheel, Scheme scheme) const;
    InstallReport report() const;

    std::span<const WheelInstall> wheels_;
    const TargetLayout& target_;
    const InstallOptions& options_;
    base::TaskPool& pool_;

    std::vector<LinkPlan> plans_;
    Collisions collisions_;
    Decisions decisions_;
    std::vector<std::array<LinkDecision*, kSchemeCount>> decision_by_wheel_;
    std::atomic<std::uint64_t> files_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
};

base::Result<void> Installation::for_each(
    std::size_t count, const std::function<base::Result<void>(std::size_t)>& task
) {
    FirstError first_error;
    pool_.for_each(count, [&](std::size_t index) {
        if (first_error.is_set()) return;
        base::Result<void> done = base::check_cancelled();
        if (done) done = task(index);
        if (!done) first_error.set(std::move(done.error()));
    });
    return first_error.result();
}

base::Result<void> Installation::read_plans() {
    return for_each(wheels_.size(), [&](std::size_t index) -> base::Result<void> {
        plans_[index] = TRY(LinkPlan::read(wheels_[index].payload));
        return {};
    });
}

// The directories of every scheme that some wheel uses.
base::Result<void> Installation::prepare_target() {
    TRY(base::make_directories(target_.purelib));
    for (std::size_t wheel = 0; wheel < plans_.size(); ++wheel) {
        const LinkPlan& plan = plans_[wheel];
        TRY(base::make_directories(target_.directory(plan.root)));
        if (!plan.entry_points.empty()) TRY(base::make_directories(target_.scripts));
        Scheme last = plan.root;
        for (const PlannedFile& file : plan.files) {
            if (file.scheme == last) continue;
            last = file.scheme;
            TRY(base::make_directories(scheme_directory(target_, last, plan.name)));
        }
    }
    return {};
}

base::Result<void> Installation::decide_link_modes() {
    std::array<dev_t, kSchemeCount> target_devices{};
    for (std::size_t i = 0; i < kSchemeCount; ++i) {
        const std::string& directory = target_.directory(static_cast<Scheme>(i));
        if (base::is_directory(directory)) target_devices[i] = TRY(device_of(directory));
    }
    decision_by_wheel_.resize(wheels_.size());
    for (std::size_t wheel = 0; wheel < wheels_.size(); ++wheel) {
        const dev_t source = TRY(device_of(wheels_[wheel].payload));
        for (std::size_t i = 0; i < kSchemeCount; ++i) {
            auto& decision = decisions_[{source, target_devices[i]}];
            if (!decision) decision = std::make_unique<LinkDecision>(options_.link_mode);
            decision_by_wheel_[wheel][i] = decision.get();
        }
    }
    return {};
}

// Slices of different wheels run at once, so a parent may still be missing when its child's turn
// comes.
base::Result<void> make_directory_with_parents(int root, std::string_view path) {
    const std::string name(path);
    if (::mkdirat(root, name.c_str(), 0777) == 0 || errno == EEXIST) return {};
    if (errno == ENOENT && path.contains('/')) {
        TRY(make_directory_with_parents(root, base::parent_path(path)));
        if (::mkdirat(root, name.c_str(), 0777) == 0 || errno == EEXIST) return {};
    }
    return base::fail_errno(errno, fmt::format("failed to make the directory `{}`", path));
}

base::Result<void> Installation::make_directories(const Slice& slice) const {
    const LinkPlan& plan = plans_[slice.wheel];
    base::Fd root;
    std::optional<Scheme> opened;
    for (std::size_t i = slice.first; i < slice.last; ++i) {
        const PlannedDirectory& directory = plan.directories[i];
        if (opened != directory.scheme) {
            root =
                TRY(base::open_directory(scheme_directory(target_, directory.scheme, plan.name)));
            opened = directory.scheme;
        }
        TRY(make_directory_with_parents(root.get(), directory.path));
    }
    return {};
}

template <class SizeOf>
std::vector<Slice> slices_of(std::size_t wheels, std::size_t most, SizeOf size_of) {
    std::vector<Slice> slices;
    for (std::size_t wheel = 0; wheel < wheels; ++wheel) {
        const std::size_t size = size_of(wheel);
        for (std::size_t first = 0; first < size; first += most) {
            slices.push_back({wheel, first, std::min(size, first + most)});
        }
    }
    return slices;
}

base::Result<void> Installation::make_directories() {
    const std::vector<Slice> slices =
        slices_of(wheels_.size(), kDirectoriesPerTask, [&](std::size_t wheel) {
            return plans_[wheel].directories.size();
        });
    return for_each(slices.size(), [&](std::size_t index) {
        return make_directories(slices[index]);
    });
}

base::Result<void> Installation::link_slice(const Slice& slice) {
    const LinkPlan& plan = plans_[slice.wheel];
    const std::string tree_path = base::join_path(wheels_[slice.wheel].payload, kTreeDirectory);
    const base::Fd tree = TRY(base::open_directory(tree_path));
    base::Fd root;
    std::optional<Scheme> opened;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = slice.first; i < slice.last; ++i) {
        const PlannedFile& file = plan.files[i];
        if (file.role == FileRole::Superseded || file.role == FileRole::Script) continue;
        if (collisions_.is_overridden(slice.wheel, i)) continue;
        if (opened != file.scheme) {
            root = TRY(base::open_directory(scheme_directory(target_, file.scheme, plan.name)));
            opened = file.scheme;
        }
        const LinkRequest request{
            .source_directory = tree.get(),
            .source = file.source_text(),
            .source_root = tree_path,
            .target_directory = root.get(),
            .target = file.target_text(),
            .executable = file.role == FileRole::Executable ? Executable::Yes : Executable::No,
        };
        TRY(link_file(request, decision_of(slice.wheel, file.scheme)));
        ++files;
        bytes += file.size;
    }
    files_ += files;
    bytes_ += bytes;
    return {};
}

LinkDecision& Installation::decision_of(std::size_t wheel, Scheme scheme) const {
    return *decision_by_wheel_[wheel][static_cast<std::size_t>(scheme)];
}

base::Result<void> Installation::write_files(std::size_t wheel) {
    const WrittenFiles written = TRY(write_installer_files(
        plans_[wheel],
        wheels_[wheel],
        target_,
        options_,
        [&](std::string_view program) { return collisions_.is_program_overridden(wheel, program); }
    ));
    files_ += written.files;
    bytes_ += written.bytes;
    return {};
}

// Links and the files of the installer touch different names, so they share one round of tasks.
base::Result<void> Installation::link_files() {
    const std::vector<Slice> slices = slices_of(
        wheels_.size(), kFilesPerTask, [&](std::size_t wheel) { return plans_[wheel].files.size(); }
    );
    return for_each(slices.size() + wheels_.size(), [&](std::size_t index) {
        if (index < slices.size()) return link_slice(slices[index]);
        return write_files(index - slices.size());
    });
}

base::Result<void> Installation::compile(InstallReport& report) const {
    if (!options_.bytecode) return {};
    std::vector<std::string> sources;
    for (const LinkPlan& plan : plans_) {
        for (const PlannedFile& file : plan.files) {
            const bool is_module = file.scheme == Scheme::Purelib || file.scheme == Scheme::Platlib;
            if (!is_module || !file.source.ends_with(".py")) continue;
            sources.push_back(base::join_path(target_.directory(file.scheme), file.target()));
        }
    }
    report.bytecode = TRY(compile_bytecode(sources, *options_.bytecode));
    return {};
}

InstallReport Installation::report() const {
    InstallReport report{.files = files_, .bytes = bytes_, .link_mode = options_.link_mode};
    for (const LinkPlan& plan : plans_) {
        report.wheels.push_back({
            .name = std::string(plan.name),
            .version = std::string(plan.version),
            .dist_info = base::join_path(target_.directory(plan.root), plan.dist_info),
        });
    }
    bool fell_to_copy = false;
    for (const auto& [devices, decision] : decisions_)
        fell_to_copy |= decision->fell_to_copy();
    if (!decision_by_wheel_.empty()) report.link_mode = decision_of(0, plans_[0].root).mode();
    if (fell_to_copy) {
        const std::string_view wanted =
            options_.link_mode == LinkMode::Symlink ? "symlink" : "hardlink";
        report.warnings.push_back(fmt::format(
            "Failed to {} files; falling back to full copy.\n"
            "The store and the environment seem to lie on different filesystems, and {}s cannot "
            "cross them.\n"
            "If that is as it should be, `UV_LINK_MODE=copy` or `--link-mode=copy` silences this "
            "warning.",
            wanted,
            wanted
        ));
    }
    return report;
}

base::Result<InstallReport> Installation::run() {
    TRY(read_plans());
    collisions_ = Collisions(plans_, target_);
    // From here on each path is installed by exactly one wheel.
    TRY(prepare_target());
    TRY(decide_link_modes());
    TRY(make_directories());
    // From here on every parent directory exists.
    TRY(link_files());
    InstallReport done = report();
    TRY(compile(done));
    return done;
}

}  // namespace

base::Result<InstallReport> install_wheels(
    std::span<const WheelInstall> wheels,
    const TargetLayout& target,
    const InstallOptions& options,
    base::TaskPool& pool
) {
    return Installation(wheels, target, options, pool).run();
}

}  // namespace install
