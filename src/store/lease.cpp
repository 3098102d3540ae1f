#include "store/lease.h"

#include "base/file.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

// High enough to be out of everybody's way, low enough for the usual limit of 1024 descriptors.
constexpr int kPreferredDescriptor = 960;
constexpr int kReserve = 8;
constexpr int kLowestDescriptor = 3;

// Where the limit is lower than usual.
int highest_descriptor() {
    rlimit limit{};
    const bool is_known =
        ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kPreferredDescriptor;
    return is_known ? std::max(static_cast<int>(limit.rlim_cur) - kReserve, kLowestDescriptor)
                    : kPreferredDescriptor;
}

}  // namespace

Result<int> InheritedLock::pass_on() {
    if (passed_ >= 0) return passed_;
    // The lock belongs to the open file description: at no moment is that one without a descriptor.
    passed_ = ::fcntl(fd_.get(), F_DUPFD, kPreferredDescriptor);
    if (passed_ >= 0) return passed_;
    for (const int lowest : {highest_descriptor(), 10, kLowestDescriptor}) {
        if (errno != EINVAL && errno != EMFILE) break;
        passed_ = ::fcntl(fd_.get(), F_DUPFD, lowest);
        if (passed_ >= 0) return passed_;
    }
    // No number left: the one we have will do.
    if (::fcntl(fd_.get(), F_SETFD, 0) != 0)
        return base::fail_errno(errno, "failed to pass on a lease");
    passed_ = fd_.get();
    return passed_;
}

Lease::Lease(std::string body_path, Fd fd, Companions companions)
    : body_path_(std::move(body_path)), lock_(std::move(fd)), companions_(std::move(companions)) {}

std::string Lease::id() const {
    return std::string(base::file_name(body_path_));
}

Result<int> Lease::pass_on() {
    for (const std::shared_ptr<InheritedLock>& companion : companions_)
        TRY(companion->pass_on());
    passed_ = TRY(lock_.pass_on());
    sync_point("lease.passed-on");
    return passed_;
}

std::string Lease::environment_value() const {
    return fmt::format("{}:{}", passed_, id());
}

}  // namespace store
