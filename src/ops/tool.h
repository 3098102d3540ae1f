// `tool run`: a program that a package provides, from an environment in the store (cache-and-run.md
// 5). The steps are those of run.h; the fourth asks the indexes again once the pages used last time
// are no longer fresh. Before the third, a tool that is installed and fits is taken as it is
// (installed_tool.h): nothing of it lies in the store, so there is no lease and nothing is
// remembered.
#pragma once

#include "base/result.h"
#include "ops/installed_tool.h"
#include "ops/run.h"
#include "ops/tool_request.h"

#include <optional>
#include <string>
#include <vector>

namespace ops {

struct ToolRunRequest {
    std::vector<std::string> words;  // the command and its arguments; not empty
    std::optional<std::string> from;
    ExtraRequirements extra;
    std::vector<std::string> constraint_files;
    std::vector<std::string> override_files;
    InstalledTools installed;
    MemoUse memo = MemoUse::ReadAndWrite;
    std::string settings_fingerprint;  // as in RunRequest
    ChildSettings child;
    std::string invocation;  // "uvx", "adder tool run": how messages name us
};

base::Result<ReadyLaunch> prepare_tool(Session& session, ToolRunRequest request);

// As with scripts (run.h): nothing takes part in the answer but words, variables and what start.h watches.
bool is_rememberable(const ToolRunRequest& request);
// `directory`: where we work; relative paths in the request start there.
base::Result<ReadyLaunch> resume_tool(
    Session& session, ToolRunRequest request, RememberedStart start, const std::string& directory
);

}  // namespace ops
