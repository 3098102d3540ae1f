// Compiling installed modules to bytecode (`--compile-bytecode`): a few Python workers, each fed
// one path a line and answering with the same path when it is done. RECORD does not list what they
// write.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace install {

struct BytecodeOptions {
    std::string python;  // interpreter of the environment, to be run now (not a final path)
    std::size_t workers = 1;
    std::int64_t timeout_ms = 60'000;  // per file; 0 = none
    std::string
        invalidation_mode;  // PYC_INVALIDATION_MODE: "", TIMESTAMP, CHECKED_HASH, UNCHECKED_HASH
};

struct BytecodeReport {
    std::uint64_t files = 0;  // offered to the compiler; a file with a syntax error counts
    std::int64_t elapsed_ns = 0;
};

// Compiles every file of `sources` (absolute paths of .py files). A file that does not compile is
// no error; a worker that dies, talks nonsense or exceeds the time for one file is.
base::Result<BytecodeReport> compile_bytecode(
    std::span<const std::string> sources, const BytecodeOptions& options
);
// The .py files below `directory`, without those in __pycache__. Sorted.
base::Result<std::vector<std::string>> find_sources(const std::string& directory);

}  // namespace install
