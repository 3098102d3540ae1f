// `venv`: a virtual environment where the user wants it, with seed packages on request.
#pragma once

#include "base/result.h"
#include "ops/session.h"
#include "pep/specifiers.h"
#include "python/venv.h"

#include <optional>
#include <string>

namespace ops {

enum class Seed { None, Packages };
// Whether pins in `.python-version` files and a project's requires-python take part.
enum class ProjectUse { Consider, Ignore };

struct VenvRequest {
    std::string path;  // as shown
    python::VenvOptions options;
    Seed seed = Seed::None;
    ProjectUse project = ProjectUse::Consider;
    std::optional<pep::Specifiers> requires_python;  // of the project around
};

// Emits InterpreterChosen, EnvironmentRemoved, EnvironmentCreated and, with seeds, one Changed for each.
base::Result<python::VenvLayout> make_venv(Session& session, VenvRequest request);

}  // namespace ops
