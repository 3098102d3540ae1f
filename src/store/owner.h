// Whose the things of a store are, where several users share one. What each may do follows from the
// rights of its directories alone: who may read runs, who may write builds and collects. In a
// directory with the sticky bit only the owner of a thing removes it (inode(7)): what belongs to
// somebody else stays there, and is named in the report.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/layout.h"

#include <cerrno>
#include <string>
#include <sys/stat.h>

namespace store {

// errno of a call that failed because the thing is not ours to change.
inline bool is_refused(int error) {
    return error == EACCES || error == EPERM || error == EROFS;
}

// "alice", or "uid 1234" for one that has no name on this machine.
std::string user_name(uid_t uid);

// Whose what lies at `path` is (not followed), for people: "owned by `alice`". Of a file system that
// nobody can write to: "the file system is read-only".
std::string ownership_of(const std::string& path);

// Who may take things out of `directory`.
class RemovalRight {
  public:
    explicit RemovalRight(const std::string& directory);

    // Not everything may be taken out by us.
    bool is_limited() const { return !everything_; }

    // Whether we may take out the thing at `path`, which lies there.
    bool covers(const std::string& path) const;

  private:
    uid_t self_;
    bool everything_ = true;
};

// For the directories of a new store in which each thing has an owner: with the sticky bit if the root
// has it. Whoever has set it there wants nobody to remove what others have made.
mode_t mode_of_owned_directory(const Layout& layout);

// An error (kind Io, naming the owner) where nothing can be collected at all, as the store cannot be
// written to.
base::Result<void> check_may_collect(const Layout& layout);

// Opens a file that all users of the store write to (locks, counters), making it if it is missing: with
// the rights of the root, whatever the umask, and for its owner if we are root.
base::Fd open_shared_file(const Layout& layout, const std::string& path);

}  // namespace store
