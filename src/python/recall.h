// Recollection: how a search ended, with everything it depended on, in one small record. A fixed
// number of records is kept; one question may push another out.
//
// The working directory is part of the question where environments or relative paths are looked
// for. Else the answer holds in all directories, unless something was met that chooses by the
// directory: a shim, a script.
#pragma once

#include "python/discovery.h"
#include "python/interpreter.h"
#include "python/request.h"
#include "python/watch.h"

#include <cstdint>
#include <optional>

namespace python {

enum class Reach : std::uint8_t { AnyDirectory, ThisDirectory };

struct Recollection {
    Interpreter answer;
    WatchList watch;
    Reach reach = Reach::AnyDirectory;
};

// nullopt: nothing is remembered, or it no longer holds.
std::optional<Recollection> read_recollection(
    const PythonRequest& request, const DiscoveryOptions& options
);

// Failing to write is no error: the next start searches again.
void write_recollection(
    const PythonRequest& request, const DiscoveryOptions& options, const Recollection& recollection
);

}  // namespace python
