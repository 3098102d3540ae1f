// Tools that were installed for good (`uv tool install`), and when `tool run` takes one instead of making an
// environment of its own (cache-and-run.md 5.5).
//
// A tool is a directory `<tools>/<name>` with a virtual environment and a receipt, uv-receipt.toml. It is taken if its
// receipt repeats the options of the command (tool_options.h), its Python satisfies the request, and what is installed
// there satisfies all that is asked for (satisfaction.h). What the receipt says of requirements, constraints and the
// Python does not matter: what is there does. A tool that cannot be read or that does not fit is passed over, with a
// trace line that says why. Nothing here changes tools.
//
// uv changes tools under an exclusive lock on `<tools>/.lock`; the look at one takes it shared, and gives it back.
#pragma once

#include "base/result.h"
#include "ops/satisfaction.h"
#include "ops/session.h"
#include "ops/tool_options.h"
#include "pep/name.h"
#include "python/interpreter.h"
#include "python/request.h"
#include "python/venv.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ops {

// Where tools are, and with which options one must have been installed.
struct InstalledTools {
    std::string directory;  // absolute; empty: none is looked for
    ToolOptions options;
    std::int64_t lock_timeout_ms = 300'000;
};

struct ToolQuestion {
    pep::PackageName name;
    Demands demands;
    const python::PythonRequest* python = nullptr;
    const python::Interpreter* found = nullptr;  // what the search answered to it
};

// `<tools>/<name>/uv-receipt.toml`. While it does not exist there is no such tool.
std::string receipt_path(const std::string& tools, const pep::PackageName& name);

// The environment of a tool that answers the question. Waits, and says so, while uv changes tools;
// after `lock_timeout_ms` goes on without, with a warning. Costs one failed system call when there
// is no such tool.
base::Result<std::optional<python::VenvLayout>> find_installed_tool(
    Session& session, const InstalledTools& tools, const ToolQuestion& question
);

// Whether `tool`, the Python of an installed tool, is what was asked for; `found` is what the search
// answered. Asked for by a path or a name, the tool must have been made with that very program; but
// `python` means no one in particular.
bool is_made_with(
    const python::PythonRequest& request,
    const python::Interpreter& found,
    const python::Interpreter& tool
);

// The options in a receipt. Errors (Invalid): no TOML, or no receipt. `name` is what messages call it.
base::Result<ToolOptions> parse_receipt(std::string_view text, std::string_view name);

struct ListedTool {
    std::string name;
    std::string version;

    bool operator==(const ListedTool&) const = default;
};

struct ToolListing {
    std::vector<ListedTool> tools;       // by name; those that can be run
    std::vector<std::string> strangers;  // paths of directories that cannot be tools by their names
};

// Empty when there is no such directory. Takes no lock: a tool that is being changed may be missing.
base::Result<ToolListing> list_installed_tools(const std::string& directory);

}  // namespace ops
