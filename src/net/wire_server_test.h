// WireServer: for what a decent HTTP server would not do. The test gets each connection once its first request has
// come, and writes to it whatever it likes; the connection is closed when the function returns.
//
//     WireServer server([](WireConnection& connection) {
//         connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
//         connection.wait_until_closed();    // a stall
//     });
#pragma once

#include "loopback_listener.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace net {

class WireConnection {
  public:
    explicit WireConnection(LoopbackConnection& connection) : connection_(connection) {}

    const std::string& request() const { return request_; }

    void send(std::string_view bytes) const { static_cast<void>(connection_.send(bytes)); }

    // Reads a request head, or the beginning of a TLS handshake; false when the client has gone.
    bool read_request() {
        request_.clear();
        while (request_.find("\r\n\r\n") == std::string::npos && !request_.starts_with('\x16')) {
            if (!connection_.receive(request_)) return false;
        }
        return true;
    }

    void wait_until_closed() {
        while (connection_.receive(request_)) {
        }
    }

  private:
    LoopbackConnection& connection_;
    std::string request_;
};

class WireServer {
  public:
    explicit WireServer(std::function<void(WireConnection&)> serve)
        : listener_([serve = std::move(serve)](LoopbackConnection& socket) {
              WireConnection connection(socket);
              if (connection.read_request()) serve(connection);
          }) {}

    std::string url(std::string_view path) const {
        return "http://" + listener_.host() + std::string(path);
    }

    int port() const { return listener_.port(); }

    int connections() const { return listener_.connections(); }

  private:
    LoopbackListener listener_;
};

}  // namespace net
