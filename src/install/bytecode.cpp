#include "install/bytecode.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace install {

namespace {

// Runs in each worker. Its standard output is the protocol, so everything else that prints goes to
// standard error.
constexpr const char* kDriver = R"python(
import compileall, os, sys
answers = os.fdopen(os.dup(1), "wb", 0)
os.dup2(2, 1)
options = {}
if sys.argv[1]:
    import py_compile
    options["invalidation_mode"] = py_compile.PycInvalidationMode[sys.argv[1]]
answers.write(b"ready\n")
while True:
    line = sys.stdin.buffer.readline()
    if not line:
        break
    try:
        compileall.compile_file(os.fsdecode(line[:-1]), quiet=2, **options)
    except Exception:
        pass
    answers.write(line)
)python";

constexpr int kPollMs = 200;  // how long a Ctrl-C may go unnoticed
constexpr std::int64_t kNoDeadline = INT64_MAX;

std::int64_t now_ms() {
    return base::monotonic_ns() / 1'000'000;
}

// One Python process. Its standard input and output are one socket: a write to a dead one is an
// error, not a signal.
class Worker {
  public:
    static base::Result<Worker> start(const BytecodeOptions& options, std::string_view mode);

    Worker(Worker&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)),
          socket_(std::move(other.socket_)),
          expected_(std::move(other.expected_)),
          received_(std::move(other.received_)),
          deadline_(other.deadline_) {}

    Worker& operator=(Worker&&) = delete;

    ~Worker() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    int socket() const { return socket_.get(); }

    bool is_busy() const { return !expected_.empty(); }

    // Hands out one file. Requires !is_busy().
    base::Result<void> send(const std::string& path, std::int64_t deadline);
    // Reads what has arrived; afterwards !is_busy() if the answer is complete.
    base::Result<void> receive();
    base::Result<void> check_deadline() const;

  private:
    Worker(pid_t pid, base::Fd socket, std::int64_t deadline)
        : pid_(pid), socket_(std::move(socket)), expected_("ready\n"), deadline_(deadline) {}

    std::unexpected<base::Error> fail_ended() const;

    pid_t pid_;
    base::Fd socket_;
    std::string expected_;  // the answer that is due, or empty
    std::string received_;
    std::int64_t deadline_;
};

base::Result<Worker> Worker::start(const BytecodeOptions& options, std::string_view mode) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return base::fail_errno(errno, "failed to make a socket");
    }
    base::Fd ours(ends[0]);
    const base::Fd theirs(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<std::string, 6> words = {
        options.python, "-I", "-S", "-c", kDriver, std::string(mode)
    };
    std::array<char*, words.size() + 1> arguments{};
    std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
    pid_t pid = -1;
    const int error =
        ::posix_spawn(&pid, options.python.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return base::fail_errno(error, fmt::format("failed to start `{}`", options.python));
    const std::int64_t deadline =
        options.timeout_ms == 0 ? kNoDeadline : now_ms() + options.timeout_ms;
    return Worker(pid, std::move(ours), deadline);
}

std::unexpected<base::Error> Worker::fail_ended() const {
    std::string_view what = expected_;
    if (what.ends_with('\n')) what.remove_suffix(1);
    return base::fail(
        base::ErrorKind::Failed,
        fmt::format("the Python that compiles bytecode ended while it was to answer `{}`", what)
    );
}

base::Result<void> Worker::send(const std::string& path, std::int64_t deadline) {
    expected_ = path + "\n";
    received_.clear();
    deadline_ = deadline;
    std::string_view rest = expected_;
    while (!rest.empty()) {
        const ssize_t count = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_ended();
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

base::Result<void> Worker::receive() {
    std::array<char, 8192> buffer;
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    if (count <= 0) return fail_ended();
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    if (!expected_.starts_with(received_)) {
        return base::fail(
            base::ErrorKind::Failed, "the Python that compiles bytecode answered nonsense"
        );
    }
    if (received_.size() == expected_.size()) expected_.clear();
    return {};
}

base::Result<void> Worker::check_deadline() const {
    if (!is_busy() || now_ms() <= deadline_) return {};
    return base::fail(
        base::Error(
            base::ErrorKind::Failed,
            fmt::format("compiling bytecode took too long, at `{}`", base::trim(expected_))
        )
            .hint("`UV_COMPILE_BYTECODE_TIMEOUT` sets the seconds for one file; 0 means no limit")
    );
}

// Waits until some worker has something to say, and reads it.
base::Result<void> wait_for_answers(std::vector<Worker>& workers) {
    std::vector<pollfd> waiting;
    waiting.reserve(workers.size());
    for (const Worker& worker : workers) {
        // A negative descriptor is passed over by poll(2).
        waiting.push_back({worker.is_busy() ? worker.socket() : -1, POLLIN, 0});
    }
    const int count = ::poll(waiting.data(), waiting.size(), kPollMs);
    if (count < 0 && errno != EINTR) return base::fail_errno(errno, "failed to wait for Python");
    TRY(base::check_cancelled());
    for (std::size_t i = 0; i < workers.size(); ++i) {
        if (count > 0 && waiting[i].revents != 0) TRY(workers[i].receive());
        TRY(workers[i].check_deadline());
    }
    return {};
}

// The mode as Python spells it.
base::Result<std::string_view> invalidation_mode(std::string_view text) {
    constexpr std::array<std::string_view, 4> kModes = {
        "", "TIMESTAMP", "CHECKED_HASH", "UNCHECKED_HASH"
    };
    for (const std::string_view mode : kModes) {
        if (base::equals_ignoring_case(mode, text)) return mode;
    }
    return base::fail(
        base::Error(
            base::ErrorKind::Usage, fmt::format("`{}` is no way to keep bytecode up to date", text)
        )
            .hint("`PYC_INVALIDATION_MODE` may be TIMESTAMP, CHECKED_HASH or UNCHECKED_HASH")
    );
}

base::Result<void> collect_sources(
    const std::string& directory, std::vector<std::string>& sources
) {
    for (const base::DirectoryEntry& entry : TRY(base::list_directory(directory))) {
        const std::string path = base::join_path(directory, entry.name);
        if (entry.type == base::EntryType::Directory) {
            if (entry.name != "__pycache__") TRY(collect_sources(path, sources));
        } else if (entry.name.ends_with(".py")) {
            sources.push_back(path);
        }
    }
    return {};
}

}  // namespace

base::Result<BytecodeReport> compile_bytecode(
    std::span<const std::string> sources, const BytecodeOptions& options
) {
    const std::string_view mode = TRY(invalidation_mode(options.invalidation_mode));
    BytecodeReport report;
    if (sources.empty()) return report;
    const std::int64_t start = base::monotonic_ns();
    std::vector<Worker> workers;
    const std::size_t count = std::clamp<std::size_t>(options.workers, 1, sources.size());
    workers.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        workers.push_back(TRY(Worker::start(options, mode)));

    std::size_t next = 0;
    const auto is_anybody_busy = [&] { return std::ranges::any_of(workers, &Worker::is_busy); };
    while (next < sources.size() || is_anybody_busy()) {
        for (Worker& worker : workers) {
            if (worker.is_busy() || next == sources.size()) continue;
            const std::string& source = sources[next++];
            if (source.contains('\n')) continue;  // cannot be told in one line
            TRY(worker.send(
                source, options.timeout_ms == 0 ? kNoDeadline : now_ms() + options.timeout_ms
            ));
            ++report.files;
        }
        if (is_anybody_busy()) TRY(wait_for_answers(workers));
    }
    report.elapsed_ns = base::monotonic_ns() - start;
    return report;
}

base::Result<std::vector<std::string>> find_sources(const std::string& directory) {
    std::vector<std::string> sources;
    TRY(collect_sources(directory, sources));
    std::ranges::sort(sources);
    return sources;
}

}  // namespace install
