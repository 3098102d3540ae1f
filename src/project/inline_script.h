// Inline script metadata (PEP 723): the `# /// script` block of a Python file.
//
//     # /// script
//     # requires-python = ">=3.11"
//     # dependencies = ["requests<3"]
//     # ///
//
// The block is TOML after the comment marks are taken off. Unknown block types are none of our
// business. Everything here is pure: text in, values out.
#pragma once

#include "base/result.h"
#include "codec/toml.h"
#include "pep/requirement.h"
#include "pep/specifier.h"
#include "project/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace project {

// The TOML text of a block and the line of the file its first line stands on.
struct ScriptBlock {
    std::string text;
    std::uint32_t first_line = 1;
};

struct ScriptMetadata {
    // nullopt when the key is absent, which is not the same as an empty list: without the key there
    // is nothing to keep an environment for.
    std::optional<std::vector<pep::Requirement>> dependencies;
    std::optional<pep::Specifiers> requires_python;
    Settings settings;  // [tool.uv]
};

// nullopt when the file has no script block. Errors: a block that is not closed, more than one
// block.
base::Result<std::optional<ScriptBlock>> find_script_block(std::string_view source);

// `name` is what messages call the script; `directory` is what relative paths in [tool.uv] start
// from.
base::Result<ScriptMetadata> parse_script_block(
    const ScriptBlock& block, std::string_view name, const std::string& directory
);

}  // namespace project
