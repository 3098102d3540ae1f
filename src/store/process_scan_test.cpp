#include "store/process_scan.h"

#include "base/random.h"
#include "store/test_store.h"

#include <fcntl.h>
#include <sys/resource.h>

namespace store::testing {
namespace {

constexpr int kLooksComplete = 1;
constexpr int kLooksIncomplete = 2;

// What a scan says that may open so many descriptors, in a child.
int scan_with_descriptors(rlim_t spare) {
    return run_child([&] {
        const base::Fd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const rlim_t limit = static_cast<rlim_t>(next.get()) + 1 + spare;
        const rlimit limits{.rlim_cur = limit, .rlim_max = limit};
        if (::setrlimit(RLIMIT_NOFILE, &limits) != 0) return 0;
        const ProcessScan scan = scan_processes({base::random_id()}, Depth::Everything);
        return scan.is_complete ? kLooksComplete : kLooksIncomplete;
    });
}

TEST(ProcessScan, WithoutDescriptorsItProvesNothing) {
    EXPECT_EQ(scan_with_descriptors(16), kLooksComplete);
    // /proc cannot be opened; not listed; no process can be opened; nothing in one.
    for (const rlim_t spare : {0U, 1U, 2U})
        EXPECT_EQ(scan_with_descriptors(spare), kLooksIncomplete) << spare;
}

}  // namespace
}  // namespace store::testing
