// How the network is used: net::ClientOptions from flags, variables and files.
#pragma once

#include "base/result.h"
#include "cli/settings.h"

namespace cli {

base::Result<net::ClientOptions> network_options(const Inputs& inputs);

}  // namespace cli
