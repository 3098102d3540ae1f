// ProxyRules: which proxy a URL is fetched through. Values come from the options (http_proxy,
// https_proxy, all_proxy, no_proxy and their settings); libcurl is kept from reading the
// environment itself.
//
// no_proxy is a list divided by commas or blanks. `*` is everything; `example.org`, `.example.org`
// and `*.example.org` are that host and all below it; `host:port` only that port; addresses match
// as numbers, and `10.0.0.0/8` and `fd00::/8` match networks. Names are not looked up.
#pragma once

#include "base/result.h"
#include "net/url.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct ProxyOptions {
    std::string http;   // for http URLs; "" = none
    std::string https;  // for https URLs
    std::string all;    // for what has none of its own
    std::string no_proxy;
};

// True if a host (IPv6 in brackets or not) on that port goes without proxy.
bool is_exempt_from_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port);

class ProxyRules {
  public:
    ProxyRules() = default;
    // `host:3128` means http. Schemes: http, https, socks4, socks4a, socks5, socks5h; a Usage error
    // else.
    static base::Result<ProxyRules> parse(const ProxyOptions& options);

    // nullopt: connect directly.
    std::optional<Url> proxy_for(const Url& url) const;

  private:
    std::optional<Url> http_;
    std::optional<Url> https_;
    std::string no_proxy_;
};

}  // namespace net
