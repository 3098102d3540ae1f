// The private store of `--no-cache`: a directory `<temporary directory>/adder-<uid>/<id>` with a
// lease of its own, which lives as long as this process or a program that was started from it.
//
// Who removes it: this process, if it ends without having become a program; else the reaper, a
// process started together with the directory that waits in the kernel for the end of the last
// lease and uses nothing meanwhile; and if somebody kills that one, the next prune or clean.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "store/lease.h"
#include "store/lock.h"

#include <memory>
#include <string>

namespace store {

class PrivateRoot {
  public:
    // Makes the directory, born leased, and starts its reaper.
    static base::Result<std::unique_ptr<PrivateRoot>> create(const std::string& temporary_directory
    );
    ~PrivateRoot();
    PrivateRoot(const PrivateRoot&) = delete;
    PrivateRoot& operator=(const PrivateRoot&) = delete;

    const std::string& path() const { return path_; }

    // What programs must inherit: the lease, and a lock on the directory that systemd-tmpfiles(8) respects.
    const Lease::Companions& companions() const { return companions_; }

  private:
    PrivateRoot() = default;

    std::string path_;
    Lease::Companions companions_;
};

// Removes the private stores of this user that nobody leases. Returns what was, or would be, removed.
enum class SweepMode { Remove, Count };
base::RemovedCount sweep_private_roots(const std::string& temporary_directory, SweepMode mode);

}  // namespace store
