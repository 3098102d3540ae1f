// The scripts that make a shell use an environment, and those that leave it again. They are written
// for all shells, whatever the machine has: environments are shared.
//
// They agree with the scripts of Python's venv module in what people and tools rely on: the
// variables VIRTUAL_ENV, VIRTUAL_ENV_PROMPT, VIRTUAL_ENV_DISABLE_PROMPT and _OLD_VIRTUAL_*, the
// command `deactivate`, PYTHONHOME taken away.
#pragma once

#include "python/venv.h"

#include <string>
#include <string_view>
#include <vector>

namespace python {

struct ActivatorValues {
    std::string root;    // where the environment will be used
    std::string prompt;  // empty: the name of the directory, found by the script
    // site-packages, seen from the directory of the scripts: "../lib/python3.11/site-packages"
    std::string site_packages;
    Portability portability = Portability::Fixed;
};

struct ActivatorFile {
    std::string_view name;  // "activate.fish"
    std::string text;
};

std::vector<ActivatorFile> activators(const ActivatorValues& values);

// A start-up module that keeps distutils from installing out of the environment, for Pythons before
// 3.10, and the line that loads it.
inline constexpr std::string_view kDistutilsGuardName = "_virtualenv.py";
inline constexpr std::string_view kDistutilsGuardLoaderName = "_virtualenv.pth";
inline constexpr std::string_view kDistutilsGuardLoader = "import _virtualenv\n";
std::string_view distutils_guard();

}  // namespace python
