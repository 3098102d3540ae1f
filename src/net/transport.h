// Transport: single HTTP transfers, many at a time, on one thread. The seam between what adder wants of HTTP (retries,
// redirects, credentials, resuming: exchange.h) and the library that speaks it. It follows no redirects, knows no
// credentials but the headers it is given, and tries nothing twice.
//
// Everything but wake() is called on the event thread, and handlers are called from perform().
#pragma once

#include "base/result.h"
#include "net/http_headers.h"
#include "net/trust.h"
#include "net/url.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

// Decoded: asks for compressed bodies and hands on the plain bytes. AsStored: the bytes of the file itself.
enum class BodyCoding { Decoded, AsStored };

struct TransferRequest {
    Url url;
    Method method = Method::Get;
    Headers headers;
    std::optional<Url> proxy;
    BodyCoding coding = BodyCoding::Decoded;
};

enum class HttpVersion { Http1, Http2 };

struct ResponseHead {
    int status = 0;
    Headers headers;
    HttpVersion version = HttpVersion::Http1;
};

enum class TransferFault {
    Resolve,            // the host's name is not known
    Connect,            // refused or unreachable
    ConnectTimeout,     // no connection in time
    Tls,                // the handshake failed
    Certificate,        // the server is not who it should be
    ClientCertificate,  // ours cannot be used
    Proxy,              // the proxy is unknown or refuses
    Stalled,            // too few bytes in time
    Broken,             // ended before its end, or no HTTP
    Stopped,            // the handler said so
    Other,
};

struct TransferEnd {
    std::optional<TransferFault> fault;  // nullopt: the whole answer came
    std::string detail;                  // the library's words; no secrets
};

enum class Flow { Continue, Stop };

class TransferHandler {
  public:
    TransferHandler() = default;
    TransferHandler(const TransferHandler&) = delete;
    TransferHandler& operator=(const TransferHandler&) = delete;
    virtual ~TransferHandler() = default;

    // Once for each transfer that gets an answer; interim (1xx) answers are skipped.
    virtual Flow on_head(ResponseHead head) = 0;
    virtual Flow on_body(std::string_view bytes) = 0;
    // Last call for a transfer. New transfers may be started from here.
    virtual void on_end(const TransferEnd& end) = 0;
};

struct TransportOptions {
    std::int64_t connect_timeout_ms = 10'000;
    std::int64_t stall_timeout_ms = 30'000;
    std::size_t max_connections = 50;
    TrustSource trust;
    std::vector<std::string> insecure_hosts;
    std::string client_certificate;
};

class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;  // stops what still runs

    // The handler must live until its on_end() or until stop().
    virtual void start(const TransferRequest& request, TransferHandler& handler) = 0;
    // Breaks a transfer off; its handler is not called any more. Not from on_head() and on_body().
    virtual void stop(TransferHandler& handler) = 0;
    // Does what can be done without waiting.
    virtual void perform() = 0;
    // Sleeps until a socket is ready, somebody calls wake(), or the time is over.
    virtual void wait(std::int64_t milliseconds) = 0;
    // From any thread.
    virtual void wake() = 0;
};

// Over libcurl, which is loaded here if it is not yet. An Unsupported error if it is missing or too old.
base::Result<std::unique_ptr<Transport>> open_curl_transport(TransportOptions options);

// True if `url` is on one of the hosts, which are `name` or `name:port`.
bool is_insecure_host(const std::vector<std::string>& hosts, const Url& url);

}  // namespace net
