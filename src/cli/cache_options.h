// Which store the commands of `cache` work on.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "store/store.h"

namespace cli {

// As the command line and its configuration say; nothing is created.
base::Result<store::StoreOptions> store_options(const Context& context);

}  // namespace cli
