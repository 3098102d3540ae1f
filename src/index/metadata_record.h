// Core metadata as a compact record: what a solver needs of a METADATA file, a tenth of its size,
// ready to be parsed without looking at descriptions and classifiers.
#pragma once

#include "pep/core_metadata.h"

#include <optional>
#include <string>
#include <string_view>

namespace package_index {

std::string encode_metadata(const pep::CoreMetadata& metadata);
// nullopt: no such record.
std::optional<pep::CoreMetadata> decode_metadata(std::string_view record);

}  // namespace package_index
