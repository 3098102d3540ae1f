// Interpreter: what is known of one Python, as one value. It is what a probe (probe.h) prints, what
// facts records hold (facts.h), and what a virtual environment inherits from its base
// (venv_config.h).
//
// Paths are absolute and as the interpreter itself gives them: links are not resolved, but for
// `stamp`.
#pragma once

#include "base/file.h"
#include "base/record.h"
#include "pep/marker_environment.h"
#include "pep/tags.h"
#include "pep/version.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace python {

// The directories of one installation scheme (the sysconfig module). In `Interpreter::paths` they
// are absolute; in `Interpreter::venv_scheme` they are relative to the root of an environment.
struct SchemePaths {
    std::string purelib;
    std::string platlib;
    std::string scripts;
    std::string data;
    std::string include;  // where a wheel's headers go, without the name of the distribution

    bool operator==(const SchemePaths&) const = default;
};

// How an interpreter was built, where that matters for choosing one.
enum class Variant : std::uint8_t { Default, FreeThreaded, Debug, FreeThreadedDebug };

struct Interpreter {
    std::string executable;  // sys.executable, or the path it was found by when it has none
    std::string
        base_executable;      // of the Python an environment was made from; `executable` for others
    std::string prefix;       // sys.prefix
    std::string base_prefix;  // sys.base_prefix; differs from `prefix` in virtual environments
    pep::Version version;     // 3.13.0rc1
    std::string implementation_name;  // sys.implementation.name: "cpython"
    pep::MarkerEnvironment markers;
    pep::TagInputs tags;
    SchemePaths paths;
    SchemePaths
        venv_scheme;     // "lib/python3.11/site-packages", "bin", "", "include/site/python3.11"
    std::string stdlib;  // directory of the standard library
    bool gil_disabled = false;  // free-threaded (PEP 703)
    bool debug = false;         // Py_DEBUG
    std::uint32_t pointer_size = 8;
    // PEP 668: present when packages may not be installed here; the text is the one for the user,
    // empty if the marker file gives none.
    std::optional<std::string> externally_managed;
    // As in keys: "linux", "x86_64", "gnu".
    std::string os;
    std::string arch;
    std::string libc;
    base::FileStamp stamp;  // of the file behind `executable`, links followed

    bool is_virtual() const { return prefix != base_prefix; }

    Variant variant() const;

    std::uint32_t major() const { return tags.python_major; }

    std::uint32_t minor() const { return tags.python_minor; }

    std::uint32_t patch() const;

    void encode(base::RecordWriter& writer) const;
    // What was not written by `encode` yields an object of no use; ask `reader.complete()` or
    // `good()`.
    static Interpreter decode(base::RecordReader& reader);

    bool operator==(const Interpreter&) const = default;
};

std::string_view text_of(Variant variant
);  // "default", "freethreaded", "debug", "freethreaded+debug"

// For people: "CPython", "PyPy", "GraalPy"; another implementation is shown as it calls itself.
std::string implementation_title(const Interpreter& interpreter);
// "cpython-3.13.0+freethreaded-linux-x86_64-gnu"
std::string installation_key(const Interpreter& interpreter);

}  // namespace python
