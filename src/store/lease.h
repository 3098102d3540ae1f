// Lease: "this body may not be deleted", held by the kernel for as long as one process has the
// descriptor.
//
// It is a read lock on byte 0 of `env/<id>/.lease` (an open-file-description lock, fcntl(2)
// F_OFD_SETLK; flock(2) where the file system refuses those). Open file descriptions survive exec
// and are shared by forked children, so a lease ends with the last process that inherited it,
// however that one dies. Nothing has to be cleaned up.
//
// A lease may have companions that must live as long as it does: the shared lock on the `.lock` of
// a real uv in the same root, and the lock on the private root of `--no-cache`. They are passed on
// together.
//
// Move-only. Not thread-safe.
#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace store {

// A locked descriptor that programs inherit, at most once per process however many leases share it.
class InheritedLock {
  public:
    explicit InheritedLock(base::Fd fd) : fd_(std::move(fd)) {}

    int descriptor() const { return fd_.get(); }

    bool is_passed_on() const { return passed_ >= 0; }

    // Makes the lock survive exec; a second call does nothing.
    base::Result<int> pass_on();

  private:
    base::Fd fd_;
    int passed_ = -1;
};

class Lease {
  public:
    using Companions = std::vector<std::shared_ptr<InheritedLock>>;

    Lease(std::string body_path, base::Fd fd, Companions companions);

    // The body, `<root>/env/<id>`: complete, and there until the last holder of this lease is gone.
    const std::string& body_path() const { return body_path_; }

    // 128 random bits, never used again.
    std::string id() const;

    // Makes the lease (with its companions) survive exec: the descriptor gets a high number without
    // FD_CLOEXEC, so that 3 and above stay free for socket activation and job servers. Returns that
    // number. Can be called again.
    base::Result<int> pass_on();

    // What ADDER_LEASE is set to for the program, "<fd>:<id>"; how the look into /proc finds
    // programs that have closed the descriptor. Meaningful after pass_on().
    std::string environment_value() const;

  private:
    std::string body_path_;
    InheritedLock lock_;
    int passed_ = -1;
    Companions companions_;
};

}  // namespace store
