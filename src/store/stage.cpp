#include "store/stage.h"

#include "base/file.h"
#include "base/random.h"
#include "store/pause.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr int kCreateAttempts = 20;

// `to`, a new empty file that is locked from its first moment on. nullopt: a collector took the
// nameless beginning of it; once more, please.
Result<std::optional<Fd>> create_locked_file(
    const std::string& temporary, const std::string& to, LockKind kind
) {
    // Read-only: nobody who inherits the descriptor can do any harm with it.
    Fd fd = TRY(base::open_at(AT_FDCWD, temporary, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    sync_point("stage.before-lock");
    const LockResult locked = try_lock(fd.get(), kind, LockMode::Read);
    if (locked != LockResult::Busy && ::rename(temporary.c_str(), to.c_str()) == 0) return fd;
    const int error = locked == LockResult::Busy ? ENOENT : errno;
    static_cast<void>(::unlink(temporary.c_str()));
    if (error == ENOENT) return std::nullopt;
    return base::fail_errno(error, fmt::format("failed to create `{}`", to));
}

}  // namespace

Result<LeasedDirectory> create_leased_directory(
    const std::string& parent, const std::string& id, LockKind kind
) {
    const std::string path = parent + "/" + id;
    const std::string beside = path + ".lease";
    std::optional<Fd> fd;
    const std::string beginning = fmt::format("{}/.new-{}", parent, id);
    for (int attempt = 0; !fd && attempt < kCreateAttempts; ++attempt) {
        if (attempt > 0) pause_for_ms(1);
        fd = TRY(create_locked_file(beginning, beside, kind));
    }
    if (!fd) return base::fail(base::ErrorKind::Io, fmt::format("failed to lock `{}`", beside));
    sync_point("stage.before-directory");
    Result<void> made;
    if (::mkdir(path.c_str(), 0777) != 0) {
        made = base::fail_errno(errno, fmt::format("failed to create the directory `{}`", path));
    } else {
        sync_point("stage.before-lease");
        made = base::rename_path(beside, path + "/.lease");
        if (!made) static_cast<void>(::rmdir(path.c_str()));
    }
    if (!made) {
        static_cast<void>(::unlink(beside.c_str()));
        return std::unexpected(std::move(made).error());
    }
    return LeasedDirectory{path, std::move(*fd)};
}

Stage& Stage::operator=(Stage&& other) noexcept {
    if (this == &other) return *this;
    discard();
    id_ = std::move(other.id_);
    key_ = std::move(other.key_);
    final_path_ = std::move(other.final_path_);
    directory_ = std::move(other.directory_);
    build_lock_ = std::move(other.build_lock_);
    return *this;
}

Stage::~Stage() {
    discard();
}

void Stage::discard() {
    // Without a lease the stage was moved from or published. What cannot be removed now is swept later.
    if (directory_.lease) static_cast<void>(base::remove_tree(directory_.path));
    directory_.lease.reset();
}

Result<Stage> StageAccess::create(
    const Layout& layout, LockKind kind, std::string_view key, Fd build_lock
) {
    Stage stage;
    stage.id_ = base::random_id();
    stage.key_ = key;
    stage.final_path_ = layout.body(stage.id_);
    stage.build_lock_ = std::move(build_lock);
    stage.directory_ = TRY(create_leased_directory(layout.stages(), stage.id_, kind));
    return stage;
}

Result<void> StageAccess::move_to_final(Stage& stage) {
    const char* from = stage.directory_.path.c_str();
    const char* to = stage.final_path_.c_str();
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return {};
    // The id is random: nothing can be there, and file systems without RENAME_NOREPLACE lose nothing.
    if (errno == EINVAL && ::rename(from, to) == 0) return {};
    return base::fail_errno(errno, fmt::format("failed to publish `{}`", stage.final_path_));
}

}  // namespace store
