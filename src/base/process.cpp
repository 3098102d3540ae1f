#include "base/process.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace base {

namespace {

std::vector<char*> to_argv(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& text : strings)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

struct Pipe {
    Fd read;
    Fd write;
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "failed to create a pipe");
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// The three streams of a child, seen from here.
struct Streams {
    Fd input;
    Fd output;
    Fd error;
};

Result<pid_t> spawn(const ProcessRequest& request, Streams& streams) {
    Pipe input = TRY(make_pipe());
    Pipe output = TRY(make_pipe());
    Pipe error = TRY(make_pipe());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.read.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output.write.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, error.write.get(), 2);
    if (request.directory)
        posix_spawn_file_actions_addchdir_np(&actions, request.directory->c_str());
    std::vector<std::string> words = {request.program};
    words.insert(words.end(), request.arguments.begin(), request.arguments.end());
    const std::vector<char*> argv = to_argv(words);
    const std::vector<char*> environment =
        request.environment ? to_argv(request.environment->entries()) : std::vector<char*>();
    pid_t child = 0;
    const int failure = ::posix_spawn(
        &child,
        request.program.c_str(),
        &actions,
        nullptr,
        argv.data(),
        request.environment ? environment.data() : environ
    );
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0)
        return fail_errno(failure, fmt::format("failed to start `{}`", request.program));
    streams = {std::move(input.write), std::move(output.read), std::move(error.read)};
    return child;
}

// One read into `text`; closes the stream at its end. False when the limit is passed.
Result<bool> collect(Fd& stream, std::string& text, std::uint64_t limit) {
    char buffer[65536];
    const ssize_t count = ::read(stream.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return true;
    // Half an answer must not pass for a whole one.
    if (count < 0) return fail_errno(errno, "failed to read what it prints");
    if (count == 0) {
        stream.reset();
        return true;
    }
    text.append(buffer, static_cast<std::size_t>(count));
    return text.size() <= limit;
}

void feed(Fd& stream, std::string_view& rest) {
    const ssize_t count = rest.empty() ? 0 : ::write(stream.get(), rest.data(), rest.size());
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
    if (rest.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) stream.reset();
}

Result<void> exchange(const ProcessRequest& request, Streams& streams, ProcessOutput& result) {
    const std::int64_t deadline = monotonic_ns() + request.timeout_ms * 1'000'000;
    std::string_view rest = request.input;
    ::fcntl(streams.input.get(), F_SETFL, O_NONBLOCK);
    if (rest.empty()) streams.input.reset();
    while (streams.output || streams.error) {
        TRY(check_cancelled());
        const std::int64_t left_ms = (deadline - monotonic_ns()) / 1'000'000;
        if (left_ms <= 0) {
            return fail(
                ErrorKind::Io,
                fmt::format(
                    "`{}` gave no answer within {} seconds",
                    request.program,
                    request.timeout_ms / 1000
                )
            );
        }
        pollfd waits[3] = {
            {streams.input.get(), POLLOUT, 0},
            {streams.output.get(), POLLIN, 0},
            {streams.error.get(), POLLIN, 0},
        };
        if (::poll(waits, 3, static_cast<int>(std::min<std::int64_t>(left_ms, 200))) < 0) continue;
        if (waits[0].revents != 0) feed(streams.input, rest);
        bool within = true;
        if (waits[1].revents != 0)
            within = TRY(collect(streams.output, result.output, request.output_limit));
        if (waits[2].revents != 0)
            within = TRY(collect(streams.error, result.error, request.output_limit)) && within;
        if (!within)
            return fail(ErrorKind::Io, fmt::format("`{}` printed too much", request.program));
    }
    return {};
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Environment Environment::from_process() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        environment.entries_.emplace_back(*entry);
    return environment;
}

std::optional<std::string> Environment::find(const std::string& name) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (entry->size() > name.size() && entry->starts_with(name) &&
            (*entry)[name.size()] == '=') {
            return entry->substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

void Environment::set(const std::string& name, const std::string& value) {
    remove(name);
    entries_.push_back(name + "=" + value);
}

void Environment::remove(const std::string& name) {
    std::erase_if(entries_, [&](const std::string& entry) {
        return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
    });
}

Result<ProcessOutput> run_process(const ProcessRequest& request) {
    Streams streams;
    const pid_t child = TRY(spawn(request, streams));
    ProcessOutput result;
    const Result<void> exchanged = exchange(request, streams, result);
    if (!exchanged) ::kill(child, SIGKILL);
    result.exit_code = wait_for(child);
    if (!exchanged) return fail(exchanged.error());
    return result;
}

std::optional<std::string> find_program(const std::string& name, const std::string& path) {
    if (name.empty()) return std::nullopt;
    if (name.find('/') != std::string::npos) return name;
    for (const std::string_view directory : split(path, ':')) {
        std::string candidate = join_path(directory.empty() ? "." : directory, name);
        if (is_executable_file(candidate)) return candidate;
    }
    return std::nullopt;
}

int exec_program(
    const std::string& program, const std::vector<std::string>& argv, const Environment& environment
) {
    const std::vector<char*> arguments = to_argv(argv);
    const std::vector<char*> variables = to_argv(environment.entries());
    ::execve(program.c_str(), arguments.data(), variables.data());
    const int failure = errno;
    if (failure != ENOEXEC) return failure;
    std::vector<std::string> words = {"sh", program};
    if (argv.size() > 1) words.insert(words.end(), argv.begin() + 1, argv.end());
    ::execve("/bin/sh", to_argv(words).data(), variables.data());
    return errno;
}

}  // namespace base
