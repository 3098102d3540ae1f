// LoopbackServer: an HTTP/1.1 server inside a test, on 127.0.0.1 and a port of the kernel's choice.
// Its handler sees every request and says what comes back, byte for byte if need be; the test reads
// afterwards what was asked.
//
//     LoopbackServer server([](const LoopbackRequest& request) {
//         if (request.path == "/simple/flask/") return LoopbackResponse{.body = page};
//         return LoopbackResponse{.status = 404};
//     });
//     client.fetch(server.url("/simple/flask/"));
//
// One thread for each connection, keep-alive, no TLS. The handler runs on those threads, one call
// at a time.
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

struct LoopbackRequest {
    std::string method;
    std::string path;                            // with query, as sent
    std::map<std::string, std::string> headers;  // names in lower case

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

struct LoopbackResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    // Bytes of the body that are really sent; fewer than it has breaks the connection in the
    // middle.
    std::size_t send_limit = std::string::npos;
};

// Answers `Range: bytes=...` (first-last, first-, -suffix) over `content`, with status 206, or 200
// without a range.
inline LoopbackResponse answer_range(const LoopbackRequest& request, const std::string& content) {
    const std::string range = request.header("range");
    if (!range.starts_with("bytes=")) return {.body = content};
    const std::string spec = range.substr(6);
    const std::size_t dash = spec.find('-');
    std::size_t first = 0;
    std::size_t last = content.size() - 1;
    if (dash == 0) {
        const std::size_t suffix = std::strtoull(spec.c_str() + 1, nullptr, 10);
        first = suffix >= content.size() ? 0 : content.size() - suffix;
    } else {
        first = std::strtoull(spec.c_str(), nullptr, 10);
        if (dash + 1 < spec.size())
            last = std::min<std::size_t>(last, std::strtoull(spec.c_str() + dash + 1, nullptr, 10));
    }
    if (first >= content.size() || first > last) {
        return {
            .status = 416,
            .headers = {{"Content-Range", "bytes */" + std::to_string(content.size())}}
        };
    }
    const std::string place = "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                              std::to_string(content.size());
    return {
        .status = 206,
        .headers = {{"Content-Range", place}},
        .body = content.substr(first, last - first + 1)
    };
}

class LoopbackServer {
  public:
    using Handler = std::function<LoopbackResponse(const LoopbackRequest&)>;

    explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, raw, length) != 0 || ::listen(listener_, 128) != 0) std::abort();
        if (::getsockname(listener_, raw, &length) != 0) std::abort();
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_connections(); });
    }

    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    ~LoopbackServer() {
        closing_ = true;
        acceptor_.join();
        ::close(listener_);
        for (std::thread& connection : connections_)
            connection.join();
    }

    std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

    std::string url(std::string_view path) const { return origin() + std::string(path); }

    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

    // All requests so far, in order of arrival.
    std::vector<LoopbackRequest> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    // How many requests had this path (query included).
    std::size_t count(std::string_view path) {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::ranges::count_if(
            requests_, [&](const LoopbackRequest& request) { return request.path == path; }
        ));
    }

  private:
    void accept_connections() {
        while (!closing_) {
            pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection < 0) continue;
            connections_.emplace_back([this, connection] { serve(connection); });
        }
    }

    void serve(int connection) {
        std::string pending;
        LoopbackRequest request;
        while (read_request(connection, pending, request)) {
            LoopbackResponse response;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
                response = handler_(request);
            }
            if (!send_response(connection, request, response)) break;
        }
        ::close(connection);
    }

    bool read_request(int connection, std::string& pending, LoopbackRequest& request) {
        std::size_t end = 0;
        while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
            if (closing_) return false;
            pollfd waiting{.fd = connection, .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            char buffer[4096];
            const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
            if (count <= 0) return false;
            pending.append(buffer, static_cast<std::size_t>(count));
        }
        request = parse_request(std::string_view(pending).substr(0, end));
        pending.erase(0, end + 4);
        return true;
    }

    static LoopbackRequest parse_request(std::string_view head) {
        LoopbackRequest request;
        const std::size_t line_end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, line_end);
        const std::size_t space = line.find(' ');
        request.method = line.substr(0, space);
        request.path = line.substr(space + 1, line.rfind(' ') - space - 1);
        head.remove_prefix(std::min(line_end + 2, head.size()));
        while (!head.empty()) {
            const std::size_t end = std::min(head.find("\r\n"), head.size());
            const std::string_view field = head.substr(0, end);
            const std::size_t colon = std::min(field.find(':'), field.size());
            std::string name(field.substr(0, colon));
            std::ranges::transform(name, name.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            std::string_view value = field.substr(std::min(colon + 1, field.size()));
            while (value.starts_with(' '))
                value.remove_prefix(1);
            request.headers[name] = value;
            head.remove_prefix(std::min(end + 2, head.size()));
        }
        return request;
    }

    static bool send_response(
        int connection, const LoopbackRequest& request, const LoopbackResponse& response
    ) {
        std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Answer\r\n";
        for (const auto& [name, value] : response.headers)
            text += name + ": " + value + "\r\n";
        if (response.status != 304)
            text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
        text += "\r\n";
        const bool has_body = request.method != "HEAD" && response.status != 304;
        if (has_body) text += response.body.substr(0, response.send_limit);
        for (std::size_t sent = 0; sent < text.size();) {
            const ssize_t count =
                ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return false;
            sent += static_cast<std::size_t>(count);
        }
        return !has_body || response.send_limit >= response.body.size();
    }

    Handler handler_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> closing_ = false;
    std::thread acceptor_;
    std::vector<std::thread> connections_;
    std::mutex mutex_;
    std::vector<LoopbackRequest> requests_;
};
