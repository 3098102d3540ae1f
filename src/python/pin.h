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

enum class PinPreference : std::uint8_t {
    Version,
    Versions
};  // which of the two files wins in one directory

struct PinOptions {
    std::string directory;  // where the search begins; absolute
    // The last directory searched; empty: up to the root of the file system.
    std::string stop_at;
    std::string config_directory;  // <config>/uv, for the global pin; empty: none is looked for
    PinPreference preference = PinPreference::Version;
};

struct PinFile {
    std::string path;
    std::vector<PythonRequest> requests;  // in the order of the file, at least one

    const PythonRequest& first() const { return requests.front(); }
};

// The requests in the text of a version file: one a line, `#` begins a comment, blank lines are
// skipped. A line that is no version, implementation or key (pyenv's `system`, the name of an
// environment) is skipped with a trace.
std::vector<PythonRequest> parse_pin_file(std::string_view text);

// The nearest version file with a request, upward from `directory`, then the global one. nullopt:
// none.
base::Result<std::optional<PinFile>> find_pin(const PinOptions& options);
base::Result<std::optional<PinFile>> find_local_pin(const PinOptions& options);
base::Result<std::optional<PinFile>> find_global_pin(const PinOptions& options);

}  // namespace python
