// Unpacked wheels in the store: makes sure that every wheel of a request is there, downloading and
// unpacking what is missing, all at once.
#pragma once

#include "base/result.h"
#include "index/registry.h"
#include "ops/resolver.h"
#include "ops/session.h"
#include "store/store.h"

#include <span>
#include <string>
#include <vector>

namespace ops {

// The payload of one wheel, locked against collection while the guard lives.
struct Payload {
    std::string directory;
    std::string sha256;
    std::string name;
    std::string version;
    store::PayloadGuard guard;
};

// In the order of `wheels`. Emits progress, and Prepared when something had to be fetched or
// unpacked. After a failure the downloads that were complete stay; half a download is kept for a
// later command to resume.
base::Result<std::vector<Payload>> obtain_payloads(
    Session& session, package_index::Registry& registry, std::span<const ResolvedWheel> wheels
);

}  // namespace ops
