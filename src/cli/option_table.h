// The command line as data: every option is one constexpr row, every command one row that lists
// groups of options. Parsing, help pages, suggestions, environment variables and conflicts all read
// the same rows; nothing is built at start-up and only the chosen command's rows are walked.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cli {

enum class Repeat : std::uint8_t {
    Once,   // twice is an error
    List,   // values add up
    Count,  // a flag that counts (-vv)
};

enum class Visibility : std::uint8_t {
    Shown,
    Hidden,  // accepted, on no help page
};

// What a value is. Only numbers are checked while parsing; shells complete the others by it.
enum class ValueKind : std::uint8_t {
    None,  // a flag
    Text,
    Number,
    File,
    Directory,
    Program,  // a command on the search path, or a file
};

enum class Presence : std::uint8_t {
    Optional,
    Required,
};

struct OptionSpec {
    std::string_view name;   // "--python"
    char short_name = '\0';  // 'p'
    ValueKind kind = ValueKind::None;
    std::string_view value;  // placeholder, "PYTHON"
    Repeat repeat = Repeat::Once;
    char split = '\0';                // one value holds several: ',' or ' '
    std::string_view choices;         // "a,b,c"; empty: anything
    std::string_view choice_aliases;  // "x=a,y=b": accepted, not shown
    std::string_view variable;        // "UV_PYTHON"; "UV_X=value": only that value sets the flag
    Visibility visibility = Visibility::Shown;
    std::string_view help;     // our own words; one sentence, no full stop
    std::string_view aliases;  // "--other,--names": accepted, not shown
    std::string_view
        overrides;  // the flag this one switches off again: the later of the two counts
};

struct OptionGroup {
    std::string_view heading;  // "Index options"
    std::span<const OptionSpec> options;
};

// Two options that cannot stand together.
struct Conflict {
    std::string_view first;
    std::string_view second;
};

struct PositionalSpec {
    std::string_view name;  // "PACKAGE"; empty: none
    Repeat repeat = Repeat::Once;
    bool trailing =
        false;  // the first one ends option parsing: it and all that follows belong to the program
    std::string_view help;
    ValueKind kind = ValueKind::Text;
    std::string_view choices;  // "a,b,c"; empty: anything
    Presence presence = Presence::Optional;
};

enum class CommandId : std::uint8_t {
    Root,
    Run,
    Tool,
    ToolRun,
    ToolDir,
    Venv,
    Python,
    PythonFind,
    PythonList,
    PythonDir,
    Cache,
    CacheDir,
    CacheSize,
    CacheList,
    CacheClean,
    CachePrune,
    CacheVerify,
    CacheWhy,
    CacheReport,
    Self,
    SelfVersion,
    Completion,
    Help,
    Later,  // a command of the reference that adder does not have yet
};

struct CommandSpec {
    CommandId id;
    std::string_view path;  // "tool run"; "" for the program itself
    std::string_view about;
    std::string_view details;  // more paragraphs for `help COMMAND`
    PositionalSpec positional;
    std::span<const OptionGroup> groups;
    std::span<const Conflict> conflicts;
    Visibility visibility = Visibility::Shown;
    std::string_view aliases;  // "clear": other names of the last word of path
};

// The shells that completion scripts are made for.
inline constexpr std::string_view kShells = "bash,elvish,fish,nushell,powershell,zsh";

std::span<const CommandSpec> all_commands();
// Options every command takes (cache, Python, global groups).
std::span<const OptionGroup> global_groups();
const CommandSpec& command(CommandId id);

}  // namespace cli
