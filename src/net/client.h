// Client: HTTP and HTTPS for everything in adder.
//
// One event thread carries all transfers. It is started by the first request, and only then is
// libcurl loaded (docs/decisions/003-libcurl-on-first-use.md): a command that needs no network pays
// nothing. HTTP/2 connections are shared by all requests to an origin. Hundreds of requests may be
// under way; what exceeds the limits of ClientOptions waits in the order it came, pages before
// files.
//
//     net::Client client(options);
//     auto page = client.fetch({.url = url, .headers = {{"Accept", "text/html"}}});    // starts at
//     once
//     ...
//     net::Response response = TRY(page.get());                                        // waits
//
// Errors (kind Network unless said otherwise) mean that no whole answer came: resolving,
// connecting, TLS, stalls, broken transfers, refused redirects, after all retries; Invalid: more
// bytes than allowed, wrong size, wrong hash; Io: the disk; Interrupted: base::cancel or close().
// Whatever the server answers is a Response: 401, 403, 404, and 408, 429 and 5xx once the retries
// are used up. Messages and hints show URLs by Url::display().
//
// Credentials are sent with the first request (Basic), to the origin they are for and to no other,
// also not after a redirect. Redirects are followed (redirect.h). All members may be called from
// any thread.
#pragma once

#include "base/fd.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/task_pool.h"
#include "net/credentials.h"
#include "net/http_headers.h"
#include "net/proxy.h"
#include "net/retry.h"
#include "net/trust.h"
#include "net/url.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace net {

class EventLoop;

enum class Connectivity { Online, Offline };

struct ClientOptions {
    Connectivity connectivity = Connectivity::Online;  // Offline: every request fails at once
    std::int64_t connect_timeout_ms = 10'000;  // name lookup, TCP and TLS (UV_HTTP_CONNECT_TIMEOUT)
    std::int64_t stall_timeout_ms =
        30'000;         // with less than 32 bytes a second, rounded up to seconds (UV_HTTP_TIMEOUT)
    RetryPolicy retry;  // UV_HTTP_RETRIES
    ProxyOptions proxy;
    TrustOptions trust;                       // SSL_CERT_FILE, SSL_CERT_DIR
    std::vector<std::string> insecure_hosts;  // `host` or `host:port`: certificates go unchecked
    std::string client_certificate;           // PEM with key (SSL_CLIENT_CERT); "" = none
    std::string user_agent = "adder";
    std::string netrc_path;                      // "" = none; a file that is not there is none
    std::vector<ScopedCredentials> credentials;  // for each index
    // Told at most once, on the event thread, of what is ignored although it was given: a netrc that
    // cannot be read. Only when there is a request that could have used it.
    std::function<void(std::string)> on_problem;
    std::size_t max_connections = 50;
    std::size_t max_downloads = 50;  // files under way at a time (UV_CONCURRENT_DOWNLOADS)
};

// WhereKnown: what the CredentialBook has for the URL. Never: none, not even the URL's own.
enum class CredentialUse { WhereKnown, Never };

inline constexpr std::uint64_t kDefaultBodyLimit = 64 << 20;

struct Request {
    Url url;
    Method method = Method::Get;
    Headers headers = {};
    std::string range = {};  // "0-99", "100-", "-500" (bytes); "" = everything
    std::uint64_t size_limit = kDefaultBodyLimit;  // of the body after decompression, bytes
    std::optional<Credentials> credentials = {};   // for the URL's origin; wins over all others
    CredentialUse credential_use = CredentialUse::WhereKnown;
};

struct Response {
    int status = 0;
    Headers headers;
    std::string body;  // decompressed
    Url final_url;     // after redirects, without credentials: the base of links in the body
    std::int64_t requested_at = 0;  // seconds since 1970, of the last hop: for CachePolicy
    std::int64_t received_at = 0;

    bool is_success() const { return status >= 200 && status < 300; }
};

struct DownloadRequest {
    Url url;
    // Where the bytes go. What a failed or killed download leaves there, with a sidecar
    // `<path>.resume`, is continued by the next one for the same URL if the server still has the
    // same file (part_file.h).
    std::string part_path;
    std::optional<std::uint64_t> expected_size = {};     // also a limit
    std::vector<base::HashDigest> expected_hashes = {};  // all must match
    std::uint64_t size_limit = UINT64_MAX;
    // Called on the event thread with the bytes on disk and, if known, the size of the whole; must
    // return at once.
    std::function<void(std::uint64_t received, std::optional<std::uint64_t> total)> progress = {};
    Headers headers = {};
    std::optional<Credentials> credentials = {};
    CredentialUse credential_use = CredentialUse::WhereKnown;
};

struct DownloadResult {
    // The complete file, its hash and size checked: part_path, or a name beside it if another
    // process is loading into part_path right now. The caller renames or removes it.
    std::string path;
    // Holds the file open and locked: nobody else writes to it. Keep it until the file has been
    // moved or removed.
    base::Fd file;
    std::string sha256;  // lower-case hex
    std::uint64_t size = 0;
    std::uint64_t resumed_from = 0;  // bytes that an earlier command had left
    Url final_url;                   // without credentials
    Headers headers;  // of the answer that completed the file; empty if nothing had to be asked
};

class Client {
  public:
    using FetchDone = std::move_only_function<void(base::Result<Response>)>;
    using DownloadDone = std::move_only_function<void(base::Result<DownloadResult>)>;

    explicit Client(ClientOptions options);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();  // close(), and waits for the event thread

    base::Future<base::Result<Response>> fetch(Request request);
    // An answer that is no success is an error here: NotFound for 404 and 410, else Network. A part
    // that is already there is read and hashed on the calling thread.
    base::Future<base::Result<DownloadResult>> download(DownloadRequest request);
    // The same with a function that is called once, on the event thread (or on the caller's, if the
    // request fails at once). It must not wait; give long work to a TaskPool.
    void fetch(Request request, FetchDone done);
    void download(DownloadRequest request, DownloadDone done);

    // For indexes that become known later; holds for requests made afterwards.
    void add_credentials(ScopedCredentials entry);
    // Starts the thread and loads libcurl, which takes some milliseconds, while the caller has
    // other things to do.
    void warm_up();
    // All requests under way, and all later ones, fail with Interrupted. Partial downloads are
    // kept.
    void close();

    const ClientOptions& options() const { return options_; }

  private:
    ClientOptions options_;
    std::unique_ptr<EventLoop> loop_;
};

}  // namespace net
