// LoopbackListener: the socket half of the servers inside tests (loopback_server.h,
// net/wire_server_test.h). It accepts connections on 127.0.0.1, on a port of the kernel's choice,
// and gives each to a function on a thread of its own; the connection is closed when the function
// returns. Its destructor ends every read that still waits, and waits for the functions.
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

class LoopbackConnection {
  public:
    LoopbackConnection(int socket, const std::atomic<bool>& closing)
        : socket_(socket), closing_(closing) {}

    LoopbackConnection(const LoopbackConnection&) = delete;
    LoopbackConnection& operator=(const LoopbackConnection&) = delete;

    ~LoopbackConnection() { ::close(socket_); }

    // False when the client has gone.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    // Waits for bytes and appends them; false when the client has gone, or the test is over.
    bool receive(std::string& received) const {
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        while (::poll(&waiting, 1, kPollMs) == 0) {
            if (closing_) return false;
        }
        char buffer[4096];
        const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        received.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    static constexpr int kPollMs = 20;

  private:
    int socket_;
    const std::atomic<bool>& closing_;
};

class LoopbackListener {
  public:
    using Serve = std::function<void(LoopbackConnection&)>;

    explicit LoopbackListener(Serve serve) : serve_(std::move(serve)) {
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

    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;

    ~LoopbackListener() {
        closing_ = true;
        acceptor_.join();
        ::close(listener_);
        for (std::thread& connection : connections_)
            connection.join();
    }

    int port() const { return port_; }

    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

    // How many there have been.
    int connections() const { return count_; }

  private:
    void accept_connections() {
        while (!closing_) {
            pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, LoopbackConnection::kPollMs) <= 0) continue;
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            ++count_;
            connections_.emplace_back([this, socket] {
                LoopbackConnection connection(socket, closing_);
                serve_(connection);
            });
        }
    }

    Serve serve_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> count_ = 0;
    std::atomic<bool> closing_ = false;
    std::thread acceptor_;
    std::vector<std::thread> connections_;
};
