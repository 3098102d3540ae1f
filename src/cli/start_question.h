// The question of a start that is remembered as a whole (ops/start.h), and where its answer comes from: all words and
// variables that take part, and all places where configuration and version files are looked for.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "ops/start.h"

#include <optional>
#include <string>
#include <vector>

namespace cli {

// `subject`: what is started, as far as the options do not say it (a script's path and block, a tool's name).
// `directory`: where we work. nullopt: such a start leaves no record (`--no-cache`).
base::Result<std::optional<ops::StartQuestion>> start_question(
    const Context& context, const std::string& directory, const std::string& subject
);

// Where configuration and version files are looked for: upward from each of `directories` (none for what the
// surroundings must not change), then the user's place.
std::vector<std::string> start_directories(
    const Context& context, const std::vector<std::string>& directories
);

}  // namespace cli
