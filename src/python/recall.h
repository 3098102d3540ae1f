// Recollection: how a search ended, with everything it depended on, in one small record. A fixed
// number of records is kept; one question may push another out.
#pragma once

#include "python/discovery.h"
#include "python/interpreter.h"
#include "python/request.h"
#include "python/watch.h"

#include <optional>

namespace python {

std::optional<Interpreter> read_recollection(
    const PythonRequest& request, const DiscoveryOptions& options
);

// Failing to write is no error: the next start searches again.
void write_recollection(
    const PythonRequest& request,
    const DiscoveryOptions& options,
    const Interpreter& answer,
    const WatchList& watch
);

}  // namespace python
