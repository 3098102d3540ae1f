// Whether an environment of the store still has what was installed into it. Each RECORD in it tells
// names, lengths and digests; where two packages brought the same file, one of the two must be
// right. What Python adds by itself (bytecode) is nobody's, and what programs wrote beside it is
// counted and no fault.
#pragma once

#include "base/result.h"
#include "install/file_digests.h"
#include "install/payload_check.h"

#include <cstdint>
#include <string>
#include <vector>

namespace install {

// What the store knows about it.
struct EnvironmentExpectation {
    std::vector<std::string> packages;  // normalised names
    std::uint64_t files = 0;            // at least so many, bytecode not counted
    std::int64_t created_ns = 0;        // wall clock, when it was published
};

struct EnvironmentFindings {
    std::vector<Fault> faults;
    std::uint64_t added = 0;  // files of no package, younger than the environment
};

// In this thread. An Interrupted error when the user stops it.
base::Result<EnvironmentFindings> check_environment(
    const std::string& root, const EnvironmentExpectation& expectation, FileDigests& digests
);

}  // namespace install
