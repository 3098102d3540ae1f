// Where a script's text comes from: a file, standard input, or a URL. Reading happens once, before
// anything else is decided, because the script's own settings take part in the decisions.
#pragma once

#include "base/result.h"
#include "net/client.h"
#include "ops/run_target.h"
#include "project/inline_script.h"

#include <optional>
#include <string>

namespace ops {

struct ScriptSource {
    std::string shown;      // what messages call it
    std::string name;       // file name for a script that must be written somewhere: "hello.py"
    std::string identity;   // absolute path or URL; empty for standard input
    std::string directory;  // what relative paths in its settings start from
    std::string text;
    std::optional<project::ScriptMetadata> metadata;  // nullopt: no block
    std::string block;                                // the block's text, for the fingerprint
};

// nullopt when the target has no text of its own to look into (module, command, archive, ...). An unreadable local
// script counts as one without metadata: Python will say what is wrong with it. `client` is needed for remote targets
// only; offline, they are an error. `directory` is where we work, absolute.
base::Result<std::optional<ScriptSource>> load_script(
    net::Client* client, const RunTarget& target, const std::string& directory
);

}  // namespace ops
