// Environments in the store: found by what they contain, or built. An environment's key is made of
// everything that goes into it (interpreter, the digests of its wheels, how they are installed), so
// two requests that need the same files share one body, and a body never changes after it was
// published.
#pragma once

#include "base/result.h"
#include "index/registry.h"
#include "ops/base_programs.h"
#include "ops/resolver.h"
#include "ops/session.h"
#include "python/interpreter.h"
#include "python/venv.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace ops {

struct EnvironmentRequest {
    const python::Interpreter* interpreter = nullptr;
    std::vector<ResolvedWheel> wheels;
    store::BodyKind kind = store::BodyKind::Venv;
    std::string label;  // the script's path, the tool's name: what `cache ls` shows
    // What this environment is a generation of; "" for none (store::BodyInfo::group).
    std::string group;
    // site-packages of the base that stay visible behind the wheels (`--with` over a base that is
    // no store body).
    std::vector<std::string> visible_directories;
    // Programs of that base, to be started by this environment's Python.
    std::vector<BaseProgram> base_programs = {};
    // A script that was downloaded: its name and text become part of the body.
    std::string script_name;
    std::string script_text;
};

struct EnvironmentAnswer {
    std::string key;  // content key
    store::Lease lease;
    python::VenvLayout layout;  // at its final place
};

// Where the parts of the environment at `root` are; no file is touched.
python::VenvLayout layout_at(const std::string& root, const python::Interpreter& interpreter);

// A lease on an environment with exactly these wheels; built first if the store has none. Emits
// Prepared, Installed and Changed events when something was built. Nothing is left behind by a
// failure.
base::Result<EnvironmentAnswer> obtain_environment(
    Session& session, package_index::Registry& registry, const EnvironmentRequest& request
);

}  // namespace ops
