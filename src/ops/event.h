// What happens during a command, as values. The work below emits events and knows nothing of
// streams; `cli` renders them (quiet, plain, with bars, JSON). Events may come from any thread, one
// at a time: a sink is not called twice at once by us.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace ops {

// A resolution ended (also one that was answered from memory).
struct Resolved {
    std::size_t packages = 0;
    std::int64_t nanoseconds = 0;
};

// Wheels were downloaded or unpacked.
struct Prepared {
    std::size_t packages = 0;
    std::int64_t nanoseconds = 0;
};

struct Installed {
    std::size_t packages = 0;
    std::int64_t nanoseconds = 0;
};

enum class ChangeKind { Added, Removed, Replaced };

struct Changed {
    ChangeKind kind = ChangeKind::Added;
    std::string name;
    std::string version;
    std::string source;  // "from <url>" packages; empty for those of an index
};

struct DownloadStarted {
    std::string name;
    std::uint64_t size = 0;  // 0: unknown
};

struct DownloadAdvanced {
    std::string name;
    std::uint64_t received = 0;
    std::uint64_t size = 0;
};

struct DownloadEnded {
    std::string name;
    std::uint64_t size = 0;
};

// A phase that may take a while begins: "Resolving dependencies...".
struct PhaseStarted {
    std::string text;
};

struct BytecodeCompiled {
    std::size_t files = 0;
    std::int64_t nanoseconds = 0;
};

struct InterpreterChosen {
    std::string implementation;  // "CPython"
    std::string version;
    std::string path;
    bool managed = false;
};

struct EnvironmentCreated {
    std::string path;
    bool seeded = false;
};

struct EnvironmentRemoved {
    std::string path;
};

struct Warned {
    std::string text;
};

// The answer is waiting for somebody: never silent.
struct Waiting {
    std::string text;
};

using Event = std::variant<
    Resolved,
    Prepared,
    Installed,
    Changed,
    DownloadStarted,
    DownloadAdvanced,
    DownloadEnded,
    PhaseStarted,
    BytecodeCompiled,
    InterpreterChosen,
    EnvironmentCreated,
    EnvironmentRemoved,
    Warned,
    Waiting>;

class EventSink {
  public:
    EventSink() = default;
    EventSink(const EventSink&) = delete;
    EventSink& operator=(const EventSink&) = delete;
    virtual ~EventSink() = default;

    virtual void handle(const Event& event) = 0;
};

}  // namespace ops
