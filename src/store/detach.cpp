#include "store/detach.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace store {
namespace {

constexpr int kLowestPriority = 19;
// linux/ioprio.h: class 3 is "idle", 13 bits to the left of the level.
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioIdle = 3 << 13;

void let_go_of_everything() {
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    for (const int standard : {0, 1, 2}) {
        if (null >= 0) {
            ::dup2(null, standard);
        } else {
            ::close(standard);
        }
    }
    ::close_range(3, ~0U, 0);
    static_cast<void>(::chdir("/"));
    // Started from within a body, our environment names it; the look into /proc must not take us for its user.
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        std::memset(*entry, 0, std::strlen(*entry));
}

void reset_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
        ::signal(signal, SIG_DFL);
}

void lower_priority() {
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, kLowestPriority));
    static_cast<void>(::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioIdle));
}

[[noreturn]] void run_child(Priority priority, const std::function<void()>& work) {
    // Before the parent goes on: it may end its leases at any moment, and then they must be free.
    let_go_of_everything();
    const pid_t grandchild = ::fork();
    if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
    reset_signals();
    if (priority == Priority::Idle) lower_priority();
    work();
    ::_exit(0);
}

}  // namespace

bool run_detached(Priority priority, const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child < 0) return false;
    if (child == 0) run_child(priority, work);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        // ECHILD: the caller ignores SIGCHLD and the kernel has reaped it.
        if (errno != EINTR) return true;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace store
