// PythonRequest: what the user wants of a Python, parsed from `--python`, a `.python-version` file
// or a `requires-python` range. The spellings are those of uv's documentation:
//
//   3, 3.12, 3.12.1, 3.13.0rc1    a version, or the series it begins; also without dots: 312
//   3.13t, 3.13+freethreaded      with a variant: t, d, td, +debug, +gil, ...
//   >=3.11,<3.13                  specifiers (PEP 440), with or without a variant
//   cpython, pypy, cp, pp         an implementation, and with a version: cpython@3.12, pp310
//   cpython-3.12.1-linux-x86_64-gnu   a key: any part may be `any` or be left out
//   ./python, /opt/python         a file, or a directory with a Python in it
//   mypython                      the name of a program on PATH: whatever is none of the above
//   any, default                  all Pythons, and all usual ones
//
// Parsing looks at the file system only to tell a file or a directory from a name.
#pragma once

#include "base/result.h"
#include "pep/specifiers.h"
#include "python/implementation.h"
#include "python/interpreter.h"
#include "python/version_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace python {

// The platform part of a key; empty fields: any.
struct PlatformRequest {
    std::string os;
    std::string arch;
    std::string libc;

    bool operator==(const PlatformRequest&) const = default;
};

class PythonRequest {
  public:
    enum class Kind : std::uint8_t {
        Default,    // any usual Python: CPython, no pre-release, no debug build
        Any,        // literally any
        Versioned,  // version, implementation and platform, each optional
        File,
        Directory,
        Name,
    };

    PythonRequest() = default;  // Default

    // Errors (Usage): a version of Python that is not supported.
    static base::Result<PythonRequest> parse(std::string_view text);
    static PythonRequest from_specifiers(pep::Specifiers specifiers);

    Kind kind() const { return kind_; }

    const VersionRequest& version() const { return version_; }

    std::optional<Implementation> implementation() const { return implementation_; }

    const PlatformRequest& platform() const { return platform_; }

    // Of File, Directory and Name, as written.
    const std::string& path() const { return path_; }

    // Whether one interpreter is meant and not a kind of them: a file, a directory or a name. It
    // may be of any implementation, variant and version.
    bool is_explicit() const { return kind_ >= Kind::File; }

    // Whether an interpreter has the version, implementation, variant and platform asked for. True
    // for explicit requests, whose paths are the search's business.
    bool matches(const Interpreter& interpreter) const;

    // Whether no version that a request like `3.12` names lies in `range`.
    bool is_disjoint_from(const pep::Specifiers& range) const;

    // The normal spelling: equal texts are equal requests, and it parses to the same request.
    std::string canonical() const;
    // For messages: "Python 3.12", "PyPy 3.10", "executable name `foo`", "path `./x`".
    std::string describe() const;

    bool operator==(const PythonRequest&) const = default;

  private:
    friend class RequestParser;

    Kind kind_ = Kind::Default;
    VersionRequest version_;
    std::optional<Implementation> implementation_;
    PlatformRequest platform_;
    std::string path_;
};

// For the first word of `tool run`: `python`, `python3.11`, `python311`, `python@3.11`,
// `cpython@3.11` and `pypy3.10` ask for a Python, not for a package. nullopt for everything else
// (`cp311`, `311` and `pythonx` are packages). Errors (Usage): `python@latest`, a bad version
// behind `@`.
base::Result<std::optional<PythonRequest>> parse_tool_python(std::string_view text);

}  // namespace python
