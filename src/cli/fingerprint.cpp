#include "base/file.h"
#include "base/text.h"
#include "cli/settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cli {

namespace {

// Options that change appearance, or whose effect is part of the fingerprint by itself (the interpreter that --python
// leads to, the requirements themselves), or that ask for a new answer without changing the question.
constexpr std::array<std::string_view, 40> kLeftOut = {
    "--quiet",
    "--verbose",
    "--color",
    "--no-color",
    "--no-progress",
    "--show-resolution",
    "--env-file",
    "--no-env-file",
    "--directory",
    "--cache-dir",
    "--no-cache",
    "--offline",
    "--no-offline",
    "--refresh",
    "--no-refresh",
    "--refresh-package",
    "--upgrade",
    "--no-upgrade",
    "--upgrade-package",
    "--reinstall",
    "--no-reinstall",
    "--reinstall-package",
    "--python",
    "--with",
    "--with-requirements",
    "--from",
    "--isolated",
    "--module",
    "--script",
    "--gui-script",
    "--no-project",
    "--max-recursion-depth",
    "--preview",
    "--no-preview",
    "--preview-features",
    "--native-tls",
    "--no-native-tls",
    "--system-certs",
    "--no-system-certs",
    "--no-python-downloads",
};

bool looks_relative(const std::string& value) {
    if (value.starts_with('/') || value.contains("://")) return false;
    return value.starts_with('.') || value.contains('/') || value.ends_with(".whl") ||
           value.ends_with(".txt");
}

}  // namespace

std::string settings_fingerprint(const Inputs& inputs) {
    std::string text;
    bool by_directory = false;
    for (const GivenOption& option : inputs.invocation.given) {
        by_directory = by_directory || looks_relative(option.value);
        if (std::ranges::find(kLeftOut, option.spec->name) != kLeftOut.end()) continue;
        text += fmt::format("{}={}\n", option.spec->name, option.value);
    }
    // Relative paths mean something else elsewhere.
    if (by_directory) text += base::current_directory().value_or("") + "\n";
    text += inputs.settings.source_text;
    for (const std::string& entry : inputs.variables.environment().entries()) {
        const bool credentials =
            entry.starts_with("UV_INDEX_") || entry.starts_with("ADDER_INDEX_");
        const bool choice =
            entry.starts_with("ADDER_RECORD=") || entry.starts_with("ADDER_LEASE_HOOK=");
        if (credentials || choice) text += entry + "\n";
    }
    return text;
}

}  // namespace cli
