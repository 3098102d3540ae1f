// From everything that was said - flags, variables, configuration files, a script's own table - to ops::Options. Flags
// win over variables, both over files.
#pragma once

#include "base/result.h"
#include "cli/configuration.h"
#include "cli/parser.h"
#include "cli/variables.h"
#include "ops/options.h"
#include "ops/run.h"

#include <string>

namespace cli {

struct Inputs {
    const Invocation& invocation;
    const Variables& variables;
    const project::Settings& settings;
};

base::Result<ops::Options> make_options(const Inputs& inputs);

// Everything that can change what gets installed, as one text: the options given (without those that only change
// appearance), the settings' texts and the variables that carry credentials of indexes.
std::string settings_fingerprint(const Inputs& inputs);

// --refresh, --upgrade and --reinstall ask for a new answer; the old one is replaced.
ops::MemoUse memo_use(const Invocation& invocation);
// Files named by --env-file, unless switched off, and what the program inherits.
ops::ChildSettings child_settings(const Invocation& invocation, const Variables& variables);

// The root of the persistent store: --cache-dir, the variables, the setting, $XDG_CACHE_HOME/adder, ~/.cache/adder.
std::string cache_root(const Inputs& inputs);
// Exit 2 when the directory we work in lies inside the store.
base::Result<void> check_outside_of_store(const std::string& directory, const std::string& root);

// Where managed Pythons are: UV_PYTHON_INSTALL_DIR, else `uv/python` in the data directory.
std::string managed_python_directory(const Variables& variables);

base::Result<std::string> own_executable();  // absolute path of this program

std::string version_text();  // "0.1.0"

}  // namespace cli
