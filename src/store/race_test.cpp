// Processes against each other: users, builders and collectors, with delays and kills at the named points.

#include "store/sweep.h"
#include "store/test_store.h"
#include "store/trash.h"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <time.h>

namespace store::testing {
namespace {

constexpr int kUsers = 4;
constexpr int kRuns = 120;
constexpr int kCollections = 80;
constexpr int kBroken = 99;  // exit code of a user who lost files

#ifdef ADDER_SYNC_POINTS

std::uint64_t random_state = 1;

std::uint64_t next_random() {
    random_state ^= random_state << 13U;
    random_state ^= random_state >> 7U;
    random_state ^= random_state << 17U;
    return random_state;
}

// Up to 2 ms between any two steps, every third time; otherwise races hide.
void delay_at_random(const char*) {
    if (next_random() % 3 != 0) return;
    const timespec time{.tv_sec = 0, .tv_nsec = static_cast<long>(next_random() % 2'000'000)};
    ::nanosleep(&time, nullptr);
}

void seed_with(int number) {
    random_state = 88172645463325252ULL * static_cast<std::uint64_t>(number + 1);
    set_sync_hook(delay_at_random);
}

// One user: runs of two programs, each checking all the while that nothing is taken away.
int run_programs(const StoreOptions& options, int number) {
    seed_with(number);
    for (int i = 0; i < kRuns; ++i) {
        base::Result<Store> store = Store::open(options);
        if (!store) return 1;
        const std::string key = next_random() % 2 == 0 ? "tool-a" : "tool-b";
        base::Result<Lease> lease = lease_or_build(*store, key, info_of(BodyKind::Tool, key));
        if (!lease) return 2;
        for (int look = 0; look < 3; ++look) {
            if (!is_whole(lease->body_path())) return kBroken;
            delay_at_random("");
        }
    }
    return 0;
}

// Leases must do without the look: it could hide that one of them does not protect.
int collect_again_and_again(const Layout& layout, int number) {
    seed_with(number);
    const Collection collection{.layout = layout, .kind = LockKind::Ofd, .look = Look::Nowhere};
    for (int i = 0; i < kCollections; ++i) {
        base::Result<std::vector<BodyEntry>> bodies = survey_bodies(layout);
        if (!bodies || !collect_bodies(collection, std::move(*bodies))) return 1;
        sweep_stages(collection);
        empty_trash(layout, LockKind::Ofd);
        delay_at_random("");
    }
    return 0;
}

class Storm {
  public:
    void start(const std::function<int()>& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::_exit(work());
        }
        children_.push_back(child);
    }

    // The exit code of each; minus the signal.
    std::vector<int> finish() {
        std::vector<int> codes;
        for (const pid_t child : children_) {
            int status = 0;
            ::waitpid(child, &status, 0);
            codes.push_back(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
        }
        children_.clear();
        return codes;
    }

    const std::vector<pid_t>& children() const { return children_; }

  private:
    std::vector<pid_t> children_;
};

TEST_F(StoreTest, NoCollectorEverTakesWhatIsLeased) {
    must(open().write_memo("m", "x"));
    Storm storm;
    for (int i = 0; i < kUsers; ++i)
        storm.start([&] { return run_programs(options(), i); });
    for (int i = 0; i < 2; ++i)
        storm.start([&] { return collect_again_and_again(layout(), 100 + i); });
    for (const int code : storm.finish())
        EXPECT_EQ(code, 0);
    expect_clean_empties();
}

TEST_F(StoreTest, KilledUsersAndCollectorsLeaveNothingBehind) {
    must(open().write_memo("m", "x"));
    random_state = 4242;
    for (int round = 0; round < 40; ++round) {
        Storm storm;
        for (int i = 0; i < 3; ++i)
            storm.start([&] { return run_programs(options(), round * 10 + i); });
        storm.start([&] { return collect_again_and_again(layout(), round * 10 + 9); });
        const timespec time{.tv_sec = 0, .tv_nsec = static_cast<long>(next_random() % 20'000'000)};
        ::nanosleep(&time, nullptr);
        for (const pid_t child : storm.children())
            ::kill(child, SIGKILL);
        for (const int code : storm.finish())
            ASSERT_NE(code, kBroken) << "round " << round;
    }
    Store store = open();
    EXPECT_TRUE(is_whole(build(store, "tool-a", info_of(BodyKind::Tool, "a")).body_path()));
    expect_clean_empties();
}

TEST_F(StoreTest, TwentyFirstRunsBuildOneBody) {
    Storm storm;
    for (int i = 0; i < 20; ++i) {
        storm.start([&, i] {
            seed_with(i);
            base::Result<Store> store = Store::open(options());
            if (!store) return 1;
            base::Result<Lease> lease =
                lease_or_build(*store, "script-a", info_of(BodyKind::Script, "a"));
            return lease && is_whole(lease->body_path()) ? 0 : 2;
        });
    }
    for (const int code : storm.finish())
        EXPECT_EQ(code, 0);
    EXPECT_EQ(names_in(layout().bodies()).size(), 1U);
}

TEST_F(StoreTest, TwentyFirstUnpackingsKeepOnePayload) {
    const std::string sha256(64, 'a');
    Storm storm;
    for (int i = 0; i < 20; ++i) {
        storm.start([&, i] {
            seed_with(i);
            base::Result<Store> store = Store::open(options());
            if (!store) return 1;
            base::Result<PayloadStage> stage = store->begin_payload(sha256);
            if (!stage) return 2;
            fill(stage->path());
            base::Result<PayloadGuard> guard =
                store->publish_payload(std::move(*stage), {.package = "a"});
            return guard && is_whole(guard->path()) ? 0 : 3;
        });
    }
    for (const int code : storm.finish())
        EXPECT_EQ(code, 0);
    EXPECT_EQ(names_in(layout().payload_shard(sha256)).size(), 1U);
    EXPECT_TRUE(names_in(layout().stages()).empty());
}

// --- killed at every named point -------------------------------------------------------------------------

std::atomic<int> points_left{0};

void die_at_point(const char*) {
    if (--points_left == 0) ::raise(SIGKILL);
}

// Else it would do what the process under test is to do.
void wait_for_housekeeper(const Layout& layout) {
    eventually([&] {
        const base::Fd turn(::open(layout.lock_file("house").c_str(), O_RDWR | O_CLOEXEC));
        return !is_locked(turn.get(), LockKind::Ofd);
    });
}

struct Scenario {
    const char* name;
    bool starts_filled;
    std::function<int(const StoreOptions&)> work;
};

int run_once(const StoreOptions& options) {
    base::Result<Store> store = Store::open(options);
    if (!store) return 1;
    BodyInfo info = info_of(BodyKind::Script, "a");
    info.group = "group-a";
    base::Result<Lease> lease = lease_or_build(*store, "script-a", info);
    return lease && is_whole(lease->body_path()) && lease->pass_on() ? 0 : 2;
}

int unpack_once(const StoreOptions& options) {
    base::Result<Store> store = Store::open(options);
    if (!store) return 1;
    base::Result<PayloadStage> stage = store->begin_payload(std::string(64, 'b'));
    if (!stage) return 2;
    fill(stage->path());
    return store->publish_payload(std::move(*stage), {.package = "b"}) ? 0 : 3;
}

const Scenario kScenarios[] = {
    {"cold run", false, run_once},
    {"warm run", true, run_once},
    {"payload", false, unpack_once},
    {"clean",
     true,
     [](const StoreOptions& options) { return Store::open(options)->clean({}) ? 0 : 1; }},
    {"prune",
     true,
     [](const StoreOptions& options) { return Store::open(options)->prune({}) ? 0 : 1; }},
    {"housekeeping",
     true,
     [](const StoreOptions& options) {
         const Layout layout{.root = options.root};
         keep_house(layout, LockKind::Ofd);
         return 0;
     }},
};

// Kills at one point after the other until the work gets through; how many there were.
class KillTest : public StoreTest {
  protected:
    int run_in_child(int (*work)(const StoreOptions&)) {
        return run_child([&] { return work(options()); });
    }

    void fill_store() {
        ASSERT_EQ(run_in_child(run_once), 0);
        Store store = open();
        build(store, "tool-b", info_of(BodyKind::Tool, "b"));
        wait_for_housekeeper(layout());
        ::unlink(layout().name("tool-b").c_str());
    }

    // True when the work got through.
    bool survives_kill_at(const Scenario& scenario, int point) {
        const int code = run_child([&] {
            points_left = point;
            set_sync_hook(die_at_point);
            return scenario.work(options());
        });
        EXPECT_TRUE(code == 0 || code == -SIGKILL)
            << scenario.name << " at " << point << ": " << code;
        // A name leads to something whole, or to nothing; and the next run works.
        if (const std::optional<Lease> lease = must(open().lease("script-a"))) {
            EXPECT_TRUE(is_whole(lease->body_path())) << scenario.name << " at " << point;
        }
        EXPECT_EQ(run_in_child(run_once), 0) << scenario.name << " at " << point;
        EXPECT_EQ(run_in_child(unpack_once), 0) << scenario.name << " at " << point;
        expect_clean_empties();
        return code != -SIGKILL;
    }

    int kill_at_each_point(const Scenario& scenario) {
        for (int point = 1;; ++point) {
            if (scenario.starts_filled) fill_store();
            if (survives_kill_at(scenario, point) || HasFailure()) return point - 1;
        }
    }
};

TEST_F(KillTest, AtAnyNamedPointDoesNoHarm) {
    for (const Scenario& scenario : kScenarios) {
        int points = 0;
        // A housekeeper that a set-up left behind may start late and do the work that is to be killed: then there is
        // no point to be met, and the round says nothing.
        for (int round = 0; round < 20 && points == 0; ++round) {
            points = kill_at_each_point(scenario);
            ASSERT_FALSE(HasFailure());
        }
        EXPECT_GT(points, 0) << scenario.name;
    }
}

#endif

// --- who is in use ---------------------------------------------------------------------------------------

// A program started from a body, in the ways a program can be known to the look.
enum class Trace { Environment, CommandLine, Directory };

class Program {
  public:
    Program(const std::string& body, Trace trace) {
        int pipe_ends[2];
        if (::pipe(pipe_ends) != 0) ::abort();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(pipe_ends[0], 0);
            ::close_range(3, ~0U, 0);
            if (trace == Trace::Directory && ::chdir(body.c_str()) != 0) ::_exit(1);
            const std::string name = trace == Trace::CommandLine ? body + "/bin/python" : "python";
            const std::string variable = "VIRTUAL_ENV=" + (trace == Trace::Environment ? body : "");
            const char* const argv[] = {name.c_str(), nullptr};
            const char* const environment[] = {variable.c_str(), nullptr};
            ::execve(
                "/bin/cat", const_cast<char* const*>(argv), const_cast<char* const*>(environment)
            );
            ::_exit(1);
        }
        ::close(pipe_ends[0]);
        input_ = base::Fd(pipe_ends[1]);
        ::fcntl(input_.get(), F_SETFD, FD_CLOEXEC);
        eventually([&] {
            const base::Result<std::string> exe =
                base::read_link("/proc/" + std::to_string(pid_) + "/exe");
            return exe && exe->ends_with("/cat");
        });
    }

    ~Program() { end(); }

    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    pid_t pid() const { return pid_; }

    void end() {
        input_.reset();
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

  private:
    pid_t pid_ = 0;
    base::Fd input_;
};

TEST_F(StoreTest, ProgramsThatClosedEveryDescriptorAreSeen) {
    for (const Trace trace : {Trace::Environment, Trace::CommandLine, Trace::Directory}) {
        Store store = open();
        const std::string body = build(store, "a", info_of(BodyKind::Tool, "a")).body_path();
        Program program(body, trace);
        const CollectionReport report = must(store.clean({.force = true}));
        ASSERT_EQ(report.kept.size(), 1U);
        ASSERT_EQ(report.kept[0].users.size(), 1U);
        EXPECT_EQ(report.kept[0].users[0].pid, program.pid());
        EXPECT_TRUE(is_whole(body));
        program.end();
        EXPECT_EQ(must(store.clean({})).environments, 1U);
    }
}

TEST_F(StoreTest, ALeaseIsHeldByWhoeverInheritedIt) {
    Store store = open();
    std::optional<Lease> lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const std::string body = lease->body_path();
    Companion child([] {});
    lease.reset();
    const CollectionReport report = must(store.clean({.force = true}));
    ASSERT_EQ(report.kept.size(), 1U);
    EXPECT_EQ(report.kept[0].users.at(0).pid, child.pid());
    EXPECT_TRUE(is_whole(body));
    // Condemned: nobody starts from it any more, and the list says who still uses it.
    EXPECT_FALSE(must(store.lease("a")));
    const std::vector<StoredBody> list = must(store.list());
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].key, "");
    EXPECT_TRUE(list[0].in_use);
    child.kill();
    EXPECT_EQ(must(store.prune({})).environments, 1U);
    expect_empty();
}

TEST_F(StoreTest, ANewRunDoesNotGetACondemnedBody) {
    Store store = open();
    const Lease running = build(store, "a", info_of(BodyKind::Tool, "a"));
    must(store.clean({}));
    const Lease fresh = build(store, "a", info_of(BodyKind::Tool, "a"));
    EXPECT_NE(fresh.id(), running.id());
    EXPECT_TRUE(is_whole(running.body_path()));
}

TEST_F(StoreTest, CleanCanWaitForTheLastUser) {
    Store store = open();
    std::optional<Lease> lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const std::string body = lease->body_path();
    Companion child([] {});
    lease.reset();
    // It cannot have returned before the user ends, and the user ends only after it has taken the name away.
    const pid_t waiter = ::fork();
    if (waiter == 0) {
        // Our end of the pipe that keeps the user alive.
        ::close_range(3, ~0U, 0);
        ::_exit(must(open().clean({.wait = true})).environments == 1 ? 0 : 1);
    }
    EXPECT_TRUE(eventually([&] { return names_in(layout().names()).empty(); }));
    EXPECT_TRUE(is_whole(body));
    child.end();
    int status = 0;
    ::waitpid(waiter, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    expect_empty();
}

TEST_F(StoreTest, ALeaseHoldsAgainstACollectorThatCannotSeeTheUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to make a PID namespace";
    Store store = open();
    const Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const int code = run_child([&] {
        ::close_range(3, ~0U, 0);
        if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return 20;
        return run_child([&] {
            if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 20;
            if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return 20;
            base::Result<Store> other = Store::open(options());
            if (!other) return 1;
            const base::Result<CollectionReport> report = other->clean({.force = true});
            return report && report->kept.size() == 1 && report->kept[0].users.empty() ? 0 : 2;
        });
    });
    if (code == 20) GTEST_SKIP() << "PID namespaces are not allowed here";
    EXPECT_EQ(code, 0);
    EXPECT_TRUE(is_whole(lease.body_path()));
}

TEST_F(StoreTest, CleanFromInsideALeasedProgramKeepsItsOwnEnvironment) {
    Store store = open();
    const Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    EXPECT_EQ(run_child([&] { return must(open().clean({})).kept.size() == 1 ? 0 : 1; }), 0);
    EXPECT_TRUE(is_whole(lease.body_path()));
}

}  // namespace
}  // namespace store::testing
