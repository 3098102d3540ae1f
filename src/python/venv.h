// Virtual environments (PEP 405): making one without starting Python.
//
// The layout and the keys of pyvenv.cfg are those of uv; the activation scripts are our own.
// Everything is written from facts about the base interpreter that are already known.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace python {

// Where the parts of an environment are. Absolute paths at the place where it is written.
struct VenvLayout {
    std::string root;
    std::string bin;      // scripts
    std::string python;   // bin/python
    std::string purelib;  // lib/python3.11/site-packages
    std::string platlib;  // mostly the same
    std::string include;  // include/site/python3.11
    std::string data;     // the root
    std::uint32_t python_minor = 0;
};

// Computed, not looked up: the environment need not exist.
VenvLayout venv_layout(const std::string& root, const Interpreter& base);

enum class Activators : std::uint8_t { All, None };
enum class SystemSitePackages : std::uint8_t { Hidden, Visible };
enum class Portability : std::uint8_t { Fixed, Relocatable };
// What may be at the path already. A file, or a directory that holds something else than an
// environment, is refused by all but `Keep` and `Fill`.
enum class ExistingPolicy : std::uint8_t {
    Refuse,  // nothing, or an empty directory
    Clear,   // an environment is emptied first
    Force,   // any directory is emptied first
    Keep,    // written over, other files stay (`--allow-existing`)
    Fill,    // a new empty directory of the caller's: not looked at (stages of the store)
};

struct VenvOptions {
    std::optional<std::string> prompt;  // "." must be resolved by the caller (prompt_from)
    SystemSitePackages system_site_packages = SystemSitePackages::Hidden;
    Portability portability = Portability::Fixed;
    Activators activators = Activators::All;
    ExistingPolicy existing = ExistingPolicy::Refuse;
    // Where the environment will be used, if not where it is written: goes into the scripts.
    std::string final_path;
    std::string creator_version;  // `uv = <this>` in pyvenv.cfg
    // Marks an environment whose packages are another's (`extends-environment`); empty: none.
    std::string extends_environment;
};

// What is at a path where an environment is wanted.
enum class VenvTarget : std::uint8_t {
    Missing,
    EmptyDirectory,
    Environment,
    OtherDirectory,
    OtherFile
};

base::Result<VenvTarget> look_at_venv_target(const std::string& path);

// Makes an environment at `path` (absolute or relative to the working directory) for `base`, whose
// own base is taken when it is a virtual environment itself. Errors (Usage): what `existing` does
// not allow; nothing was touched then.
base::Result<VenvLayout> create_venv(
    const std::string& path, const Interpreter& base, const VenvOptions& options
);

}  // namespace python
