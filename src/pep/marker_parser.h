// Reads the text of a marker (PEP 508) into a tree. Part of marker.cpp; others use Marker::parse.
#pragma once

#include "base/result.h"
#include "pep/marker_node.h"
#include "pep/warnings.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace pep {

enum class MarkerSyntax : std::uint8_t {
    Standard,
    BareWords,  // also takes `python_version >= 3.6` and `extra == test`
};

// Null: always true, as all that was written means nothing. Errors: Invalid, with the column.
base::Result<std::shared_ptr<const MarkerNode>> parse_marker(
    std::string_view text, MarkerSyntax syntax, Warnings* warnings
);

}  // namespace pep
