// WireServer: for what a decent HTTP server would not do. The test gets each connection once its first request has
// come, and writes to it whatever it likes; the connection is closed when the function returns.
//
//     WireServer server([](WireConnection& connection) {
//         connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
//         connection.wait_until_closed();    // a stall
//     });
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace net {

class WireConnection {
  public:
    WireConnection(int socket, const std::atomic<bool>& closing)
        : socket_(socket), closing_(closing) {}

    const std::string& request() const { return request_; }

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    // Reads a request head, or the beginning of a TLS handshake; false when the client has gone.
    bool read_request() {
        request_.clear();
        while (request_.find("\r\n\r\n") == std::string::npos && !request_.starts_with('\x16')) {
            if (!read_some()) return false;
        }
        return true;
    }

    void wait_until_closed() {
        while (read_some()) {
        }
    }

  private:
    bool read_some() {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        while (::poll(&waiting, 1, 20) == 0) {
            if (closing_) return false;
        }
        char buffer[4096];
        const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        request_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    int socket_;
    const std::atomic<bool>& closing_;
    std::string request_;
};

class WireServer {
  public:
    explicit WireServer(std::function<void(WireConnection&)> serve) : serve_(std::move(serve)) {
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

    WireServer(const WireServer&) = delete;
    WireServer& operator=(const WireServer&) = delete;

    ~WireServer() {
        closing_ = true;
        acceptor_.join();
        ::close(listener_);
        for (std::thread& connection : connections_)
            connection.join();
    }

    std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }

    int port() const { return port_; }

    int connections() const { return count_; }

  private:
    void accept_connections() {
        while (!closing_) {
            pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            ++count_;
            connections_.emplace_back([this, socket] {
                WireConnection connection(socket, closing_);
                if (connection.read_request()) serve_(connection);
                ::close(socket);
            });
        }
    }

    std::function<void(WireConnection&)> serve_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> count_ = 0;
    std::atomic<bool> closing_ = false;
    std::thread acceptor_;
    std::vector<std::thread> connections_;
};

}  // namespace net
