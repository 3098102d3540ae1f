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

// `command` is the first word; `from` the value of --from. Local paths start at `directory`.
base::Result<ToolRequest> parse_tool_request(
    const std::string& command, const std::optional<std::string>& from, const std::string& directory
);

}  // namespace ops
