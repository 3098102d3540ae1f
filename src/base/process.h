// Starting programs. run_process waits and collects output (interpreter queries, build hooks); exec_program replaces
// this process and returns only when that failed.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace base {

// "NAME=value" strings, in order; the last of equal names wins.
class Environment {
  public:
    static Environment from_process();

    std::optional<std::string> find(const std::string& name) const;
    void set(const std::string& name, const std::string& value);
    void remove(const std::string& name);

    const std::vector<std::string>& entries() const { return entries_; }

  private:
    std::vector<std::string> entries_;
};

struct ProcessRequest {
    std::string program;                     // a path; PATH is not searched
    std::vector<std::string> arguments;      // without argv[0]
    std::optional<Environment> environment;  // this process's own when absent
    std::optional<std::string> directory;
    std::string input;  // written to standard input, which is closed afterwards
    std::int64_t timeout_ms = 60'000;
    std::uint64_t output_limit = 16U << 20U;  // of standard output and of standard error, each
};

struct ProcessOutput {
    int exit_code = 0;  // 128 + n when signal n ended it
    std::string output;
    std::string error;
};

Result<ProcessOutput> run_process(const ProcessRequest& request);

// Where `name` is found as execvp(3) would with the given PATH; a name with a slash is itself.
std::optional<std::string> find_program(const std::string& name, const std::string& path);

// execve(2). A script without "#!" is handed to /bin/sh as execvp(3) does. Returns the errno on failure.
int exec_program(
    const std::string& program, const std::vector<std::string>& argv, const Environment& environment
);

}  // namespace base
