// How failed requests are told to people.
#pragma once

#include "base/error.h"
#include "net/transport.h"
#include "net/url.h"

#include <cstdint>
#include <string>
#include <vector>

namespace net {

// What the texts and hints of a failure need to know.
struct FailureContext {
    std::int64_t connect_timeout_ms = 0;
    std::int64_t stall_timeout_ms = 0;
    std::vector<std::string> trust_notes;  // TrustSource::notes
};

// True if another attempt may go better.
bool is_retryable(TransferFault fault);
// "could not fetch `url`", with the reason as cause and what can be done as hints. Kind Network.
base::Error transfer_error(const Url& url, const TransferEnd& end, const FailureContext& context);
// "`url` answered 403 Forbidden". Kind NotFound for 404 and 410, else Network.
base::Error status_error(const Url& url, int status);

}  // namespace net
