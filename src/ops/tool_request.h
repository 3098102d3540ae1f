// What the words after `tool run` ask for (cache-and-run.md 5.3). Pure.
#pragma once

#include "base/result.h"
#include "pep/requirement.h"
#include "python/request.h"

#include <optional>
#include <string>
#include <string_view>

namespace ops {

enum class ToolVersion {
    Any,
    Latest,  // name@latest: ask the index again, ignore what is installed
};

struct ToolRequest {
    // Set when a Python itself is asked for: `python`, `python3.11`, `pypy@3.10`.
    std::optional<python::PythonRequest> python;
    // The package, otherwise.
    std::optional<pep::Requirement> requirement;
    ToolVersion version = ToolVersion::Any;
    std::string executable;  // what to start
};

struct ToolWords {
    std::string command;              // the first word
    std::optional<std::string> from;  // --from
    std::string invocation;           // "uvx", "adder tool run": how messages name us
};

// Local paths start at `directory`. Errors (Usage): what is a script and no package.
base::Result<ToolRequest> parse_tool_request(const ToolWords& words, const std::string& directory);

// "uv run", "adder run": what runs scripts, for hints.
std::string script_runner(std::string_view invocation);

bool looks_like_script(std::string_view text);

}  // namespace ops
