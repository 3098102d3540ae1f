// PythonRequest: what the user wants of a Python, parsed from `--python`, a `.python-version` file
// or a `requires-python` range. The spellings (those of uv's documentation, "Requesting a
// version"):
//
//     3, 3.12, 3.12.1, 3.13.0rc1     a version or the series it begins      3.13t, 3.13d, 3.13td
//     with a variant 312, 31210                     the same without
//     dots                  3.13+freethreaded      likewise
//     >=3.11,<3.13                   specifiers (PEP 440)                   >=3.13+freethreaded
//     with a variant cpython, pypy, cp, pp          an implementation cpython@3.12, pypy3.10,
//     cp312, pypy>=3.9 cpython-3.12.1-linux-x86_64-gnu    a key; any part may be `any`, later parts
//     may be left out
//     ./python, /usr/bin/python3     a file                                 /opt/python a directory
//     with one python3.12, mypython           the name of a program on PATH          any, default
//     all, and all usual ones
//
// What is none of the above is the name of a program. Parsing looks at the file system only to tell
// a file or a directory from a name.
#pragma once

#include "base/result.h"
#include "pep/specifiers.h"
#include "pep/version.h"
#include "python/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace python {

enum class Implementation : std::uint8_t { CPython, PyPy, GraalPy, Pyodide };

std::string_view name_of(Implementation implementation);  // "cpython"
// Long and short names ("cpython", "cp"), any case.
std::optional<Implementation> implementation_from_name(std::string_view name);

// Which builds satisfy a request. `Default` takes no debug build, and a free-threaded one only
// where that is no longer experimental (3.14 and later) and then only if nothing else fits.
enum class VariantRequest : std::uint8_t {
    Default,
    FreeThreaded,
    Debug,
    FreeThreadedDebug,
    Gil,
    GilDebug
};

struct VersionRequest {
    std::vector<std::uint64_t> release;  // 3.12 -> {3, 12}: the version begins with it; empty: any
    std::optional<pep::Version> prerelease;     // 3.13.0rc1: exactly this
    std::optional<pep::Specifiers> specifiers;  // a range
    VariantRequest variant = VariantRequest::Default;

    bool is_any() const { return release.empty() && !prerelease && !specifiers; }

    bool allows_prereleases() const;
    bool contains(const pep::Version& version) const;
    bool matches(const Interpreter& interpreter) const;
    std::string to_string() const;  // "3.13+freethreaded"; empty for any

    bool operator==(const VersionRequest&) const = default;
};

// One part of the platform a key names; empty: any.
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

    // Errors (Usage): a version with a variant that does not exist, a version in a key that is
    // none.
    static base::Result<PythonRequest> parse(std::string_view text);
    static PythonRequest from_specifiers(pep::Specifiers specifiers);

    Kind kind() const { return kind_; }

    const VersionRequest& version() const { return version_; }

    std::optional<Implementation> implementation() const { return implementation_; }

    const PlatformRequest& platform() const { return platform_; }

    const std::string& path() const {
        return path_;
    }  // of File, Directory, Name; "~" and relative paths as written

    // Whether it is a file, a directory or a name: the choice of one interpreter, not of a kind of
    // them. Such an interpreter may be of any implementation, variant and pre-release.
    bool is_explicit() const {
        return kind_ == Kind::File || kind_ == Kind::Directory || kind_ == Kind::Name;
    }

    // Whether an interpreter has the version, implementation, variant and platform asked for. True
    // for explicit requests, whose paths are compared by the search instead.
    bool matches(const Interpreter& interpreter) const;

    // Whether a request like `3.12` rules out every version of `range`.
    bool is_disjoint_from(const pep::Specifiers& range) const;

    // What identifies the request, for memory: equal texts are equal requests.
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
// `cpython@3.11`, `pypy3.10`: a Python is wanted, not a package. nullopt for everything else
// (`cp311`, `311` and `pythonx` are packages). Errors (Usage): `python@latest`, a bad version
// behind `@`.
base::Result<std::optional<PythonRequest>> parse_tool_python(std::string_view text);

}  // namespace python
