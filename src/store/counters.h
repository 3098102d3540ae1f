// Counters: how much the store holds, in the small file `size`, so that the question costs one read.
//
// Publishing adds to them, under a lock and never waiting for the disk; clean and prune, which see
// everything anyway, count again. They may be wrong by what happened between a kill and the next
// count. A record that is damaged or missing makes the next question count.
#pragma once

#include "base/result.h"
#include "store/layout.h"
#include "store/report.h"

#include <cstdint>

namespace store {

// Adds to the counters; `change` holds what came, never what went.
void add_to_counters(const Layout& layout, LockKind kind, const StoreSize& change);
// What is there: bodies and payloads by their records, other files by walking. Writes nothing.
StoreSize count(const Layout& layout);
// Replaces the counters by that.
StoreSize recount(const Layout& layout, LockKind kind);
// Replaces only the size of the small files, by walking them.
void recount_files(const Layout& layout, LockKind kind);
base::Result<StoreSize> read_counters(const Layout& layout, LockKind kind);

std::string encode_counters(const StoreSize& size);
std::optional<StoreSize> decode_counters(std::string_view bytes);

}  // namespace store
