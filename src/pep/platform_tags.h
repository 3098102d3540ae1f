// The third part of wheel tags: which platform tags fit a system, best first. Part of tags.cpp.
#pragma once

#include "base/result.h"
#include "pep/tags.h"

#include <string>
#include <vector>

namespace pep {

// Errors: Unsupported.
base::Result<std::vector<std::string>> platform_tags(const TagInputs& inputs);

}  // namespace pep
