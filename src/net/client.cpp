#include "net/client.h"

namespace net {

class Client::Loop {};

Client::Client(ClientOptions options) : options_(std::move(options)) {}

Client::~Client() = default;

}  // namespace net
