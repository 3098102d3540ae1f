// What `run` was asked to run (cache-and-run.md 4.2). Pure but for looking at files.
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace ops {

enum class TargetKind {
    None,           // nothing: list what could be run
    Script,         // a Python file
    StandardInput,  // `-`: the script is what arrives there
    Remote,         // http(s) URL of a script
    Module,         // -m
    Interpreter,    // `python`
    Package,        // a directory with a __main__.py
    Archive,        // a zip file with a __main__.py
    Command,        // anything else, found on the child's PATH
};

enum class TargetMode { Guess, Module, Script };

struct RunTarget {
    TargetKind kind = TargetKind::None;
    std::string what;                    // path, URL, module or command as written
    std::vector<std::string> arguments;  // for the program
};

base::Result<RunTarget> classify_target(const std::vector<std::string>& words, TargetMode mode);

// Whether a file is a zip archive with a __main__.py at its root.
bool is_zip_application(const std::string& path);

}  // namespace ops
