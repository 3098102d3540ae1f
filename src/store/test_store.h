// What the tests of the store share: a store in a directory of its own, bodies built in it, and children.
#pragma once

#include "base/file.h"
#include "base/temp_dir.h"
#include "store/clean.h"
#include "store/housekeeping.h"
#include "store/pause.h"
#include "store/store.h"
#include "store/sync_point.h"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace store::testing {

// The value of a result that must be there.
template <class T>
T must(base::Result<T> result) {
    if (!result) {
        ADD_FAILURE() << result.error().flat();
        ::abort();
    }
    return std::move(*result);
}

inline void must(const base::Result<void>& result) {
    ASSERT_TRUE(result) << result.error().flat();
}

inline std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) return names;
    for (const base::DirectoryEntry& entry : *entries)
        names.push_back(entry.name);
    return names;
}

// Fills a stage with two files, as small as a body can be that a program would notice losing.
inline void fill(const std::string& directory) {
    must(base::make_directory(directory + "/lib"));
    must(base::write_file(directory + "/lib/first", "1"));
    must(base::write_file(directory + "/lib/last", "2"));
}

inline bool is_whole(const std::string& body) {
    return base::exists(body + "/lib/first") && base::exists(body + "/lib/last");
}

inline BodyInfo info_of(BodyKind kind, std::string label) {
    return {
        .kind = kind,
        .label = std::move(label),
        .files = 2,
        .directories = 1,
        .bytes = 2,
        .own_bytes = 2
    };
}

// What every command does: lease, or build and publish.
inline base::Result<Lease> lease_or_build(
    Store& store, const std::string& key, const BodyInfo& info
) {
    if (std::optional<Lease> lease = TRY(store.lease(key))) return std::move(*lease);
    LeaseOrStage begun = TRY(store.begin(key));
    if (Lease* lease = std::get_if<Lease>(&begun)) return std::move(*lease);
    Stage& stage = std::get<Stage>(begun);
    fill(stage.path());
    return store.publish(std::move(stage), info);
}

inline Lease build(Store& store, const std::string& key, const BodyInfo& info) {
    return must(lease_or_build(store, key, info));
}

// Runs `work` in a child; the exit code, or minus the signal that ended it.
inline int run_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// A child that says when it is ready and lives until it is told to end.
class Companion {
  public:
    // `setup` runs in the child before it reports ready.
    explicit Companion(const std::function<void()>& setup) {
        int ready[2];
        int go[2];
        if (::pipe(ready) != 0 || ::pipe(go) != 0) ::abort();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ready[0]);
            ::close(go[1]);
            setup();
            char byte = 'r';
            static_cast<void>(!::write(ready[1], &byte, 1));
            static_cast<void>(!::read(go[0], &byte, 1));
            ::_exit(0);
        }
        ::close(ready[1]);
        ::close(go[0]);
        go_ = base::Fd(go[1]);
        char byte = 0;
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
    }

    ~Companion() { end(); }

    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    pid_t pid() const { return pid_; }

    void end() {
        if (pid_ <= 0) return;
        go_.reset();
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    void kill() {
        ::kill(pid_, SIGKILL);
        end();
    }

  private:
    pid_t pid_ = 0;
    base::Fd go_;
};

// Until it is true, which some other process must make it; the limit only ends a test that has failed.
inline bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000; ++i) {
        if (condition()) return true;
        pause_for_ms(5);
    }
    return false;
}

class StoreTest : public ::testing::Test {
  protected:
    void SetUp() override {
        // In memory if possible: what is tested is the order of steps, and every clean syncs a
        // directory. Not removed by TempDir, because detached children may still be at work at the
        // end.
        const std::string parent = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        directory_ = must(base::TempDir::create(parent, "adder-store-test-")).release();
        must(base::make_directory(directory_ + "/tmp", 0700));
    }

    void TearDown() override {
        eventually([&] { return base::remove_tree(directory_) && !base::exists(directory_); });
    }

    std::string root() const { return directory_ + "/cache"; }

    std::string temporary_directory() const { return directory_ + "/tmp"; }

    Layout layout() const { return {.root = root()}; }

    StoreOptions options() const {
        return {
            .root = root(),
            .temporary_directory = temporary_directory(),
            .builder_patience_ms = 20'000
        };
    }

    Store open() const { return must(Store::open(options())); }

    // Nothing is left but the frame: no body, stage, trash, payload or name.
    void expect_empty() const {
        EXPECT_TRUE(eventually([&] { return names_in(layout().trash()).empty(); }));
        for (const std::string& directory :
             {layout().names(),
              layout().bodies(),
              layout().payloads(),
              layout().stages(),
              layout().memos()}) {
            EXPECT_EQ(names_in(directory), std::vector<std::string>()) << directory;
        }
    }

    // The same after a clean; a child of a killed process may hold what it inherited for an instant longer.
    void expect_clean_empties() const {
        EXPECT_TRUE(eventually([&] { return must(open().clean({})).kept.empty(); }));
        expect_empty();
    }

    std::string directory_;
};

}  // namespace store::testing
