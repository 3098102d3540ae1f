// Virtual environments that are there: recognising one, and knowing its interpreter without running
// it. An environment's Python is its base's Python under another prefix, so the facts of the base
// and pyvenv.cfg (PEP 405) say everything.
#pragma once

#include "python/interpreter.h"

#include <optional>
#include <string>
#include <string_view>

namespace python {

inline constexpr std::string_view kVenvConfig = "pyvenv.cfg";

// What of pyvenv.cfg matters here.
struct VenvConfig {
    std::string home;  // directory of the base's executable; empty if there is none
    std::string version_info;
    std::string creator_version;  // `uv`
};

std::optional<VenvConfig> read_venv_config(const std::string& root);

// The root of the environment that `executable` lies in: the parent of its directory, if there is a
// pyvenv.cfg in it.
std::optional<std::string> environment_root(std::string_view executable);

// bin/python or bin/python3 in an environment or an installation; nullopt if there is neither. A
// link that leads nowhere counts.
std::optional<std::string> executable_in(const std::string& root);

// The program in `config.home` that the environment's `executable` is a link to. nullopt if it is
// no link but a copy: then only running it can tell.
std::optional<std::string> base_of(const VenvConfig& config, const std::string& executable);

// The facts of an environment at `root`, started as `executable`, made from `base` (no environment
// itself).
Interpreter derive_environment(
    const Interpreter& base, const std::string& root, const std::string& executable
);

}  // namespace python
