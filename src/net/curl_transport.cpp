#include "base/check.h"
#include "base/text.h"
#include "base/trace.h"
#include "net/transport.h"

// Every call goes through the function table below, so the argument checks by macro could not see them.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <mutex>
#include <sys/socket.h>
#include <unordered_map>
#include <utility>

namespace net {

namespace {

constexpr const char* kLibrary = "libcurl.so.4";
constexpr unsigned kOldestVersion = 0x075500;  // 7.85: CURLOPT_PROTOCOLS_STR
// No line is that slow: who sends less sends to keep us waiting.
constexpr long kSlowestBytesPerSecond = 32;
constexpr long kReceiveBuffer = 128 << 10;
constexpr std::size_t kIdleHandles = 32;
constexpr std::size_t kLargestHead = 256 << 10;

// The functions of libcurl that are used, by their names without `curl_`.
struct Curl {
    decltype(&::curl_global_init) global_init = nullptr;
    decltype(&::curl_version_info) version_info = nullptr;
    decltype(&::curl_slist_append) slist_append = nullptr;
    decltype(&::curl_slist_free_all) slist_free_all = nullptr;
    decltype(&::curl_easy_init) easy_init = nullptr;
    decltype(&::curl_easy_reset) easy_reset = nullptr;
    decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
    decltype(&::curl_easy_setopt) easy_setopt = nullptr;
    decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
    decltype(&::curl_easy_strerror) easy_strerror = nullptr;
    decltype(&::curl_share_init) share_init = nullptr;
    decltype(&::curl_share_setopt) share_setopt = nullptr;
    decltype(&::curl_share_cleanup) share_cleanup = nullptr;
    decltype(&::curl_multi_init) multi_init = nullptr;
    decltype(&::curl_multi_setopt) multi_setopt = nullptr;
    decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
    decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
    decltype(&::curl_multi_perform) multi_perform = nullptr;
    decltype(&::curl_multi_poll) multi_poll = nullptr;
    decltype(&::curl_multi_wakeup) multi_wakeup = nullptr;
    decltype(&::curl_multi_info_read) multi_info_read = nullptr;
    decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
};

base::Error unusable(std::string reason) {
    return base::Error(
               base::ErrorKind::Unsupported,
               fmt::format("cannot use {}, which the network needs", kLibrary)
    )
        .cause(std::move(reason))
        .hint("install libcurl 7.85 or newer; on Debian and Ubuntu it is the package `libcurl4`");
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

bool find_all(void* library, Curl& curl) {
    return find(library, "curl_global_init", curl.global_init) &&
           find(library, "curl_version_info", curl.version_info) &&
           find(library, "curl_slist_append", curl.slist_append) &&
           find(library, "curl_slist_free_all", curl.slist_free_all) &&
           find(library, "curl_easy_init", curl.easy_init) &&
           find(library, "curl_easy_reset", curl.easy_reset) &&
           find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
           find(library, "curl_easy_setopt", curl.easy_setopt) &&
           find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
           find(library, "curl_easy_strerror", curl.easy_strerror) &&
           find(library, "curl_share_init", curl.share_init) &&
           find(library, "curl_share_setopt", curl.share_setopt) &&
           find(library, "curl_share_cleanup", curl.share_cleanup) &&
           find(library, "curl_multi_init", curl.multi_init) &&
           find(library, "curl_multi_setopt", curl.multi_setopt) &&
           find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
           find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
           find(library, "curl_multi_perform", curl.multi_perform) &&
           find(library, "curl_multi_poll", curl.multi_poll) &&
           find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
           find(library, "curl_multi_info_read", curl.multi_info_read) &&
           find(library, "curl_multi_cleanup", curl.multi_cleanup);
}

base::Result<Curl> load() {
    // Never closed: libcurl and OpenSSL leave handlers behind that run at exit.
    void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return base::fail(unusable(::dlerror()));
    Curl curl;
    if (!find_all(library, curl)) return base::fail(unusable("it lacks a function"));
    const curl_version_info_data* version = curl.version_info(CURLVERSION_NOW);
    if (version->version_num < kOldestVersion)
        return base::fail(unusable(fmt::format("it is {}", version->version)));
    if ((version->features & CURL_VERSION_SSL) == 0)
        return base::fail(unusable("it cannot do TLS"));
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return base::fail(unusable("it does not start"));
    return curl;
}

// Once for each process, whatever the number of clients.
const base::Result<Curl>& library() {
    static const base::Result<Curl> curl = load();
    return curl;
}

TransferFault fault_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return TransferFault::Resolve;
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_PROXY:
            return TransferFault::Proxy;
        case CURLE_COULDNT_CONNECT:
            return TransferFault::Connect;
        case CURLE_OPERATION_TIMEDOUT:
            return TransferFault::Stalled;
        case CURLE_SSL_CONNECT_ERROR:
            return TransferFault::Tls;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return TransferFault::Certificate;
        case CURLE_SSL_CERTPROBLEM:
            return TransferFault::ClientCertificate;
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL:  // "HTTP/0.9": an answer that is not HTTP
        case CURLE_BAD_CONTENT_ENCODING:
            return TransferFault::Broken;
        default:
            return TransferFault::Other;
    }
}

// libcurl leaves its sockets open over exec; ours must not reach the programs we start.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// One easy handle with what belongs to the transfer it carries.
struct Transfer {
    CURL* handle = nullptr;
    const Curl* curl = nullptr;
    curl_slist* headers = nullptr;
    TransferHandler* handler = nullptr;
    ResponseHead head;
    std::size_t head_size = 0;
    bool has_head = false;
    bool stopped = false;
    std::array<char, CURL_ERROR_SIZE> detail{};
};

Flow finish_head(Transfer& transfer) {
    long status = 0;
    long version = 0;
    transfer.curl->easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.curl->easy_getinfo(transfer.handle, CURLINFO_HTTP_VERSION, &version);
    if (status < 200) return Flow::Continue;
    transfer.has_head = true;
    transfer.head.status = static_cast<int>(status);
    transfer.head.version =
        version >= CURL_HTTP_VERSION_2_0 ? HttpVersion::Http2 : HttpVersion::Http1;
    return transfer.handler->on_head(std::move(transfer.head));
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
    Transfer& transfer = *static_cast<Transfer*>(context);
    const std::string_view line(data, size * count);
    if (transfer.has_head) return line.size();  // trailers
    Flow flow = Flow::Continue;
    transfer.head_size += line.size();
    if (transfer.head_size > kLargestHead) {
        flow = Flow::Stop;
    } else if (line.starts_with("HTTP/")) {
        transfer.head = {};
    } else if (base::trim(line).empty()) {
        flow = finish_head(transfer);
    } else {
        transfer.head.headers.add_line(line);
    }
    transfer.stopped = flow == Flow::Stop;
    return transfer.stopped ? 0 : line.size();
}

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* context) {
    Transfer& transfer = *static_cast<Transfer*>(context);
    const std::string_view bytes(data, size * count);
    transfer.stopped = transfer.handler->on_body(bytes) == Flow::Stop;
    return transfer.stopped ? CURL_WRITEFUNC_ERROR : bytes.size();
}

class CurlTransport final : public Transport {
  public:
    CurlTransport(const Curl& curl, TransportOptions options);
    ~CurlTransport() override;

    void start(const TransferRequest& request, TransferHandler& handler) override;
    void stop(TransferHandler& handler) override;
    void perform() override;
    void wait(std::int64_t milliseconds) override;

    void wake() override { curl_.multi_wakeup(multi_); }

  private:
    template <class Value>
    void set(const Transfer& transfer, CURLoption option, Value value) const {
        const CURLcode code = curl_.easy_setopt(transfer.handle, option, value);
        if (code == CURLE_OK) return;
        base::trace([&] {
            return fmt::format(
                "libcurl refuses option {}: {}", static_cast<int>(option), curl_.easy_strerror(code)
            );
        });
    }

    std::unique_ptr<Transfer> take_transfer();
    void set_request(Transfer& transfer, const TransferRequest& request) const;
    void set_limits(const Transfer& transfer) const;
    void set_proxy(const Transfer& transfer, const std::optional<Url>& proxy) const;
    void set_tls(const Transfer& transfer, const Url& url) const;
    TransferEnd end_of(const Transfer& transfer, CURLcode code) const;
    std::unique_ptr<Transfer> detach(CURL* handle);
    void put_back(std::unique_ptr<Transfer> transfer);
    void destroy(const Transfer& transfer) const;

    const Curl& curl_;
    const TransportOptions options_;
    CURLM* multi_ = nullptr;
    CURLSH* share_ = nullptr;
    std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
    std::vector<std::unique_ptr<Transfer>> idle_;
};

CurlTransport::CurlTransport(const Curl& curl, TransportOptions options)
    : curl_(curl),
      options_(std::move(options)),
      multi_(curl.multi_init()),
      share_(curl.share_init()) {
    CHECK(multi_ != nullptr && share_ != nullptr, "out of memory");
    curl_.multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    curl_.multi_setopt(
        multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options_.max_connections)
    );
    curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_connections));
    // The multi handle shares connections and names among transfers; sessions, which make the second handshake with
    // a host short, are shared by this. One thread, so no lock functions.
    curl_.share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

CurlTransport::~CurlTransport() {
    for (const auto& [handle, transfer] : running_) {
        curl_.multi_remove_handle(multi_, handle);
        destroy(*transfer);
    }
    for (const auto& transfer : idle_)
        destroy(*transfer);
    curl_.multi_cleanup(multi_);
    curl_.share_cleanup(share_);
}

std::unique_ptr<Transfer> CurlTransport::take_transfer() {
    auto transfer = std::make_unique<Transfer>();
    transfer->curl = &curl_;
    if (!idle_.empty()) {
        transfer->handle = idle_.back()->handle;
        idle_.pop_back();
    } else {
        transfer->handle = curl_.easy_init();
        CHECK(transfer->handle != nullptr, "out of memory");
    }
    return transfer;
}

void CurlTransport::start(const TransferRequest& request, TransferHandler& handler) {
    std::unique_ptr<Transfer> transfer = take_transfer();
    transfer->handler = &handler;
    set_request(*transfer, request);
    set_limits(*transfer);
    set_proxy(*transfer, request.proxy);
    set_tls(*transfer, request.url);
    const CURLMcode code = curl_.multi_add_handle(multi_, transfer->handle);
    CHECK(code == CURLM_OK, "a new transfer is refused");
    running_.emplace(transfer->handle, std::move(transfer));
}

void CurlTransport::set_request(Transfer& transfer, const TransferRequest& request) const {
    for (const Header& header : request.headers.fields()) {
        // "Name;" is how libcurl is told of a field without value.
        const std::string line =
            header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
        transfer.headers = curl_.slist_append(transfer.headers, line.c_str());
    }
    set(transfer, CURLOPT_URL, request.url.without_credentials().without_fragment().text().c_str());
    set(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
    set(transfer, CURLOPT_PATH_AS_IS, 1L);
    set(transfer, CURLOPT_NOBODY, request.method == Method::Head ? 1L : 0L);
    set(transfer, CURLOPT_HTTPHEADER, transfer.headers);
    set(transfer, CURLOPT_FOLLOWLOCATION, 0L);
    set(transfer, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    // New transfers wait for a connection that is being made: its handshake may turn out to speak HTTP/2, and then it
    // carries them all. Without TLS there is no handshake, and libcurl 7.88 would let them wait for the first answer.
    set(transfer, CURLOPT_PIPEWAIT, request.url.scheme() == "https" ? 1L : 0L);
    set(transfer, CURLOPT_ACCEPT_ENCODING, request.coding == BodyCoding::Decoded ? "" : nullptr);
    set(transfer, CURLOPT_HEADERFUNCTION, &on_header);
    set(transfer, CURLOPT_HEADERDATA, &transfer);
    set(transfer, CURLOPT_WRITEFUNCTION, &on_data);
    set(transfer, CURLOPT_WRITEDATA, &transfer);
    set(transfer, CURLOPT_ERRORBUFFER, transfer.detail.data());
}

void CurlTransport::set_limits(const Transfer& transfer) const {
    set(transfer, CURLOPT_NOSIGNAL, 1L);
    set(transfer, CURLOPT_TCP_KEEPALIVE, 1L);
    set(transfer, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(transfer, CURLOPT_BUFFERSIZE, kReceiveBuffer);
    set(transfer, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout_ms));
    set(transfer, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
    set(transfer,
        CURLOPT_LOW_SPEED_TIME,
        static_cast<long>((options_.stall_timeout_ms + 999) / 1000));
    set(transfer, CURLOPT_SHARE, share_);
}

void CurlTransport::set_proxy(const Transfer& transfer, const std::optional<Url>& proxy) const {
    // An empty text keeps libcurl from asking the environment.
    set(transfer, CURLOPT_NOPROXY, "");
    set(transfer, CURLOPT_PROXY, proxy ? proxy->without_credentials().text().c_str() : "");
    set(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!proxy) return;
    if (const auto credentials = proxy->credentials()) {
        set(transfer, CURLOPT_PROXYUSERNAME, credentials->username.c_str());
        set(transfer, CURLOPT_PROXYPASSWORD, credentials->password.c_str());
    }
    if (proxy->scheme() != "https") return;
    if (!options_.trust.hashed_directory.empty()) {
        set(transfer, CURLOPT_PROXY_CAPATH, options_.trust.hashed_directory.c_str());
    }
    set(transfer,
        CURLOPT_PROXY_CAINFO,
        options_.trust.file.empty() ? nullptr : options_.trust.file.c_str());
}

void CurlTransport::set_tls(const Transfer& transfer, const Url& url) const {
    // Both have defaults from when libcurl was built, so both are set.
    const TrustSource& trust = options_.trust;
    set(transfer,
        CURLOPT_CAPATH,
        trust.hashed_directory.empty() ? nullptr : trust.hashed_directory.c_str());
    set(transfer, CURLOPT_CAINFO, trust.file.empty() ? nullptr : trust.file.c_str());
    if (!trust.pem.empty()) {
        curl_blob blob{
            .data = const_cast<char*>(trust.pem.data()),
            .len = trust.pem.size(),
            .flags = CURL_BLOB_NOCOPY
        };
        set(transfer, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (!options_.client_certificate.empty()) {
        set(transfer, CURLOPT_SSLCERT, options_.client_certificate.c_str());
        set(transfer, CURLOPT_SSLKEY, options_.client_certificate.c_str());
    }
    if (is_insecure_host(options_.insecure_hosts, url)) {
        set(transfer, CURLOPT_SSL_VERIFYPEER, 0L);
        set(transfer, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

void CurlTransport::perform() {
    int running = 0;
    curl_.multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        // Detached first: the handler may start the next transfer, or end with this one.
        std::unique_ptr<Transfer> transfer = detach(message->easy_handle);
        const TransferEnd end = end_of(*transfer, code);
        TransferHandler& handler = *transfer->handler;
        put_back(std::move(transfer));
        handler.on_end(end);
    }
}

TransferEnd CurlTransport::end_of(const Transfer& transfer, CURLcode code) const {
    if (code == CURLE_OK) {
        if (transfer.has_head) return {};
        return {.fault = TransferFault::Broken, .detail = "no answer"};
    }
    const char* detail =
        transfer.detail[0] != '\0' ? transfer.detail.data() : curl_.easy_strerror(code);
    TransferEnd end{.fault = fault_of(code), .detail = detail};
    long tunnel_status = 0;
    curl_off_t connected_us = 0;
    curl_.easy_getinfo(transfer.handle, CURLINFO_HTTP_CONNECTCODE, &tunnel_status);
    curl_.easy_getinfo(transfer.handle, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (transfer.stopped) {
        end.fault = TransferFault::Stopped;
    } else if (tunnel_status >= 400) {
        end.fault = TransferFault::Proxy;
    } else if (code == CURLE_OPERATION_TIMEDOUT && connected_us == 0) {
        end.fault = TransferFault::ConnectTimeout;
    }
    return end;
}

void CurlTransport::wait(std::int64_t milliseconds) {
    int ready = 0;
    curl_.multi_poll(
        multi_,
        nullptr,
        0,
        static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, INT32_MAX)),
        &ready
    );
}

void CurlTransport::stop(TransferHandler& handler) {
    const auto found = std::ranges::find_if(running_, [&](const auto& entry) {
        return entry.second->handler == &handler;
    });
    if (found != running_.end()) put_back(detach(found->first));
}

std::unique_ptr<Transfer> CurlTransport::detach(CURL* handle) {
    curl_.multi_remove_handle(multi_, handle);
    const auto found = running_.find(handle);
    CHECK(found != running_.end(), "libcurl names a transfer that is not running");
    std::unique_ptr<Transfer> transfer = std::move(found->second);
    running_.erase(found);
    return transfer;
}

void CurlTransport::put_back(std::unique_ptr<Transfer> transfer) {
    if (idle_.size() >= kIdleHandles) {
        destroy(*transfer);
        return;
    }
    curl_.easy_reset(transfer->handle);
    curl_.slist_free_all(std::exchange(transfer->headers, nullptr));
    idle_.push_back(std::move(transfer));
}

void CurlTransport::destroy(const Transfer& transfer) const {
    curl_.easy_cleanup(transfer.handle);
    curl_.slist_free_all(transfer.headers);
}

}  // namespace

base::Result<std::unique_ptr<Transport>> open_curl_transport(TransportOptions options) {
    const base::Result<Curl>& curl = library();
    if (!curl) return base::fail(curl.error());
    return std::make_unique<CurlTransport>(*curl, std::move(options));
}

bool is_insecure_host(const std::vector<std::string>& hosts, const Url& url) {
    return std::ranges::any_of(hosts, [&](std::string_view wanted) {
        if (base::equals_ignoring_case(wanted, url.host())) return true;
        return base::equals_ignoring_case(
            wanted, fmt::format("{}:{}", url.host(), url.effective_port())
        );
    });
}

}  // namespace net
