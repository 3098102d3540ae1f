#include "base/check.h"
#include "cli/options_commands.h"
#include "cli/options_shared.h"

namespace cli {

namespace {

constexpr OptionGroup kGlobalGroups[] = {
    {"Cache options", kCacheOptions},
    {"Python options", kPythonOptions},
    {"Global options", kGlobalOptions},
};

constexpr OptionGroup kRunGroups[] = {
    {"Options", kRunOptions},
    {"Index options", kIndexOptions},
    {"Resolver options", kResolverOptions},
    {"Installer options", kInstallerOptions},
    {"Build options", kBuildOptions},
    {"Cache options", kRefreshOptions},
    {"Python options", kPythonChoice},
};

constexpr OptionGroup kToolRunGroups[] = {
    {"Options", kToolRunOptions},
    {"Index options", kIndexOptions},
    {"Resolver options", kResolverOptions},
    {"Installer options", kInstallerOptions},
    {"Build options", kBuildOptions},
    {"Cache options", kRefreshOptions},
    {"Python options", kPythonChoice},
};

constexpr OptionGroup kVenvGroups[] = {
    {"Options", kVenvOptions},
    {"Index options", kIndexOptions},
    {"Resolver options", kVenvResolverOptions},
    {"Installer options", kVenvInstallerOptions},
    {"Cache options", kRefreshOptions},
    {"Python options", kPythonChoice},
};

constexpr OptionGroup kPythonFindGroups[] = {{"Options", kPythonFindOptions}};
constexpr OptionGroup kPythonListGroups[] = {{"Options", kPythonListOptions}};
constexpr OptionGroup kPythonDirGroups[] = {{"Options", kPythonDirOptions}};
constexpr OptionGroup kToolDirGroups[] = {{"Options", kToolDirOptions}};
constexpr OptionGroup kCacheSizeGroups[] = {{"Options", kCacheSizeOptions}};
constexpr OptionGroup kCacheListGroups[] = {{"Options", kCacheListOptions}};
constexpr OptionGroup kCacheCleanGroups[] = {{"Options", kCacheCleanOptions}};
constexpr OptionGroup kCachePruneGroups[] = {{"Options", kCachePruneOptions}};
constexpr OptionGroup kCacheDirGroups[] = {{"Options", kCacheDirOptions}};
constexpr OptionGroup kCacheWhyGroups[] = {{"Options", kCacheWhyOptions}};
constexpr OptionGroup kCacheReportGroups[] = {{"Options", kCacheReportOptions}};
constexpr OptionGroup kCacheVerifyGroups[] = {{"Options", kCacheVerifyOptions}};
constexpr OptionGroup kSelfVersionGroups[] = {{"Options", kSelfVersionOptions}};
constexpr OptionGroup kCompletionGroups[] = {{"Options", kCompletionOptions}};
constexpr OptionGroup kHelpGroups[] = {{"Options", kHelpOptions}};

constexpr Conflict kRunConflicts[] = {
    {"--extra", "--all-extras"},
    {"--extra", "--only-group"},
    {"--all-extras", "--only-group"},
    {"--group", "--only-group"},
    {"--group", "--only-dev"},
    {"--all-groups", "--only-group"},
    {"--all-groups", "--only-dev"},
    {"--dev", "--only-group"},
    {"--no-dev", "--only-dev"},
    {"--module", "--script"},
    {"--module", "--gui-script"},
    {"--script", "--gui-script"},
    {"--locked", "--frozen"},
    {"--locked", "--upgrade"},
    {"--frozen", "--upgrade"},
    {"--frozen", "--no-sources"},
    {"--all-packages", "--package"},
    {"--package", "--no-project"},
};

constexpr Conflict kCacheSizeConflicts[] = {{"--human", "--output-format"}};
constexpr Conflict kPythonFindConflicts[] = {
    {"--script", "--no-project"},
    {"--script", "--system"},
    {"--script", "--no-system"},
};
constexpr Conflict kPythonListConflicts[] = {{"--only-installed", "--only-downloads"}};
constexpr Conflict kVenvConflicts[] = {{"--allow-existing", "--no-clear"}};

constexpr PositionalSpec kProgram = {
    .name = "COMMAND",
    .repeat = Repeat::List,
    .trailing = true,
    .help = "The command, script, module or URL to run, and its arguments",
    .kind = ValueKind::Program,
};

constexpr PositionalSpec kToolCommand = {
    .name = "COMMAND",
    .repeat = Repeat::List,
    .trailing = true,
    .help = "The command, script, module or URL to run, and its arguments",
};

constexpr PositionalSpec kShell = {
    .name = "SHELL",
    .help = "The shell to make it for",
    .choices = kShells,
    .presence = Presence::Required,
};

constexpr CommandSpec kCommands[] = {
    {CommandId::Root, "", "Run Python programs and manage their packages", "", {}, {}, {}},
    {CommandId::Run,
     "run",
     "Run a command or script",
     "The target is a Python script (with PEP 723 metadata or without), `-` for standard input, an "
     "http(s) URL of a\n"
     "script, a module with `-m`, a directory or zip file with a `__main__.py`, or any command. "
     "What it needs is\n"
     "installed into the store first; then adder replaces itself by the program, which keeps a "
     "lease on its\n"
     "environment: cleaning the cache never touches it while it runs.",
     kProgram,
     kRunGroups,
     kRunConflicts},
    {CommandId::Tool, "tool", "Run commands that Python packages provide", "", {}, {}, {}},
    {CommandId::ToolRun,
     "tool run",
     "Run a command that a Python package provides",
     "`name` runs the newest version, `name@1.2` that one, `name@latest` asks the index again. "
     "`--from` names the\n"
     "package when the command is called otherwise. The environment is kept in the store and "
     "shared by all runs that\n"
     "need the same packages.",
     kToolCommand,
     kToolRunGroups,
     {},
     Visibility::Shown,
     "uvx,adderx"},
    {CommandId::ToolDir, "tool dir", "Show where tools are kept", "", {}, kToolDirGroups, {}},
    {CommandId::Venv,
     "venv",
     "Create a virtual environment",
     "",
     {"PATH", Repeat::Once, false, "Where to create it (default: `.venv`)", ValueKind::Directory},
     kVenvGroups,
     kVenvConflicts,
     Visibility::Shown,
     "virtualenv,v"},
    {CommandId::Python, "python", "Find and list Pythons", "", {}, {}, {}},
    {CommandId::PythonList,
     "python list",
     "List the Pythons of this machine",
     "",
     {"REQUEST", Repeat::Once, false, "List only those that fit this request", ValueKind::Program},
     kPythonListGroups,
     kPythonListConflicts,
     Visibility::Shown,
     "ls"},
    {CommandId::PythonFind,
     "python find",
     "Show the Python that would be used",
     "",
     {"REQUEST",
      Repeat::Once,
      false,
      "A version, a range, a name, an implementation or a path",
      ValueKind::Program},
     kPythonFindGroups,
     kPythonFindConflicts},
    {CommandId::PythonDir,
     "python dir",
     "Show where managed Pythons are",
     "",
     {},
     kPythonDirGroups,
     {}},
    {CommandId::Cache, "cache", "Look into the store and clean it", "", {}, {}, {}},
    {CommandId::CacheClean,
     "cache clean",
     "Remove everything from the store, or what belongs to some packages",
     "It never waits for running programs and never takes anything from them: environments in use "
     "stay until their\n"
     "programs end.",
     {"PACKAGE", Repeat::List, false, "Remove only what belongs to these packages"},
     kCacheCleanGroups,
     {},
     Visibility::Shown,
     "clear"},
    {CommandId::CachePrune,
     "cache prune",
     "Remove what is no longer needed",
     "Nobody has to: after each command that adds to it, the store removes by itself what was not "
     "used for longest when\n"
     "it passes a limit. These are the settings `cache-max-size`, `cache-min-free` and "
     "`cache-max-age` of adder.toml or\n"
     "[tool.adder], or the variables ADDER_CACHE_MAX_SIZE, ADDER_CACHE_MIN_FREE and "
     "ADDER_CACHE_MAX_AGE.",
     {},
     kCachePruneGroups,
     {}},
    {CommandId::CacheVerify,
     "cache verify",
     "Check that everything in the store is as it was when it got there",
     "Unpacked packages and environments are compared with the digests of their files, names and "
     "remembered answers are\n"
     "checked. Running programs and other commands are not disturbed. Exits with 1 if there is "
     "damage, with 2 if\n"
     "something could not be read.\n"
     "\n"
     "With `--repair` damaged packages are unpacked again and damaged environments built again by "
     "the next command that\n"
     "needs them; programs that run from a damaged environment keep it until they end. Then it "
     "exits with 1 only if\n"
     "some damage is left.",
     {},
     kCacheVerifyGroups,
     {}},
    {CommandId::CacheWhy,
     "cache why",
     "Say what keeps something in the store, who uses it and how big it is",
     "",
     {"NAME", Repeat::Once, false, "A package, a tool, the path of a script, a key or an id"},
     kCacheWhyGroups,
     {}},
    {CommandId::CacheReport,
     "cache report",
     "Write a page for browsers that shows what takes space and what is in use",
     "The page is one file that loads nothing from anywhere. It shows the store as it was when the "
     "page was made: a map\n"
     "of what takes space, the programs that run from the store, and what `cache clean` and `cache "
     "prune` would free.",
     {},
     kCacheReportGroups,
     {}},
    {CommandId::CacheDir, "cache dir", "Show where the store is", "", {}, kCacheDirGroups, {}},
    {CommandId::CacheSize,
     "cache size",
     "Show how much the store holds",
     "",
     {},
     kCacheSizeGroups,
     kCacheSizeConflicts},
    {CommandId::CacheList,
     "cache ls",
     "List what is in the store, who uses it and when it was last used",
     "",
     {},
     kCacheListGroups,
     {},
     Visibility::Shown,
     "list"},
    {CommandId::Self, "self", "Show facts about this program", "", {}, {}, {}},
    {CommandId::SelfVersion, "self version", "Show the version", "", {}, kSelfVersionGroups, {}},
    {CommandId::Completion,
     "generate-shell-completion",
     "Print a script that completes command lines in a shell",
     "Have the shell read it when it starts, in the shell's own way:\n"
     "\n"
     "  bash        eval \"$(adder generate-shell-completion bash)\"           in ~/.bashrc\n"
     "  zsh         eval \"$(adder generate-shell-completion zsh)\"            in ~/.zshrc, after "
     "compinit\n"
     "  fish        adder generate-shell-completion fish | source            in "
     "~/.config/fish/config.fish\n"
     "  elvish      eval (adder generate-shell-completion elvish | slurp)    in "
     "~/.config/elvish/rc.elv\n"
     "  powershell  adder generate-shell-completion powershell | Out-String | Invoke-Expression    "
     "in $PROFILE\n"
     "  nushell     adder generate-shell-completion nushell | save completions-adder.nu; and "
     "`source` that file\n"
     "\n"
     "The script completes for the name it was asked under: `uv generate-shell-completion` makes "
     "it for `uv`, and\n"
     "`adderx --generate-shell-completion SHELL` for `adderx`.",
     kShell,
     kCompletionGroups,
     {},
     Visibility::Shown,
     "--generate-shell-completion"},
    {CommandId::Help,
     "help",
     "Show the page of a command",
     "",
     {"COMMAND", Repeat::List, false, "The command to explain"},
     kHelpGroups,
     {}},
    {CommandId::CacheClean,
     "clean",
     "Remove everything from the store",
     "",
     {"PACKAGE", Repeat::List, false, "Remove only what belongs to these packages"},
     kCacheCleanGroups,
     {},
     Visibility::Hidden},
    {CommandId::ToolRun,
     "tool uvx",
     "Run a command that a Python package provides",
     "",
     kToolCommand,
     kToolRunGroups,
     {},
     Visibility::Hidden},
};

}  // namespace

std::span<const CommandSpec> all_commands() {
    return kCommands;
}

std::span<const OptionGroup> global_groups() {
    return kGlobalGroups;
}

const CommandSpec& command(CommandId id) {
    for (const CommandSpec& spec : kCommands) {
        if (spec.id == id) return spec;
    }
    CHECK(false, "a command without a row");
    return kCommands[0];
}

}  // namespace cli
