// The Python that version files ask for (.python-version, .python-versions), with a warning for each
// line that asks for nothing.
#pragma once

#include "base/result.h"
#include "ops/session.h"
#include "python/pin.h"
#include "python/request.h"

#include <optional>

namespace ops {

enum class PinScope { LocalThenGlobal, GlobalOnly };

// nullopt: no file, or none of its lines is a request.
base::Result<std::optional<python::PythonRequest>> pinned_request(
    Session& session, const python::PinOptions& options, PinScope scope = PinScope::LocalThenGlobal
);

}  // namespace ops
