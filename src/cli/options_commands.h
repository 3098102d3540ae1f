// Options that one command has to itself. Included by commands.cpp alone: the rows are constant
// data.
#pragma once

#include "cli/option_table.h"

namespace cli {

inline constexpr std::string_view kPlatforms =
    "windows,linux,macos,x86_64-pc-windows-msvc,aarch64-pc-windows-msvc,i686-pc-windo"
    "ws-msvc,x86_64-unknown-linux-gnu,aarch64-apple-darwin,x86_64-apple-darwin,aarch6"
    "4-unknown-linux-gnu,aarch64-unknown-linux-musl,x86_64-unknown-linux-musl,riscv64"
    "-unknown-linux,x86_64-manylinux2014,x86_64-manylinux_2_17,x86_64-manylinux_2_28,"
    "x86_64-manylinux_2_31,x86_64-manylinux_2_32,x86_64-manylinux_2_33,x86_64-manylin"
    "ux_2_34,x86_64-manylinux_2_35,x86_64-manylinux_2_36,x86_64-manylinux_2_37,x86_64"
    "-manylinux_2_38,x86_64-manylinux_2_39,x86_64-manylinux_2_40,aarch64-manylinux201"
    "4,aarch64-manylinux_2_17,aarch64-manylinux_2_28,aarch64-manylinux_2_31,aarch64-m"
    "anylinux_2_32,aarch64-manylinux_2_33,aarch64-manylinux_2_34,aarch64-manylinux_2_"
    "35,aarch64-manylinux_2_36,aarch64-manylinux_2_37,aarch64-manylinux_2_38,aarch64-"
    "manylinux_2_39,aarch64-manylinux_2_40,aarch64-linux-android,x86_64-linux-android"
    ",wasm32-pyodide2024,wasm32-pyodide2025,arm64-apple-ios,arm64-apple-ios-simulator"
    ",x86_64-apple-ios-simulator";

inline constexpr std::string_view kPlatformAliases =
    "manylinux2014_x86_64=x86_64-manylinux2014,manylinux_2_17_x86_64=x86_64-manylinux"
    "_2_17,manylinux_2_28_x86_64=x86_64-manylinux_2_28,manylinux_2_31_x86_64=x86_64-m"
    "anylinux_2_31,manylinux_2_32_x86_64=x86_64-manylinux_2_32,manylinux_2_33_x86_64="
    "x86_64-manylinux_2_33,manylinux_2_34_x86_64=x86_64-manylinux_2_34,manylinux_2_35"
    "_x86_64=x86_64-manylinux_2_35,manylinux_2_36_x86_64=x86_64-manylinux_2_36,manyli"
    "nux_2_37_x86_64=x86_64-manylinux_2_37,manylinux_2_38_x86_64=x86_64-manylinux_2_3"
    "8,manylinux_2_39_x86_64=x86_64-manylinux_2_39,manylinux_2_40_x86_64=x86_64-manyl"
    "inux_2_40,manylinux2014_aarch64=aarch64-manylinux2014,manylinux_2_17_aarch64=aar"
    "ch64-manylinux_2_17,manylinux_2_28_aarch64=aarch64-manylinux_2_28,manylinux_2_31"
    "_aarch64=aarch64-manylinux_2_31,manylinux_2_32_aarch64=aarch64-manylinux_2_32,ma"
    "nylinux_2_33_aarch64=aarch64-manylinux_2_33,manylinux_2_34_aarch64=aarch64-manyl"
    "inux_2_34,manylinux_2_35_aarch64=aarch64-manylinux_2_35,manylinux_2_36_aarch64=a"
    "arch64-manylinux_2_36,manylinux_2_37_aarch64=aarch64-manylinux_2_37,manylinux_2_"
    "38_aarch64=aarch64-manylinux_2_38,manylinux_2_39_aarch64=aarch64-manylinux_2_39,"
    "manylinux_2_40_aarch64=aarch64-manylinux_2_40";

inline constexpr OptionSpec kRunOptions[] = {
    {.name = "--isolated",
     .variable = "UV_ISOLATED",
     .help = "Use an environment of its own instead of a shared one"},
    {.name = "--extra",
     .kind = ValueKind::Text,
     .value = "EXTRA",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Include this extra of the project"},
    {.name = "--no-extra",
     .kind = ValueKind::Text,
     .value = "NO_EXTRA",
     .repeat = Repeat::List,
     .help = "Leave this extra out"},
    {.name = "--group",
     .kind = ValueKind::Text,
     .value = "GROUP",
     .repeat = Repeat::List,
     .help = "Include this dependency group"},
    {.name = "--no-group",
     .kind = ValueKind::Text,
     .value = "NO_GROUP",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_NO_GROUP",
     .help = "Leave this dependency group out"},
    {.name = "--only-group",
     .kind = ValueKind::Text,
     .value = "ONLY_GROUP",
     .repeat = Repeat::List,
     .help = "Include nothing but this dependency group"},
    {.name = "--no-editable-package",
     .kind = ValueKind::Text,
     .value = "NO_EDITABLE_PACKAGE",
     .repeat = Repeat::List,
     .split = ' ',
     .help = "Install this project as a copy"},
    {.name = "--env-file",
     .kind = ValueKind::File,
     .value = "ENV_FILE",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_ENV_FILE",
     .help = "Load variables for the program from this file; a later file wins"},
    {.name = "--with",
     .short_name = 'w',
     .kind = ValueKind::Text,
     .value = "WITH",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have this package as well"},
    {.name = "--with-editable",
     .kind = ValueKind::Directory,
     .value = "WITH_EDITABLE",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have this local project as well, editable"},
    {.name = "--with-requirements",
     .kind = ValueKind::File,
     .value = "WITH_REQUIREMENTS",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have the packages of this file as well"},
    {.name = "--package",
     .kind = ValueKind::Text,
     .value = "PACKAGE",
     .help = "Act on this member of the workspace"},
    {.name = "--max-recursion-depth",
     .kind = ValueKind::Number,
     .value = "MAX_RECURSION_DEPTH",
     .variable = "UV_RUN_MAX_RECURSION_DEPTH",
     .visibility = Visibility::Hidden,
     .help = "How often a run may start itself"},
    {.name = "--python-platform",
     .kind = ValueKind::Text,
     .value = "PYTHON_PLATFORM",
     .choices = kPlatforms,
     .choice_aliases = kPlatformAliases,
     .help = "The platform to resolve for"},
    {.name = "--all-extras", .help = "Include every extra of the project"},
    {.name = "--no-all-extras",
     .visibility = Visibility::Hidden,
     .help = "Include no extra unless it is named",
     .overrides = "--all-extras"},
    {.name = "--dev",
     .variable = "UV_DEV",
     .visibility = Visibility::Hidden,
     .help = "Include the `dev` group",
     .overrides = "--no-dev"},
    {.name = "--no-dev", .variable = "UV_NO_DEV", .help = "Leave the `dev` group out"},
    {.name = "--only-dev", .help = "Include nothing but the `dev` group"},
    {.name = "--no-default-groups",
     .variable = "UV_NO_DEFAULT_GROUPS",
     .help = "Leave the default groups out"},
    {.name = "--all-groups", .help = "Include every dependency group"},
    {.name = "--module", .short_name = 'm', .help = "Run a module, as `python -m` does"},
    {.name = "--editable",
     .visibility = Visibility::Hidden,
     .help = "Install projects as editable",
     .overrides = "--no-editable"},
    {.name = "--no-editable", .variable = "UV_NO_EDITABLE", .help = "Install projects as copies"},
    {.name = "--inexact",
     .visibility = Visibility::Hidden,
     .help = "Keep packages that are not asked for",
     .aliases = "--no-exact",
     .overrides = "--exact"},
    {.name = "--exact", .help = "Remove packages that are not asked for"},
    {.name = "--no-env-file", .variable = "UV_NO_ENV_FILE", .help = "Load no variables from files"},
    {.name = "--active", .help = "Prefer the active environment over the project's"},
    {.name = "--no-active",
     .visibility = Visibility::Hidden,
     .help = "Ignore the active environment",
     .overrides = "--active"},
    {.name = "--no-sync",
     .variable = "UV_NO_SYNC",
     .help = "Leave the project's environment as it is"},
    {.name = "--locked", .variable = "UV_LOCKED", .help = "Fail when the lock file would change"},
    {.name = "--no-locked",
     .visibility = Visibility::Hidden,
     .help = "Update the lock file when needed",
     .overrides = "--locked"},
    {.name = "--frozen", .variable = "UV_FROZEN", .help = "Use the lock file without checking it"},
    {.name = "--no-frozen",
     .visibility = Visibility::Hidden,
     .help = "Check the lock file as usual",
     .overrides = "--frozen"},
    {.name = "--script",
     .short_name = 's',
     .help = "Treat the target as a Python script whatever its name"},
    {.name = "--gui-script",
     .help = "Treat the target as a Python script without a console (Windows)"},
    {.name = "--all-packages", .help = "Act on every member of the workspace"},
    {.name = "--no-project",
     .variable = "UV_NO_PROJECT",
     .help = "Ignore the project around",
     .aliases = "--no_workspace"},
    {.name = "--show-resolution",
     .variable = "UV_SHOW_RESOLUTION",
     .visibility = Visibility::Hidden,
     .help = "Show the resolver's lines"},
};

inline constexpr OptionSpec kToolRunOptions[] = {
    {.name = "--isolated",
     .variable = "UV_ISOLATED",
     .help = "Use an environment of its own instead of a shared one"},
    {.name = "--from",
     .kind = ValueKind::Text,
     .value = "FROM",
     .help = "The package that has the command"},
    {.name = "--with",
     .short_name = 'w',
     .kind = ValueKind::Text,
     .value = "WITH",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have this package as well"},
    {.name = "--with-editable",
     .kind = ValueKind::Directory,
     .value = "WITH_EDITABLE",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have this local project as well, editable"},
    {.name = "--with-requirements",
     .kind = ValueKind::File,
     .value = "WITH_REQUIREMENTS",
     .repeat = Repeat::List,
     .split = ',',
     .help = "Have the packages of this file as well"},
    {.name = "--constraints",
     .short_name = 'c',
     .kind = ValueKind::File,
     .value = "CONSTRAINTS",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_CONSTRAINT",
     .help = "Narrow versions by this requirements file",
     .aliases = "--constraint"},
    {.name = "--build-constraints",
     .short_name = 'b',
     .kind = ValueKind::File,
     .value = "BUILD_CONSTRAINTS",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_BUILD_CONSTRAINT",
     .help = "Narrow versions of build requirements by this file",
     .aliases = "--build-constraint"},
    {.name = "--overrides",
     .kind = ValueKind::File,
     .value = "OVERRIDES",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_OVERRIDE",
     .help = "Force versions by this requirements file",
     .aliases = "--override"},
    {.name = "--env-file",
     .kind = ValueKind::File,
     .value = "ENV_FILE",
     .repeat = Repeat::List,
     .split = ' ',
     .variable = "UV_ENV_FILE",
     .help = "Load variables for the program from this file; a later file wins"},
    {.name = "--python-platform",
     .kind = ValueKind::Text,
     .value = "PYTHON_PLATFORM",
     .choices = kPlatforms,
     .choice_aliases = kPlatformAliases,
     .help = "The platform to resolve for"},
    {.name = "--torch-backend",
     .kind = ValueKind::Text,
     .value = "TORCH_BACKEND",
     .choices =
         "auto,cpu,cu132,cu130,cu129,cu128,cu126,cu125,cu124,cu123,cu122,cu121,cu120,cu118,cu117,"
         "cu116,cu115,cu114,cu113,cu112,cu111,cu110,cu102,cu101,cu100,cu92,cu91,cu90,cu80,rocm7.2,"
         "rocm7.1,rocm7.0,rocm6.4,rocm6.3,rocm6.2.4,rocm6.2,rocm6.1,rocm6.0,rocm5.7,rocm5.6,rocm5."
         "5,rocm5.4.2,rocm5.4,rocm5.3,rocm5.2,rocm5.1.1,rocm4.2,rocm4.1,rocm4.0.1,xpu",
     .variable = "UV_TORCH_BACKEND",
     .help = "The index that PyTorch packages come from"},
    {.name = "--generate-shell-completion",
     .kind = ValueKind::Text,
     .value = "GENERATE_SHELL_COMPLETION",
     .choices = kShells,
     .visibility = Visibility::Hidden,
     .help = "Print a completion script for this shell"},
    {.name = "--no-env-file", .variable = "UV_NO_ENV_FILE", .help = "Load no variables from files"},
    {.name = "--lfs", .help = "Fetch Git LFS files"},
    {.name = "--show-resolution",
     .variable = "UV_SHOW_RESOLUTION",
     .visibility = Visibility::Hidden,
     .help = "Show the resolver's lines"},
};

inline constexpr OptionSpec kVenvOptions[] = {
    {.name = "--prompt",
     .kind = ValueKind::Text,
     .value = "PROMPT",
     .help = "The name the shell shows; `.` is the current directory's"},
    {.name = "--system", .visibility = Visibility::Hidden, .help = "Ignore virtual environments"},
    {.name = "--no-system",
     .visibility = Visibility::Hidden,
     .help = "Consider virtual environments",
     .overrides = "--system"},
    {.name = "--no-project",
     .variable = "UV_NO_PROJECT",
     .help = "Ignore the project around",
     .aliases = "--no-workspace"},
    {.name = "--seed",
     .variable = "UV_VENV_SEED",
     .help = "Install pip (and on old Pythons setuptools and wheel)"},
    {.name = "--clear",
     .short_name = 'c',
     .variable = "UV_VENV_CLEAR",
     .help = "Replace what is there"},
    {.name = "--force", .help = "Let `--clear` replace a directory that is no virtual environment"},
    {.name = "--no-clear",
     .visibility = Visibility::Hidden,
     .help = "Keep what is there",
     .overrides = "--clear"},
    {.name = "--allow-existing", .help = "Write into what is there"},
    {.name = "--system-site-packages", .help = "See the packages of the base Python"},
    {.name = "--relocatable",
     .variable = "UV_VENV_RELOCATABLE",
     .help = "Make it work wherever it is moved"},
    {.name = "--no-relocatable",
     .visibility = Visibility::Hidden,
     .help = "Let scripts name the absolute path",
     .overrides = "--relocatable"},
    {.name = "--no-seed",
     .visibility = Visibility::Hidden,
     .help = "Install no seed packages",
     .overrides = "--seed"},
    {.name = "--no-pip", .visibility = Visibility::Hidden, .help = "Install no pip"},
    {.name = "--no-setuptools", .visibility = Visibility::Hidden, .help = "Install no setuptools"},
    {.name = "--no-wheel", .visibility = Visibility::Hidden, .help = "Install no wheel"},
};

inline constexpr OptionSpec kPythonFindOptions[] = {
    {.name = "--no-project",
     .variable = "UV_NO_PROJECT",
     .help = "Ignore the project around",
     .aliases = "--no_workspace"},
    {.name = "--system", .variable = "UV_SYSTEM_PYTHON", .help = "Ignore virtual environments"},
    {.name = "--no-system",
     .visibility = Visibility::Hidden,
     .help = "Consider virtual environments",
     .overrides = "--system"},
    {.name = "--script",
     .kind = ValueKind::File,
     .value = "SCRIPT",
     .help = "Find the Python that this script would run with"},
    {.name = "--show-version", .help = "Print the version instead of the path"},
    {.name = "--resolve-links", .help = "Print the path with links resolved"},
    {.name = "--python-downloads-json-url",
     .kind = ValueKind::Text,
     .value = "PYTHON_DOWNLOADS_JSON_URL",
     .variable = "UV_PYTHON_DOWNLOADS_JSON_URL",
     .help = "Where the list of downloadable Pythons is"},
};

inline constexpr OptionSpec kPythonListOptions[] = {
    {.name = "--all-versions", .help = "List every patch version"},
    {.name = "--all-platforms", .help = "List Pythons for every platform"},
    {.name = "--all-arches",
     .help = "List Pythons for every architecture",
     .aliases = "--all_architectures"},
    {.name = "--only-installed", .help = "List only what is installed"},
    {.name = "--only-downloads", .help = "List only what can be downloaded"},
    {.name = "--show-urls", .help = "Show where downloads come from"},
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
    {.name = "--python-downloads-json-url",
     .kind = ValueKind::Text,
     .value = "PYTHON_DOWNLOADS_JSON_URL",
     .variable = "UV_PYTHON_DOWNLOADS_JSON_URL",
     .help = "Where the list of downloadable Pythons is"},
};

inline constexpr OptionSpec kCacheSizeOptions[] = {
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "auto,human,machine,json",
     .help = "The form of the answer"},
    {.name = "--human",
     .short_name = 'H',
     .help = "Print `1.2GiB` instead of bytes",
     .aliases = "--human-readable"},
};

inline constexpr OptionSpec kCacheCleanOptions[] = {
    {.name = "--force", .help = "Wait for nobody's lock; what is in use stays all the same"},
    {.name = "--wait", .help = "Wait until what is in use has ended, and remove it too"},
    {.name = "--dry-run", .help = "Only say what would be removed"},
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCacheDirOptions[] = {
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCacheWhyOptions[] = {
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCacheReportOptions[] = {
    {.name = "--html",
     .kind = ValueKind::File,
     .value = "FILE",
     .help = "Where to write the page; `-` for standard output"},
};

inline constexpr OptionSpec kCachePruneOptions[] = {
    {.name = "--ci", .help = "Remove everything that is cheap to fetch again"},
    {.name = "--max-size",
     .kind = ValueKind::Text,
     .value = "SIZE",
     .help = "Then remove what was not used for longest, until the store is no larger than this "
             "(`20GiB`, `10%` of the file system, `off`)"},
    {.name = "--min-free",
     .kind = ValueKind::Text,
     .value = "SIZE",
     .help = "The same, until so much of the file system is free"},
    {.name = "--max-age",
     .kind = ValueKind::Text,
     .value = "SPAN",
     .help = "Remove what was not used for longer than this (`30d`, `12h`, `off`)"},
    {.name = "--force", .help = "Wait for nobody's lock; what is in use stays all the same"},
    {.name = "--dry-run", .help = "Only say what would be removed"},
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCacheVerifyOptions[] = {
    {.name = "--repair", .help = "Take what is damaged out of service, so that it is made again"},
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCacheListOptions[] = {
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
    {.name = "--in-use", .help = "List only what a running program uses"},
};

inline constexpr OptionSpec kSelfVersionOptions[] = {
    {.name = "--short", .help = "Print only the version"},
    {.name = "--output-format",
     .kind = ValueKind::Text,
     .value = "OUTPUT_FORMAT",
     .choices = "text,json",
     .help = "The form of the answer"},
};

inline constexpr OptionSpec kCompletionOptions[] = {
    {.name = "--version",
     .short_name = 'V',
     .visibility = Visibility::Hidden,
     .help = "Accepted, as by uv, and of no effect"},
};

inline constexpr OptionSpec kHelpOptions[] = {
    {.name = "--no-pager", .help = "Print the page instead of showing it in a pager"},
};

inline constexpr OptionSpec kToolDirOptions[] = {
    {.name = "--bin", .help = "Print where the commands of tools are linked instead"},
};

inline constexpr OptionSpec kPythonDirOptions[] = {
    {.name = "--bin", .help = "Print where managed Pythons are linked instead"},
};

}  // namespace cli
