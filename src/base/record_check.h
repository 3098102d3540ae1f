// Whether a file is a whole record (base/record.h) of whatever kind and version: its trailer is the
// checksum of what comes before. For a verification, which knows no formats.
#pragma once

#include <string_view>

namespace base {

bool is_whole_record(std::string_view bytes);

}  // namespace base
