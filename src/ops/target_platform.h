// `--python-platform`: packages for another machine than this one. The Python stays the one that was
// found; what it says about its platform is replaced in markers and wheel tags.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"

#include <string_view>

namespace ops {

// `interpreter` as it would describe itself on `platform`, one of the names that `--python-platform`
// takes (python-platform in settings.tsv). Of Android and iOS, only the oldest level is known.
base::Result<python::Interpreter> on_platform(
    python::Interpreter interpreter, std::string_view platform
);

}  // namespace ops
