// The last step: this process becomes the program. What it needs is a path, its words, its
// variables, and the leases that must live as long as it does. There is no parent afterwards:
// signals and exit code are the program's own.
#pragma once

#include "base/process.h"
#include "base/result.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ops {

struct Launch {
    std::string program;            // a path
    std::vector<std::string> argv;  // with argv[0]
    base::Environment environment;
    std::string shown;                        // what error messages call it
    std::optional<std::uint64_t> open_files;  // UV_RUN_RLIMIT_NOFILE
};

// Puts `directories` in front of PATH, without repeating what is already in front.
void prepend_path(base::Environment& environment, const std::vector<std::string>& directories);

// Where a command is found with the child's own PATH. Kind NotFound, worded as a failed start, when
// it is not.
base::Result<std::string> find_command(
    const base::Environment& environment, const std::string& command
);

// Passes the leases on and replaces the process. Returns only the error that prevented it.
base::Error launch(Launch request, std::vector<store::Lease> leases);

}  // namespace ops
