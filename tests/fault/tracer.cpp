#include "tracer.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <fstream>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fault {
namespace {

constexpr unsigned kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                              PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
constexpr int kCallStop = SIGTRAP | 0x80;
constexpr std::size_t kLongestPath = 1024;
constexpr long kBreakpoint = 0xcc;

volatile sig_atomic_t g_is_late = 0;

std::string link_text(const std::string& path) {
    std::array<char, PATH_MAX> buffer;
    const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
}

std::string proc(pid_t pid, const std::string& name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

pid_t process_of(pid_t tid) {
    std::ifstream status(proc(tid, "status"));
    for (std::string word; status >> word;) {
        pid_t pid = 0;
        if (word == "Tgid:" && status >> pid) return pid;
    }
    return tid;
}

std::uint64_t entry_point_of(pid_t pid) {
    std::ifstream file(proc(pid, "auxv"), std::ios::binary);
    Elf64_auxv_t entry{};
    while (file.read(reinterpret_cast<char*>(&entry), sizeof entry))
        if (entry.a_type == AT_ENTRY) return entry.a_un.a_val;
    return 0;
}

// A C string of the other process, page by page: the next one may not be there.
std::string string_at(pid_t pid, std::uint64_t address) {
    constexpr std::uint64_t kPage = 4096;
    std::string text;
    while (address != 0 && text.size() < kLongestPath) {
        std::array<char, kPage> buffer;
        iovec here{buffer.data(), static_cast<std::size_t>(kPage - address % kPage)};
        iovec there{reinterpret_cast<void*>(address), here.iov_len};
        const ssize_t size = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
        if (size <= 0) break;
        const std::size_t length = ::strnlen(buffer.data(), static_cast<std::size_t>(size));
        text.append(buffer.data(), length);
        if (length < static_cast<std::size_t>(size)) break;
        address += static_cast<std::uint64_t>(size);
    }
    return text;
}

std::string text_of(pid_t tid, const Call& call) {
    std::string arguments;
    const auto add = [&](const std::string& argument) {
        if (!arguments.empty()) arguments += ", ";
        arguments += argument;
    };
    if (takes_descriptor(call)) {
        const std::string number = std::to_string(static_cast<int>(call.arguments[0]));
        add(number + "=" + link_text(proc(tid, "fd/" + number)));
    }
    for (unsigned index = 0; index < 6; ++index) {
        if ((path_arguments(call) >> index & 1U) == 0) continue;
        std::string path = string_at(tid, call.arguments[index]);
        // A path may be relative to the directory that the argument before it names.
        const int directory = index > 0 ? static_cast<int>(call.arguments[index - 1]) : AT_FDCWD;
        if (!path.starts_with('/') && directory != AT_FDCWD)
            path = link_text(proc(tid, "fd/" + std::to_string(directory))) + "/" + path;
        add(path);
    }
    return name_of(call) + "(" + arguments + ")";
}

[[noreturn]] void become(const std::vector<std::string>& command, int go) {
    char byte = 0;
    if (::read(go, &byte, 1) != 1) ::_exit(127);
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

void set_word(pid_t tid, std::size_t offset, std::int64_t value) {
    ::ptrace(PTRACE_POKEUSER, tid, offset, value);
}

}  // namespace

Tracer::Tracer(Options options) : options_(std::move(options)) {
    if (!options_.list.empty()) list_ = std::fopen(options_.list.c_str(), "we");
    is_counting_ = options_.from.empty();
}

Tracer::~Tracer() {
    if (list_ != nullptr) std::fclose(list_);
}

bool Tracer::run(Report& report) {
    if (!start()) return false;
    // Without SA_RESTART: the wait below ends.
    struct sigaction action{};
    action.sa_handler = [](int) { g_is_late = 1; };
    ::sigaction(SIGALRM, &action, nullptr);
    ::alarm(options_.timeout_s);
    follow();
    ::alarm(0);
    report = std::move(report_);
    return !program_.empty();
}

bool Tracer::start() {
    std::array<int, 2> go{};
    if (::pipe2(go.data(), O_CLOEXEC) != 0) return false;
    command_ = ::fork();
    if (command_ == 0) {
        ::close(go[1]);
        become(options_.command, go[0]);
    }
    ::close(go[0]);
    const bool is_traced = command_ > 0 && ::ptrace(PTRACE_SEIZE, command_, nullptr, kOptions) == 0;
    if (is_traced) {
        task_of(command_);
        static_cast<void>(::write(go[1], "g", 1) == 1);
    }
    ::close(go[1]);
    return is_traced;
}

void Tracer::follow() {
    for (;;) {
        int status = 0;
        const pid_t tid = ::waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR && g_is_late != 0) {
            report_.has_hung = true;
            kill_all();
            continue;
        }
        if (tid < 0 && errno == EINTR) continue;
        if (tid < 0) return;
        if (WIFSTOPPED(status)) {
            on_stop(tid, status);
        } else {
            on_end(tid, status);
        }
    }
}

Tracer::Task& Tracer::task_of(pid_t tid) {
    const auto [task, is_new] = tasks_.try_emplace(tid);
    if (!is_new) return task->second;
    const pid_t pid = process_of(tid);
    task->second.process = pid;
    const auto [process, is_first] = processes_.try_emplace(pid);
    if (is_first) {
        process->second.number = next_process_++;
        process->second.is_counted = link_text(proc(pid, "exe")) == program_;
    }
    return task->second;
}

void Tracer::on_end(pid_t tid, int status) {
    const auto process = processes_.find(tid);
    const bool was_counted = process != processes_.end() && process->second.is_counted;
    tasks_.erase(tid);
    if (tid == command_) {
        if (WIFEXITED(status)) report_.exit_code = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) report_.signal = WTERMSIG(status);
    }
    if (was_counted && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
        report_.crashes.push_back(
            "process " + std::to_string(process->second.number) + ": signal " +
            std::to_string(WTERMSIG(status))
        );
    }
    if (process != processes_.end()) processes_.erase(process);
}

void Tracer::on_stop(pid_t tid, int status) {
    task_of(tid);
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (report_.has_hung || (is_done_ && options_.action == Action::KillTree)) {
        ::kill(process_of(tid), SIGKILL);
        ::ptrace(PTRACE_CONT, tid, nullptr, 0);
        return;
    }
    if (signal == kCallStop) {
        on_call(tid);
        return resume(tid, 0);
    }
    if (event == PTRACE_EVENT_EXEC) on_exec(tid);
    // Stopped by a stop signal, and to stay so.
    if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        ::ptrace(PTRACE_LISTEN, tid, nullptr, nullptr);
        return;
    }
    if (event != 0) return resume(tid, 0);
    if (signal == SIGTRAP && on_entry_point(tid)) return resume(tid, 0);
    resume(tid, signal);
}

void Tracer::on_exec(pid_t tid) {
    Process& process = processes_[tid];
    const std::string program = link_text(proc(tid, "exe"));
    if (!program_.empty()) {
        process.is_counted = program == program_;
        return;
    }
    program_ = program;
    entry_ = entry_point_of(tid);
    entry_word_ = ::ptrace(PTRACE_PEEKTEXT, tid, entry_, nullptr);
    ::ptrace(PTRACE_POKETEXT, tid, entry_, (entry_word_ & ~0xffL) | kBreakpoint);
}

bool Tracer::on_entry_point(pid_t tid) {
    user_regs_struct registers{};
    if (entry_ == 0 || ::ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) return false;
    if (registers.rip != entry_ + 1) return false;
    ::ptrace(PTRACE_POKETEXT, tid, entry_, entry_word_);
    set_word(tid, offsetof(user_regs_struct, rip), static_cast<std::int64_t>(entry_));
    entry_ = 0;
    processes_[tid].is_counted = true;
    return true;
}

void Tracer::on_call(pid_t tid) {
    __ptrace_syscall_info info{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) <= 0) return;
    Task& task = task_of(tid);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && task.result_instead) {
        set_word(tid, offsetof(user_regs_struct, rax), *task.result_instead);
        task.result_instead.reset();
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    Call call{.number = static_cast<long>(info.entry.nr)};
    for (unsigned index = 0; index < 6; ++index)
        call.arguments[index] = info.entry.args[index];
    on_call_entered(tid, task, call);
}

void Tracer::on_call_entered(pid_t tid, Task& task, const Call& call) {
    if (is_done_ || !processes_[task.process].is_counted) return;
    if (!is_counting_) is_counting_ = text_of(tid, call).find(options_.from) != std::string::npos;
    if (!is_counting_) return;
    if (!options_.skip.empty() && text_of(tid, call).find(options_.skip) != std::string::npos)
        return;
    ++report_.calls;
    if (list_ != nullptr) {
        std::string errors;
        for (const int error : plausible_errors(call))
            errors += (errors.empty() ? "" : ",") + error_name(error);
        std::fprintf(
            list_,
            "%llu\t%d\t%s\t%s\t%s\n",
            static_cast<unsigned long long>(report_.calls),
            processes_[task.process].number,
            name_of(call).c_str(),
            errors.c_str(),
            text_of(tid, call).c_str()
        );
    }
    if (options_.action != Action::Count && report_.calls >= options_.at) strike(tid, task, call);
}

void Tracer::strike(pid_t tid, Task& task, const Call& call) {
    if (options_.action == Action::Fail) {
        bool can_fail = false;
        for (const int error : plausible_errors(call))
            can_fail = can_fail || error == options_.error;
        if (!can_fail) return;
        if (!is_done_although_it_fails(call))
            set_word(tid, offsetof(user_regs_struct, orig_rax), -1);
        task.result_instead = -options_.error;
    }
    report_.hit = Hit{report_.calls, processes_[task.process].number, text_of(tid, call)};
    is_done_ = true;
    // At this stop nothing of the call has been done, and the signal sees to it that nothing will.
    if (options_.action == Action::KillTree) kill_all();
    if (options_.action == Action::KillCaller) ::kill(task.process, SIGKILL);
}

void Tracer::resume(pid_t tid, int signal) {
    const auto task = tasks_.find(tid);
    // Until the entry point is reached there is nothing to count, and afterwards nothing in other programs.
    const bool stops =
        task != tasks_.end() && entry_ == 0 && !program_.empty() &&
        ((!is_done_ && processes_[task->second.process].is_counted) || task->second.result_instead);
    ::ptrace(stops ? PTRACE_SYSCALL : PTRACE_CONT, tid, nullptr, signal);
}

void Tracer::kill_all() {
    for (const auto& [pid, process] : processes_)
        ::kill(pid, SIGKILL);
}

}  // namespace fault
