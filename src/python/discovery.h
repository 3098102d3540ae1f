// Finding interpreters.
//
// The order is uv's: the environment that is active (VIRTUAL_ENV, then CONDA_PREFIX), a `.venv` in
// the working directory or above it, managed Pythons (newest first), the programs on PATH (first
// first). The first interpreter that satisfies the request is taken. An explicit path is looked at
// alone. Pre-releases, debug builds and other implementations than CPython are taken only when they
// are asked for; a pre-release also when nothing else is there.
//
// Interpreters are described by running them once (probe.h); answers and failures are remembered in
// `facts_directory` (facts.h). An interpreter that fails, hangs or is too old (before 3.6) is
// passed over.
//
// Functions here may be called from any thread; two processes may share a facts directory.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"
#include "python/request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace python {

// Managed Pythons are those in `managed_directory`, installed by uv or adder; all others are system
// Pythons.
enum class PythonPreference : std::uint8_t { OnlyManaged, Managed, System, OnlySystem };

enum class EnvironmentUse : std::uint8_t {
    Prefer,          // virtual environments first, then the system's
    Ignore,          // system interpreters only (`--system`, `venv`, `tool run`)
    Only,            // virtual environments only
    ExplicitSystem,  // virtual environments, and others only when an explicit path names one
};

struct DiscoveryOptions {
    std::string path;                        // PATH
    std::optional<std::string> search_path;  // UV_PYTHON_SEARCH_PATH: in place of PATH
    std::string virtual_env;                 // VIRTUAL_ENV, empty if unset
    std::string conda_prefix;                // CONDA_PREFIX
    std::string
        conda_default_env;  // CONDA_DEFAULT_ENV: a base environment counts as a system Python
    std::string working_directory;  // absolute
    std::string home;               // HOME: for `~` and pyenv's default root
    std::string managed_directory;  // UV_PYTHON_INSTALL_DIR or <data>/uv/python
    std::string pyenv_root;         // PYENV_ROOT, else empty: <home>/.pyenv
    std::string pyenv_version;      // PYENV_VERSION
    PythonPreference preference = PythonPreference::Managed;
    EnvironmentUse environments = EnvironmentUse::Prefer;
    // Where records of facts are kept; must exist. Empty: nothing is remembered.
    std::string facts_directory;
    // Forget what is remembered and look again (`--refresh`).
    bool refresh = false;
    std::int64_t probe_timeout_ms = 15'000;
};

enum class Source : std::uint8_t {
    ProvidedPath,
    ActiveEnvironment,
    CondaEnvironment,
    DiscoveredEnvironment,  // `.venv`
    Managed,
    SearchPath,
};

std::string_view text_of(Source source);  // "managed installations", "search path"

struct Found {
    Interpreter interpreter;
    Source source = Source::SearchPath;
    std::string path;  // by which it was found
    std::optional<std::string>
        symlink;  // what `path` points to, when it is a link: as readlink(2) gives it
};

// An executable that could not be used, for a warning.
struct Rejected {
    std::string path;
    Source source = Source::SearchPath;
    base::Error error;
};

// Errors: NotFound when nothing fits, with what was searched; for an explicit path also the reason
// why the interpreter cannot be used.
base::Result<Found> find(const PythonRequest& request, const DiscoveryOptions& options);
base::Result<Interpreter> find_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
);

struct Listing {
    std::vector<Found> found;  // newest version first; equal ones in the order of the search
    std::vector<Rejected> rejected;
};

// Every interpreter that satisfies the request, pre-releases included, by each path it can be
// reached by. `options.environments` says whether virtual environments are among them.
base::Result<Listing> list_interpreters(
    const PythonRequest& request, const DiscoveryOptions& options
);

// What `find_interpreter` answered for the same request and options last time, if nothing has
// changed that could make the answer another: for warm starts. A handful of system calls: one read
// of a record, a stamp for each directory of the search and for the interpreter. nullopt: ask
// find_interpreter.
std::optional<Interpreter> recall_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
);

// The interpreter of the virtual environment at `root`. Errors: NotFound if there is none.
base::Result<Interpreter> environment_interpreter(
    const std::string& root, const DiscoveryOptions& options
);

}  // namespace python
