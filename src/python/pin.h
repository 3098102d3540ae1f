// Version files: `.python-version` (one request) and `.python-versions` (one a line), as pyenv and
// uv write them.
#pragma once

#include "base/result.h"
#include "python/request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace python {

// Which of the two files wins in one directory.
enum class PinPreference : std::uint8_t { Version, Versions };

struct PinOptions {
    std::string directory;         // where the search begins; absolute
    std::string stop_at;           // the last directory searched; empty: up to the root
    std::string config_directory;  // <config>/uv, for the global pin; empty: there is none
    PinPreference preference = PinPreference::Version;
};

struct PinFile {
    std::string path;
    std::vector<PythonRequest> requests;  // in the order of the file; may be empty
    std::vector<std::string> ignored;     // lines that ask for nothing that can be had, as written

    // nullptr: the file asks for nothing. It hides files further up all the same.
    const PythonRequest* first() const { return requests.empty() ? nullptr : &requests.front(); }
};

// The text of a version file: one request a line; blank lines and lines that begin with `#` are
// skipped. Names of programs (pyenv's `system`, `3.12-dev`) are no requests here and ignored.
PinFile parse_pin_file(std::string_view text, std::string path);

// The nearest version file, upward from `directory`, then the global one. nullopt: none. Errors: a
// file that cannot be read.
base::Result<std::optional<PinFile>> find_pin(const PinOptions& options);
base::Result<std::optional<PinFile>> find_local_pin(const PinOptions& options);
base::Result<std::optional<PinFile>> find_global_pin(const PinOptions& options);

}  // namespace python
