// Tracer: runs a command, follows all its threads and children to their end, counts the system calls they enter, and at
// the chosen one kills or makes the call fail.
//
// Only processes that still run the command's own program are counted: what they start (an interpreter) is followed,
// so that it can be killed with the rest, and otherwise left alone. Counting begins at the program's entry point: what
// the dynamic loader does before is not the program's.
#pragma once

#include "call_table.h"

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fault {

enum class Action {
    Count,
    KillTree,    // SIGKILL for everything that the command started
    KillCaller,  // only for the process that makes the call
    Fail,        // the call is not made and gives `error`
};

struct Options {
    Action action = Action::Count;
    std::uint64_t at = 0;  // the first call is 1
    int error = 0;         // with Fail: goes to the first call from `at` on that can give it
    std::string from;      // counting begins at the first call whose text contains this
    std::string skip;      // calls whose text contains this are not counted
    std::string list;      // a file: one line for every call
    unsigned timeout_s = 120;
    std::vector<std::string> command;
};

struct Hit {
    std::uint64_t number = 0;
    int process = 0;   // in the order of their appearance; the command is 0
    std::string text;  // "rename(/a, /b)"
};

struct Report {
    std::uint64_t calls = 0;
    std::optional<Hit> hit;
    std::optional<int> exit_code;  // of the command itself
    int signal = 0;                // that ended the command itself
    bool has_hung = false;
    std::vector<std::string> crashes;  // counted processes that a signal of their own ended
};

class Tracer {
  public:
    explicit Tracer(Options options);
    ~Tracer();
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    // Once. False: the command could not be started.
    bool run(Report& report);

  private:
    struct Process {
        int number = 0;
        bool is_counted = true;
    };

    struct Task {
        pid_t process = 0;
        std::optional<int> result_instead;  // of the call the task is in
    };

    bool start();
    void follow();
    void on_end(pid_t tid, int status);
    void on_stop(pid_t tid, int status);
    void on_exec(pid_t tid);
    bool on_entry_point(pid_t tid);
    void on_call(pid_t tid);
    void on_call_entered(pid_t tid, Task& task, const Call& call);
    void strike(pid_t tid, Task& task, const Call& call);
    void resume(pid_t tid, int signal);
    void kill_all();
    Task& task_of(pid_t tid);

    Options options_;
    Report report_;
    std::map<pid_t, Task> tasks_;
    std::map<pid_t, Process> processes_;
    pid_t command_ = 0;
    std::string program_;      // what /proc/PID/exe says of the command
    std::uint64_t entry_ = 0;  // its entry point, while a breakpoint is there
    long entry_word_ = 0;      // what the breakpoint replaced
    int next_process_ = 0;
    bool is_counting_ = false;
    bool is_done_ = false;  // the strike was made: nothing more to stop for
    std::FILE* list_ = nullptr;
};

}  // namespace fault
