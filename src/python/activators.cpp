#include "python/activators.h"

#include "base/text.h"
#include "python/activator_templates.h"

#include <fmt/core.h>

namespace python {

namespace {

// 'it'\''s': POSIX shells, and csh with `!` escaped as well.
std::string quote_for_shell(std::string_view text) {
    return fmt::format("'{}'", base::replace_all(text, "'", "'\\''"));
}

std::string quote_for_csh(std::string_view text) {
    return base::replace_all(quote_for_shell(text), "!", "\\!");
}

// fish knows \\ and \' inside single quotes.
std::string quote_for_fish(std::string_view text) {
    const std::string escaped = base::replace_all(text, "\\", "\\\\");
    return fmt::format("'{}'", base::replace_all(escaped, "'", "\\'"));
}

// Doubled single quotes: PowerShell.
std::string quote_for_powershell(std::string_view text) {
    return fmt::format("'{}'", base::replace_all(text, "'", "''"));
}

// "a\"b": Python, xonsh and Nushell, as far as paths and prompts go.
std::string quote_for_python(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '\\' || c == '"') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

// Inside `set "NAME=..."` only quotes end the value, and % begins a variable.
std::string escape_for_batch(std::string_view text) {
    return base::replace_all(base::replace_all(text, "%", "%%"), "\"", "");
}

using Quote = std::string (*)(std::string_view);

// The two things that differ between shells, as expressions of theirs.
struct Dialect {
    std::string_view name;
    std::string_view text;
    Quote quote = nullptr;
    std::string_view assign_root;   // "{}" is the quoted root
    std::string_view locate;        // lines for relocatable environments
    std::string_view base_of_root;  // the name of the directory
};

constexpr std::string_view kRoot = "{}";

std::string fill(const Dialect& dialect, const ActivatorValues& values) {
    const bool is_fixed = values.portability == Portability::Fixed;
    const std::string locate =
        is_fixed ? base::replace_all(dialect.assign_root, kRoot, dialect.quote(values.root))
                 : std::string(dialect.locate);
    const std::string prompt =
        values.prompt.empty() ? std::string(dialect.base_of_root) : dialect.quote(values.prompt);
    // One pass, so that a value that looks like a mark stays as it is.
    std::string filled;
    std::string_view rest = dialect.text;
    while (true) {
        const std::size_t at = rest.find('@');
        filled += rest.substr(0, at);
        if (at == std::string_view::npos) return filled;
        rest.remove_prefix(at);
        if (rest.starts_with("@LOCATE@")) {
            filled += locate;
            rest.remove_prefix(8);
        } else if (rest.starts_with("@PROMPT@")) {
            filled += prompt;
            rest.remove_prefix(8);
        } else if (rest.starts_with("@SITE_PACKAGES@")) {
            filled += dialect.quote(values.site_packages);
            rest.remove_prefix(15);
        } else {
            filled += '@';
            rest.remove_prefix(1);
        }
    }
}

}  // namespace

std::vector<ActivatorFile> activators(const ActivatorValues& values) {
    const Dialect dialects[] = {
        {"activate",
         templates::kPosixShell,
         quote_for_shell,
         "VIRTUAL_ENV={}",
         templates::kPosixShellLocate,
         "\"${VIRTUAL_ENV##*/}\""},
        {"activate.fish",
         templates::kFish,
         quote_for_fish,
         "set -gx VIRTUAL_ENV {}",
         templates::kFishLocate,
         "(basename \"$VIRTUAL_ENV\")"},
        {"activate.csh",
         templates::kCsh,
         quote_for_csh,
         "setenv VIRTUAL_ENV {}",
         "",
         "\"$VIRTUAL_ENV:t:q\""},
        {"activate.nu",
         templates::kNushell,
         quote_for_python,
         "const virtual_root = {}",
         "const virtual_here = path self .\nconst virtual_root = ($virtual_here | path dirname)",
         "($environment | path basename)"},
        {"activate.ps1",
         templates::kPowerShell,
         quote_for_powershell,
         "$Env:VIRTUAL_ENV = {}",
         templates::kPowerShellLocate,
         "Split-Path -Leaf $Env:VIRTUAL_ENV"},
        {"activate.xsh",
         templates::kXonsh,
         quote_for_python,
         "$VIRTUAL_ENV = {}",
         templates::kXonshLocate,
         "_virtual_os.path.basename($VIRTUAL_ENV)"},
        {"activate.bat", templates::kBatch, escape_for_batch, "", "", ""},
        {"deactivate.bat", templates::kBatchDeactivate, escape_for_batch, "", "", ""},
        {"pydoc.bat", templates::kBatchPydoc, escape_for_batch, "", "", ""},
        {"activate_this.py", templates::kPython, quote_for_python, "", "", "os.path.basename(_root)"
        },
    };
    std::vector<ActivatorFile> files;
    for (const Dialect& dialect : dialects) {
        // csh cannot tell where the file it sources is.
        const bool is_impossible =
            dialect.name == "activate.csh" && values.portability == Portability::Relocatable;
        if (!is_impossible) files.push_back({dialect.name, fill(dialect, values)});
    }
    return files;
}

std::string_view distutils_guard() {
    return templates::kDistutilsGuard;
}

}  // namespace python
