// Virtual environments (PEP 405): making one without starting Python.
//
// The layout and the keys of pyvenv.cfg are those of uv; the activation scripts are our own
// (activators.h). Everything is written from facts about the base that are already known.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace python {

// Where the parts of an environment are: absolute paths if `root` is.
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

// `None` leaves out what only people need: the activation scripts and the guard for distutils.
enum class Activators : std::uint8_t { All, None };
enum class SystemSitePackages : std::uint8_t { Hidden, Visible };
// Scripts of a relocatable environment find it by where they are themselves.
enum class Portability : std::uint8_t { Fixed, Relocatable };

// What is done about what is at the path already. A file is always refused.
enum class ExistingPolicy : std::uint8_t {
    Refuse,  // taken: nothing, or an empty directory
    Clear,   // an environment is emptied first; another directory is refused
    Force,   // any directory is emptied first
    Keep,    // written over; other files stay (`--allow-existing`)
    Fill,    // a new directory of the caller's, not looked at (stages of the store)
};

struct VenvOptions {
    // What shells show; unset: the name of the directory. See resolve_prompt for ".".
    std::optional<std::string> prompt = {};
    bool seeded = false;  // noted in pyvenv.cfg for others to see
    SystemSitePackages system_site_packages = SystemSitePackages::Hidden;
    Portability portability = Portability::Fixed;
    Activators activators = Activators::All;
    ExistingPolicy existing = ExistingPolicy::Refuse;
    // Where the environment will be used, if not where it is written: goes into the scripts.
    std::string final_path = {};
    std::string creator_version = {};  // `uv = <this>` in pyvenv.cfg
    // The environment whose packages are visible in this one (`extends-environment`); empty: none.
    std::string extends_environment = {};
};

// What is at a path where an environment is wanted.
enum class VenvTarget : std::uint8_t {
    Missing,
    EmptyDirectory,
    Environment,
    OtherDirectory,
    OtherFile,  // or a link that leads nowhere
};

base::Result<VenvTarget> look_at_venv_target(const std::string& path);

// `--prompt .` means the name of the working directory.
std::string resolve_prompt(std::string_view prompt, std::string_view working_directory);

// Makes an environment at `path` for `base`; if that is an environment itself, for the Python it
// was made from. Errors (Usage): what `existing` does not allow; nothing was touched then.
base::Result<VenvLayout> create_venv(
    const std::string& path, const Interpreter& base, const VenvOptions& options
);

}  // namespace python
