// Interpreter: what is known of one Python, as one value. It is what a probe prints (probe.h), what
// facts records hold (facts.h), and what a virtual environment inherits from its base
// (environment.h).
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

// The directories of one installation scheme (Python's sysconfig module). In `Interpreter::paths`
// they are absolute, in `Interpreter::venv_scheme` relative to the root of an environment.
struct SchemePaths {
    std::string purelib;
    std::string platlib;
    std::string scripts;
    std::string data;
    std::string include;  // where wheels' headers go, without the name of the distribution

    bool operator==(const SchemePaths&) const = default;
};

// How an interpreter was built, where that matters for choosing one.
enum class Variant : std::uint8_t { Default, FreeThreaded, Debug, FreeThreadedDebug };

struct Interpreter {
    std::string executable;           // sys.executable
    std::string base_executable;      // of the Python behind an environment; else `executable`
    std::string prefix;               // sys.prefix
    std::string base_prefix;          // sys.base_prefix; differs in virtual environments
    pep::Version version;             // 3.13.0rc1
    std::string implementation_name;  // sys.implementation.name: "cpython"
    pep::MarkerEnvironment markers;
    pep::TagInputs tags;
    SchemePaths paths;
    SchemePaths venv_scheme;    // "lib/python3.11/site-packages", "bin", "", ...
    std::string stdlib;         // the directory of the standard library
    bool gil_disabled = false;  // free-threaded (PEP 703)
    bool debug = false;         // Py_DEBUG
    std::uint32_t pointer_size = 8;
    // PEP 668: present when packages may not be installed here. The text is for the user, and empty
    // if the marker file has none.
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
    // nullopt: not what `encode` wrote.
    static std::optional<Interpreter> decode(base::RecordReader& reader);

    bool operator==(const Interpreter&) const = default;
};

// "default", "freethreaded", "debug", "freethreaded+debug"
std::string_view text_of(Variant variant);
// For people: "CPython", "PyPy"; an implementation we do not know is shown as it calls itself.
std::string implementation_title(const Interpreter& interpreter);
// "cpython-3.13.0+freethreaded-linux-x86_64-gnu"
std::string installation_key(const Interpreter& interpreter);

}  // namespace python
