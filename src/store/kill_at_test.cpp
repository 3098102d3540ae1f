// A kill at every system call: the process under test is traced, and killed when it enters its n-th
// call, for every n until it gets through. Sees boundaries that no named point marks.

#include "store/payload_collector.h"
#include "store/sweep.h"
#include "store/test_store.h"
#include "store/trash.h"

#include <sys/ptrace.h>

namespace store::testing {
namespace {

// Runs `work` in a traced child and kills it at its n-th system call. True: it was killed; false: it ended by itself.
bool kill_at(int n, const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    // Each call stops twice, when it is entered and when it returns.
    for (int stops = 0;;) {
        if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) break;
        if (::waitpid(child, &status, 0) < 0 || WIFEXITED(status) || WIFSIGNALED(status))
            return false;
        const bool is_call = WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80);
        if (is_call && ++stops == 2 * n - 1) break;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return true;
}

void run_once(const StoreOptions& options) {
    base::Result<Store> store = Store::open(options);
    if (store)
        static_cast<void>(lease_or_build(*store, "script-a", info_of(BodyKind::Script, "a")));
}

// Without the look, whose thousands of calls change nothing.
void collect_everything(const StoreOptions& options) {
    const Layout layout{.root = options.root};
    const Collection collection{.layout = layout, .look = Look::Nowhere};
    base::Result<std::vector<BodyEntry>> bodies = survey_bodies(layout);
    if (bodies) static_cast<void>(collect_bodies(collection, std::move(*bodies)));
    sweep_stages(collection);
    empty_trash(layout, LockKind::Ofd);
}

struct Scenario {
    const char* name;
    bool starts_filled;
    std::function<void(const StoreOptions&)> work;
    int stride = 1;  // more for what makes thousands of calls, mostly to look at all processes
};

void clean_everything(const StoreOptions& options) {
    base::Result<Store> store = Store::open(options);
    if (store) static_cast<void>(store->clean({}));
}

const Scenario kScenarios[] = {
    {"cold run", false, run_once},
    {"warm run", true, run_once},
    {"collect", true, collect_everything},
    {"clean", true, clean_everything, 61},
};

TEST_F(StoreTest, AKillAtAnySystemCallDoesNoHarm) {
    for (const Scenario& scenario : kScenarios) {
        for (int call = 1;; call += scenario.stride) {
            if (scenario.starts_filled) run_once(options());
            const bool was_killed = kill_at(call, [&] { scenario.work(options()); });
            {
                Store store = open();
                if (const std::optional<Lease> lease = must(store.lease("script-a"))) {
                    ASSERT_TRUE(is_whole(lease->body_path())) << scenario.name << " at " << call;
                }
                const Lease lease = build(store, "script-a", info_of(BodyKind::Script, "a"));
                ASSERT_TRUE(is_whole(lease.body_path())) << scenario.name << " at " << call;
            }
            expect_clean_empties();
            ASSERT_FALSE(HasFailure()) << scenario.name << " at " << call;
            if (!was_killed) break;
        }
    }
}

// Where the rename to trash/ is refused, things are deleted where they are.
TEST_F(StoreTest, APayloadThatIsDeletedInPlaceIsNeverTrustedByHalf) {
    const std::string digest(64, 'c');
    for (int call = 1;; ++call) {
        {
            Store store = open();
            PayloadStage stage = must(store.begin_payload(digest));
            fill(stage.path());
            const PayloadGuard guard = must(store.publish_payload(
                std::move(stage), {.package = "flask", .version = "1", .files = 2}
            ));
            // Whether a directory lists the oldest or the youngest first: one of its files is before the record.
            must(base::write_file(guard.path() + "/late", "3"));
        }
        must(base::remove_tree(layout().trash()));
        const bool was_killed = kill_at(call, [&] {
            const Layout place = layout();
            const Collection collection{.layout = place, .look = Look::Nowhere};
            static_cast<void>(collect_payloads(collection, PayloadChoice::All, {}));
        });
        {
            Store store = open();
            const std::optional<PayloadGuard> guard = must(store.lock_payload(digest));
            const bool is_right =
                !guard || (is_whole(guard->path()) && base::exists(guard->path() + "/late"));
            ASSERT_TRUE(is_right) << "killed at call " << call;
        }
        must(base::make_directory(layout().trash()));
        expect_clean_empties();
        if (!was_killed) break;
    }
}

}  // namespace
}  // namespace store::testing
