// Programs that a base Python or environment has, made ready to run under another Python: with
// `run --with X pytest`, a `pytest` that is installed in the base must see X, so it has to be
// started by the environment that has both (cache-and-run.md 4.7).
#pragma once

#include "python/interpreter.h"

#include <string>
#include <string_view>
#include <vector>

namespace ops {

struct BaseProgram {
    std::string name;
    std::string text;  // without the lines that choose the interpreter
};

// Every script beside `interpreter` that a Python of that directory runs, sorted by name. What is no
// such script, or cannot be read, is left out.
std::vector<BaseProgram> base_programs(const python::Interpreter& interpreter);

// What follows the lines of `script` that start a Python of the directory `bin`: "#!bin/python3", or
// a detour over /bin/sh. Empty for other scripts.
std::string_view behind_shebang(std::string_view script, std::string_view bin);

}  // namespace ops
