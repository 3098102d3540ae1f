// What `run` and `tool run` share at both ends: a start that is remembered as a whole (ops/start.h), whose question is
// made of all words and variables that take part and of all places where configuration and version files are looked
// for; and the last step, in which this process becomes the program.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "cli/reporter.h"
#include "ops/options.h"
#include "ops/run.h"
#include "ops/session.h"
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

// The options of a session for a start that was remembered: nothing is asked of it but the path of this program.
base::Result<ops::Options> options_of_remembered();

// Remembers the answer, unless configuration chose another store than the question asks. `directories`: from where
// configuration and version files were looked for, upward; none for what the surroundings must not change.
base::Result<void> remember_start(
    const Context& context,
    ops::Session& session,
    const ops::StartQuestion& question,
    const ops::StartAnswer& answer,
    const std::vector<std::string>& directories
);

// Returns only the error that prevented it.
base::Error become_program(Reporter& reporter, ops::Session& session, ops::ReadyLaunch ready);

}  // namespace cli
