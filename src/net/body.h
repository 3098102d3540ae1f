// Body: where the answer of one request goes, and what completes it. Used by Exchange on the event thread.
#pragma once

#include "base/result.h"
#include "net/http_headers.h"
#include "net/transport.h"
#include "net/url.h"

#include <cstdint>
#include <string_view>

namespace net {

// Proceed: as it should be. Again: the attempt is void through nobody's fault; make another at once. Broken: the
// answer is not whole; treat it as a broken transfer.
enum class Step { Proceed, Again, Broken };

struct Answer {
    ResponseHead head;
    Url url;                        // that gave it, without credentials
    std::int64_t requested_at = 0;  // seconds since 1970
    std::int64_t received_at = 0;
};

class Body {
  public:
    Body() = default;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    virtual ~Body() = default;

    virtual BodyCoding coding() const = 0;
    // Before each attempt: the headers that depend on what is there already.
    virtual void add_headers(Headers& headers) = 0;
    // The head of an answer that is neither a redirect nor to be tried again. An error ends the request.
    virtual base::Result<Step> begin(const ResponseHead& head, const Url& url) = 0;
    virtual base::Result<void> write(std::string_view bytes) = 0;
    // All bytes have come.
    virtual base::Result<Step> complete(const Url& url) = 0;
    // Exactly one of these is called, last.
    virtual void succeed(Answer answer) = 0;
    virtual void fail(base::Error error) = 0;
};

// The value of Content-Length, if the body is as long as it says.
std::optional<std::uint64_t> content_length(const Headers& headers);

}  // namespace net
