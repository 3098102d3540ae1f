// The variables of the program that is started: env files, PATH, VIRTUAL_ENV and what tells it
// where it came from.
#pragma once

#include "base/process.h"
#include "base/result.h"
#include "ops/session.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ops {

struct ChildSettings {
    base::Environment inherited;         // this process's variables
    std::vector<std::string> env_files;  // later ones win; none beats `inherited`
    std::optional<std::uint64_t> open_files;
};

// The inherited variables plus those of the env files and $UV. A missing file is an error of kind
// Usage; a line that cannot be read is a warning.
base::Result<base::Environment> child_environment(
    const Session& session, const ChildSettings& settings
);

}  // namespace ops
