// What a prune removed or would remove, one by one, and why: for people and as JSON.
#pragma once

#include "codec/json.h"
#include "store/report.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cli {

std::string_view name_of(store::UnitKind kind);  // "environment", "package", "file"
std::string_view name_of(store::Reason reason);  // "too-old"
std::string_view explain(store::Reason reason
);  // "not used for longer than `cache-max-age` allows"

// One line each, what goes first in front; "" for none. Many files of one reason are one line.
std::string removals_text(std::span<const store::Removal> removals, std::int64_t now_ns);
// The member "items" of the object that is being written.
void write_removals(codec::JsonWriter& json, std::span<const store::Removal> removals);

}  // namespace cli
