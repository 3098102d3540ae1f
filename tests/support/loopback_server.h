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

#include "loopback_listener.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
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

    explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {}

    std::string origin() const { return "http://" + host(); }

    std::string url(std::string_view path) const { return origin() + std::string(path); }

    std::string host() const { return listener_.host(); }

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
    void serve(LoopbackConnection& connection) {
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
    }

    static bool read_request(
        LoopbackConnection& connection, std::string& pending, LoopbackRequest& request
    ) {
        std::size_t end = 0;
        while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
            if (!connection.receive(pending)) return false;
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
        LoopbackConnection& connection,
        const LoopbackRequest& request,
        const LoopbackResponse& response
    ) {
        std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Answer\r\n";
        for (const auto& [name, value] : response.headers)
            text += name + ": " + value + "\r\n";
        if (response.status != 304)
            text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
        text += "\r\n";
        const bool has_body = request.method != "HEAD" && response.status != 304;
        if (has_body) text += response.body.substr(0, response.send_limit);
        if (!connection.send(text)) return false;
        return !has_body || response.send_limit >= response.body.size();
    }

    Handler handler_;
    std::mutex mutex_;
    std::vector<LoopbackRequest> requests_;
    // The last one: it ends the threads before what they use goes.
    LoopbackListener listener_{[this](LoopbackConnection& connection) { serve(connection); }};
};
