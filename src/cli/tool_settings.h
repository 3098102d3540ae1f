// Where installed tools are, and the options of this command in the form receipts keep them (ops/tool_options.h). What
// was not said is left out, even if it is the default; lists from the command line come before those of files.
#pragma once

#include "base/result.h"
#include "cli/settings.h"
#include "cli/variables.h"
#include "ops/installed_tool.h"

#include <string>

namespace cli {

// UV_TOOL_DIR, else `uv/tools` in the data directory. As it was said: maybe relative.
std::string tools_directory(const Variables& variables);

// None is looked for with `--isolated`.
base::Result<ops::InstalledTools> installed_tools(const Inputs& inputs);

// Errors (Usage): values that cannot be read.
base::Result<ops::ToolOptions> tool_options(const Inputs& inputs);

}  // namespace cli
