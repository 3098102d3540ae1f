#include "cli/start_question.h"

#include "base/clock.h"
#include "base/file.h"
#include "cli/configuration.h"
#include "cli/settings.h"
#include "generated/version.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cli {

namespace {

using base::Result;

// Variables that choose an interpreter, an environment or a directory. Those of our own prefixes all count.
constexpr std::array<std::string_view, 13> kVariables = {
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "HOME",
    "PATH",
    "PYC_INVALIDATION_MODE",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "VIRTUAL_ENV",
    "XDG_BIN_HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
};
// What a parent tells its child, of no account here.
constexpr std::array<std::string_view, 2> kHandedDown = {"UV_RUN_RECURSION_DEPTH", "ADDER_LEASE"};

bool takes_part(std::string_view entry) {
    const std::string_view name = entry.substr(0, entry.find('='));
    if (std::ranges::find(kHandedDown, name) != kHandedDown.end()) return false;
    if (name.starts_with("ADDER_TEST_")) return false;
    return name.starts_with("UV_") || name.starts_with("ADDER_") ||
           std::ranges::find(kVariables, name) != kVariables.end();
}

void add_upward(std::string directory, std::vector<std::string>& directories) {
    for (;;) {
        if (std::ranges::find(directories, directory) != directories.end()) return;
        directories.push_back(directory);
        if (directory == "/" || directory.empty()) return;
        directory = std::string(base::parent_path(directory));
    }
}

}  // namespace

Result<std::optional<ops::StartQuestion>> start_question(
    const Context& context, const std::string& directory, const std::string& subject
) {
    const Invocation& invocation = context.invocation;
    if (invocation.flag("--no-cache")) return std::nullopt;
    ops::StartQuestion question;
    question.asked_ns = base::wall_clock_ns();
    const project::Settings nothing;
    const Inputs inputs{invocation, context.variables, nothing};
    question.store.root = TRY(base::absolute_path(cache_root(inputs)));
    question.files = system_configuration_files(context.variables);
    if (const auto named = named_configuration_file(invocation, context.variables))
        question.files.push_back(*named);
    std::string& text = question.text;
    text = fmt::format(
        "{} {}\n{} {}\n{}\n{}\n",
        ADDER_VERSION,
        ADDER_COMMIT,
        invocation.program,
        invocation.command->path,
        directory,
        subject
    );
    for (const GivenOption& option : invocation.given)
        text += fmt::format("{}={}\n", option.spec->name, option.value);
    for (const std::string& entry : context.variables.environment().entries()) {
        if (takes_part(entry)) text += entry + "\n";
    }
    return question;
}

Result<ops::Options> options_of_remembered() {
    ops::Options options;
    options.executable = TRY(own_executable());
    return options;
}

Result<void> remember_start(
    const Context& context,
    ops::Session& session,
    const ops::StartQuestion& question,
    const ops::StartAnswer& answer,
    const std::vector<std::string>& directories
) {
    const store::StoreOptions& store = session.options().store;
    if (store.root != question.store.root || store.mode != question.store.mode) return {};
    std::vector<std::string> looked_through;
    for (const std::string& directory : directories)
        add_upward(directory, looked_through);
    if (const auto user = user_configuration_directory(context.variables))
        looked_through.push_back(*user);
    return ops::remember_start(*TRY(session.store()), question, looked_through, answer);
}

base::Error become_program(Reporter& reporter, ops::Session& session, ops::ReadyLaunch ready) {
    reporter.finish();
    session.disconnect();
    return ops::launch(std::move(ready.launch), std::move(ready.leases));
}

}  // namespace cli
