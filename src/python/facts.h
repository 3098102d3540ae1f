// Facts: the memory of interpreters. One file in a directory of the caller's holds, for every
// executable that was ever looked at, its stamp and what it answered or how it failed; an
// interpreter is run only when its file is new or has changed. So a second search starts no
// process, not even past a directory of broken programs.
//
//   - Answers last as long as the file. Failures are forgotten after a day: the reason may have
//     been elsewhere. Those of the machine (no memory, no processes) are not kept.
//   - A script may choose another interpreter in another directory (asdf, mise), so what it said is
//     kept together with the state such tools decide by.
//   - Environments and links are derived from their targets' facts, not run (environment.h).
//   - Everything is forgotten when the kernel or the C library is another: markers and tags depend
//     on them.
//
// Not thread-safe; processes may share a directory, the last to save wins where both have news.
#pragma once

#include "base/result.h"
#include "python/discovery.h"
#include "python/interpreter.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace python {

class Facts {
  public:
    // `options` must outlive the object.
    explicit Facts(const DiscoveryOptions& options);

    // What is known of the executable at an absolute path; runs it when nothing is. Errors: see
    // probe_interpreter.
    base::Result<Interpreter> of(const std::string& executable);

    // Writes what is new. Failing to is no error: the next search asks again.
    void save();

    // Whether an answer was a script's, which may be another in another directory.
    bool asked_selector() const { return selector_.has_value(); }

    // Whether an interpreter could not be asked for a reason that may be over next time: who passed over it for that
    // must not remember where that led.
    bool met_passing_failure() const { return met_passing_failure_; }

    // How many interpreters were run.
    std::size_t probes() const { return probes_; }

  private:
    struct Memory {
        base::FileStamp stamp;
        std::string selector;         // of scripts: the state that was decided by
        std::int64_t expires_ns = 0;  // 0: never
        bool is_failure = false;
        std::string payload;  // an encoded Interpreter or Error
    };

    using Memories = std::unordered_map<std::string, std::vector<Memory>>;

    void load();
    static Memories read_file(const std::string& path);
    const Memory* recall(const std::string& executable, const base::FileStamp& stamp);
    base::Result<Interpreter> investigate(
        const std::string& executable, const base::FileStamp& stamp
    );
    base::Result<Interpreter> of_environment(
        const std::string& root, const std::string& executable
    );
    std::optional<base::Result<Interpreter>> of_link(const std::string& executable);
    std::optional<std::string> root_of(const std::string& executable);
    void remember(
        const std::string& executable, Memory memory, const base::Result<Interpreter>& answer
    );
    const std::string& selector();

    const DiscoveryOptions& options_;
    std::string file_;
    Memories memories_;
    std::map<std::string, std::optional<std::string>> roots_;  // by directory of executables
    std::optional<std::string> selector_;
    bool is_loaded_ = false;
    bool is_changed_ = false;
    int depth_ = 0;
    bool met_passing_failure_ = false;
    std::size_t probes_ = 0;
};

// The machine as far as facts depend on it: kernel release and version, C library.
std::string host_identity();

}  // namespace python
