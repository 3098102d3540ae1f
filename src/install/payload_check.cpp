#include "install/payload_check.h"

#include "base/cancel.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/synced.h"
#include "install/link_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace install {

namespace {

constexpr std::array<int, 3> kLostBytes = {EIO, EUCLEAN, EBADMSG};

Fault fault_of_errno(int error, std::string_view path) {
    return {
        kind_of(base::errno_error(error, "")),
        error == ENOENT || error == ENOTDIR
            ? fmt::format("`{}` is missing", path)
            : fmt::format("`{}` cannot be read: {}", path, base::errno_text(error))
    };
}

Fault changed(std::string_view path) {
    return {FaultKind::Damage, fmt::format("`{}` was changed", path)};
}

enum class Stamp { Right, OtherTime, Wrong };

Stamp compare_stamp(int tree, const LinkPlan& plan, const PlannedFile& file) {
    struct stat status{};
    if (::fstatat(tree, file.source_text(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        // What tells nothing about the file is left for the link itself to fail with.
        const bool is_damaged = kind_of(base::errno_error(errno, "")) == FaultKind::Damage;
        return is_damaged ? Stamp::Wrong : Stamp::Right;
    }
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != file.size)
        return Stamp::Wrong;
    const bool has_time = status.st_mtim.tv_sec == plan.modified_s && status.st_mtim.tv_nsec == 0;
    return has_time || plan.modified_s == 0 ? Stamp::Right : Stamp::OtherTime;
}

// The next look finds the time right again. Who may not set it hashes once more then.
void set_time(int tree, const LinkPlan& plan, const PlannedFile& file) {
    const timespec time{.tv_sec = plan.modified_s, .tv_nsec = 0};
    const std::array<timespec, 2> times = {time, time};
    static_cast<void>(::utimensat(tree, file.source_text(), times.data(), AT_SYMLINK_NOFOLLOW));
}

bool is_content_right(int tree, const PlannedFile& file, FileDigests& digests) {
    const std::string_view digest = file.unpacked_digest();
    const base::Result<std::string> now =
        digests.digest_of(tree, std::string(file.source), algorithm_of(digest));
    return now ? *now == digest : kind_of(now.error()) == FaultKind::Unchecked;
}

base::Result<std::optional<Fault>> compare_content(
    int tree, const PlannedFile& file, FileDigests& digests
) {
    struct stat status{};
    if (::fstatat(tree, file.source_text(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fault_of_errno(errno, file.source);
    const bool is_executable = file.role == FileRole::Executable || file.scheme == Scheme::Scripts;
    if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != file.size)
        return changed(file.source);
    const std::string_view digest = file.unpacked_digest();
    const base::Result<std::string> now =
        digests.digest_of(tree, std::string(file.source), algorithm_of(digest));
    TRY(base::check_cancelled());
    if (!now) return Fault{kind_of(now.error()), now.error().flat()};
    if (*now != digest) return changed(file.source);
    if (is_executable != ((status.st_mode & S_IXUSR) != 0)) {
        return Fault{
            FaultKind::Damage,
            fmt::format("`{}` may {} be executed", file.source, is_executable ? "not" : "now")
        };
    }
    return std::nullopt;
}

// Files below `directory` that the plan does not know.
void find_strays(
    int directory, const std::string& prefix, const LinkPlan& plan, std::vector<Fault>& faults
) {
    const base::Result<std::vector<base::DirectoryEntry>> entries =
        base::list_directory_fd(directory);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::string path = prefix + entry.name;
        if (entry.type == base::EntryType::Directory) {
            const base::Result<base::Fd> below = base::open_at(
                directory, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            );
            if (below) find_strays(below->get(), path + "/", plan, faults);
            continue;
        }
        const auto found =
            std::ranges::lower_bound(plan.files, std::string_view(path), {}, &PlannedFile::source);
        if (found == plan.files.end() || found->source != path) {
            faults.push_back({FaultKind::Damage, fmt::format("`{}` is not of this package", path)});
        }
    }
}

}  // namespace

FaultKind kind_of(const base::Error& error) {
    if (error.kind() == base::ErrorKind::Invalid || error.kind() == base::ErrorKind::NotFound)
        return FaultKind::Damage;
    const bool is_lost = std::ranges::any_of(kLostBytes, [&](int number) {
        return std::ranges::find(error.causes(), base::errno_text(number)) != error.causes().end();
    });
    return is_lost ? FaultKind::Damage : FaultKind::Unchecked;
}

std::optional<Fault> check_before_linking(const std::string& payload) {
    // An install that cannot read them either says why.
    const auto damage = [](const base::Error& error) -> std::optional<Fault> {
        if (kind_of(error) == FaultKind::Unchecked) return std::nullopt;
        return Fault{FaultKind::Damage, error.flat()};
    };
    const base::Result<LinkPlan> plan = LinkPlan::read(payload);
    if (!plan) return damage(plan.error());
    const base::Result<base::Fd> tree =
        base::open_directory(base::join_path(payload, kTreeDirectory));
    if (!tree) return damage(tree.error());
    FileDigests digests;
    for (const PlannedFile& file : plan->files) {
        const Stamp stamp = compare_stamp(tree->get(), *plan, file);
        if (stamp == Stamp::Right) continue;
        if (stamp == Stamp::Wrong || !is_content_right(tree->get(), file, digests))
            return changed(file.source);
        set_time(tree->get(), *plan, file);
    }
    return std::nullopt;
}

base::Result<std::vector<Fault>> check_payload(
    const std::string& payload, FileDigests& digests, base::TaskPool* pool
) {
    const base::Result<LinkPlan> plan = LinkPlan::read(payload);
    if (!plan) return std::vector<Fault>{{kind_of(plan.error()), plan.error().flat()}};
    const base::Result<base::Fd> tree =
        base::open_directory(base::join_path(payload, kTreeDirectory));
    if (!tree) return std::vector<Fault>{{kind_of(tree.error()), tree.error().flat()}};

    base::Synced<std::vector<Fault>> found;
    const auto check = [&](std::size_t index) {
        base::Result<std::optional<Fault>> fault =
            compare_content(tree->get(), plan->files[index], digests);
        if (!fault || !*fault) return;
        found.with([&](std::vector<Fault>& faults) { faults.push_back(std::move(**fault)); });
    };
    if (pool != nullptr) {
        pool->for_each(plan->files.size(), check);
    } else {
        for (std::size_t i = 0; i < plan->files.size(); ++i)
            check(i);
    }
    TRY(base::check_cancelled());
    return found.with([&](std::vector<Fault>& faults) {
        find_strays(tree->get(), "", *plan, faults);
        std::ranges::sort(faults, {}, [](const Fault& fault) {
            return std::pair(fault.kind, std::string_view(fault.text));
        });
        return std::move(faults);
    });
}

}  // namespace install
