// Finding interpreters.
//
// The order is uv's: the environment that is active (VIRTUAL_ENV, then CONDA_PREFIX), a `.venv` in
// the working directory or above it, managed Pythons (newest first), the programs on PATH (first
// first). The first interpreter that satisfies the request is taken. An explicit path is looked at
// alone. Pre-releases, debug builds and other implementations than CPython are passed over unless
// they are asked for; a pre-release is taken if nothing else is there.
//
// Interpreters are described by running them once (probe.h); answers and failures are remembered in
// `facts_directory` (facts.h), and so is the outcome of a search (recall_interpreter). One that
// fails, hangs or is older than 3.6 is passed over.
//
// These functions may be called from any thread; processes may share a facts directory.
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
// Pythons. Virtual environments are taken whatever they are made from.
enum class PythonPreference : std::uint8_t { OnlyManaged, Managed, System, OnlySystem };

enum class EnvironmentUse : std::uint8_t {
    Prefer,          // virtual environments first, then the others
    Ignore,          // no virtual environments (`--system`, `venv`, `tool run`)
    Only,            // nothing but virtual environments
    ExplicitSystem,  // others only when a path, a directory or a name says so
};

enum class MemoryUse : std::uint8_t {
    Trust,
    Renew,  // look at everything anew, and remember that (`--refresh`)
};

struct DiscoveryOptions {
    std::string path;                        // PATH
    std::optional<std::string> search_path;  // UV_PYTHON_SEARCH_PATH: in place of PATH
    std::string virtual_env;                 // VIRTUAL_ENV; empty: unset, as with all of these
    std::string conda_prefix;                // CONDA_PREFIX
    std::string conda_default_env;  // CONDA_DEFAULT_ENV: the base environment is a system Python
    std::string working_directory;  // absolute
    std::string home;               // HOME
    std::string managed_directory;  // UV_PYTHON_INSTALL_DIR, or <data>/uv/python
    std::string pyenv_root;         // PYENV_ROOT; unset: <home>/.pyenv
    std::string pyenv_version;      // PYENV_VERSION
    PythonPreference preference = PythonPreference::Managed;
    EnvironmentUse environments = EnvironmentUse::Prefer;
    // Where records are kept; must exist. Empty: nothing is remembered.
    std::string facts_directory;
    MemoryUse memory = MemoryUse::Trust;
    std::int64_t probe_timeout_ms = 15'000;
};

enum class Source : std::uint8_t {
    ProvidedPath,
    ActiveEnvironment,
    CondaEnvironment,
    DiscoveredEnvironment,  // `.venv`
    CondaBase,
    Managed,
    SearchPath,
};

// "managed installations", "search path"
std::string_view text_of(Source source);

struct Found {
    Interpreter interpreter;
    Source source = Source::SearchPath;
    std::string path;                    // by which it was found
    std::optional<std::string> symlink;  // what `path` links to, as it is written there
};

// An executable that cannot be used, for a warning.
struct Rejected {
    std::string path;
    Source source = Source::SearchPath;
    base::Error error;
};

// Errors: NotFound when nothing fits, with what was searched; if the interpreter that was asked for
// by path, or the active environment, cannot be used, the reason.
base::Result<Found> find(const PythonRequest& request, const DiscoveryOptions& options);
base::Result<Interpreter> find_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
);

struct Listing {
    // Newest version first; of one version managed ones first, then by path, last first (as uv).
    std::vector<Found> found;
    std::vector<Rejected> rejected;
};

// Every interpreter that satisfies the request, of whatever kind, by each path it can be reached by.
base::Result<Listing> list_interpreters(
    const PythonRequest& request, const DiscoveryOptions& options
);

// What `find_interpreter` answered to the same question last time, if nothing has changed that
// could make the answer another: for warm starts. It reads one record and stamps each directory of
// the search up to the answer, and the answer itself. nullopt: ask find_interpreter.
std::optional<Interpreter> recall_interpreter(
    const PythonRequest& request, const DiscoveryOptions& options
);

// The interpreter of the virtual environment at `root`. Errors: NotFound if there is none; others
// if it cannot be used.
base::Result<Interpreter> environment_interpreter(
    const std::string& root, const DiscoveryOptions& options
);

// Whether an interpreter is one of the managed ones, or an environment of one.
bool is_managed(const Interpreter& interpreter, const DiscoveryOptions& options);

}  // namespace python
