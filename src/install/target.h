// Where the files of wheels go: the directories of one environment, by wheel scheme.
//
// An environment may be under construction: it is written at one place (a stage of the store) and
// used at another (its final path). Everything here that names a directory is where to write;
// everything that ends up inside a file (the interpreter of a shebang) is the final path. RECORD
// holds only relative paths, so it does not care.
#pragma once

#include "python/interpreter.h"
#include "python/venv.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace install {

// The kinds of directories a wheel may ask for (binary distribution format, "The .data directory").
// The values are stored in link plans and must not change.
enum class Scheme : unsigned char { Purelib = 0, Platlib = 1, Scripts = 2, Headers = 3, Data = 4 };

inline constexpr std::size_t kSchemeCount = 5;

// The directory below `X.data` that stands for the scheme.
std::string_view name_of(Scheme scheme);

struct TargetLayout {
    std::string root;     // the prefix; scheme "data"
    std::string purelib;  // site-packages
    std::string platlib;  // mostly the same directory
    std::string scripts;  // bin
    std::string
        headers;  // include/site/pythonX.Y; each distribution has a directory of its name below it

    std::string python;              // the interpreter, as written into shebangs (final path)
    std::uint32_t python_minor = 0;  // of Python 3; for `pip3.N`
    // Relocatable: programs find the interpreter beside themselves.
    python::Portability portability = python::Portability::Fixed;

    const std::string& directory(Scheme scheme) const;
};

// The layout of a virtual environment. `final_root` is where it will be used: the root itself, or
// the path that a stage is renamed to.
TargetLayout target_of(
    const python::VenvLayout& environment,
    std::string_view final_root,
    python::Portability portability = python::Portability::Fixed
);
// The layout of an interpreter's own installation (or of the environment it belongs to).
TargetLayout target_of(const python::Interpreter& interpreter);

}  // namespace install
