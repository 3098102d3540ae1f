#include "net/proxy.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace net {

namespace {

// An IPv4 or IPv6 address as bytes, the first `size` of them.
struct Address {
    std::array<unsigned char, 16> bytes{};
    std::size_t size = 0;
};

std::optional<Address> parse_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) {
        address.size = 4;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
        address.size = 16;
        return address;
    }
    return std::nullopt;
}

bool share_prefix(const Address& a, const Address& b, std::uint64_t bits) {
    if (a.size != b.size || bits > a.size * 8) return false;
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (std::memcmp(a.bytes.data(), b.bytes.data(), whole) != 0) return false;
    const auto rest = static_cast<unsigned>(bits % 8);
    if (rest == 0) return true;
    const unsigned mask = 0xFFu << (8 - rest) & 0xFFu;
    return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

struct Pattern {
    std::string_view host;
    std::optional<std::uint64_t> port;
};

// Takes ":8080" off the end of a name, an IPv4 address or an IPv6 address in brackets.
Pattern split_port(std::string_view pattern) {
    const std::size_t colon = pattern.rfind(':');
    const bool is_bare_ipv6 = !pattern.starts_with('[') && pattern.find(':') != colon;
    const bool is_in_brackets =
        colon != std::string_view::npos && pattern.find(']', colon) != std::string_view::npos;
    if (colon == std::string_view::npos || is_bare_ipv6 || is_in_brackets)
        return {.host = pattern, .port = {}};
    const auto port = base::parse_unsigned(pattern.substr(colon + 1));
    if (!port) return {.host = pattern, .port = {}};
    return {.host = pattern.substr(0, colon), .port = port};
}

bool matches_network(std::string_view pattern, const Address& address) {
    const std::size_t slash = pattern.find('/');
    const auto network = parse_address(pattern.substr(0, slash));
    if (!network) return false;
    if (slash == std::string_view::npos) return share_prefix(*network, address, network->size * 8);
    const auto bits = base::parse_unsigned(pattern.substr(slash + 1));
    return bits && share_prefix(*network, address, *bits);
}

bool matches_name(std::string_view pattern, std::string_view host) {
    if (pattern.starts_with("*.")) pattern.remove_prefix(1);
    if (pattern.starts_with('.')) pattern.remove_prefix(1);
    if (pattern.ends_with('.')) pattern.remove_suffix(1);
    if (pattern.empty() || host.size() < pattern.size()) return false;
    const std::size_t begin = host.size() - pattern.size();
    return base::equals_ignoring_case(host.substr(begin), pattern) &&
           (begin == 0 || host[begin - 1] == '.');
}

base::Result<std::optional<Url>> parse_proxy(std::string_view text) {
    static constexpr std::array<std::string_view, 6> kSchemes = {
        "http", "https", "socks4", "socks4a", "socks5", "socks5h"
    };
    text = base::trim(text);
    if (text.empty()) return std::nullopt;
    const bool has_scheme = text.find("://") != std::string_view::npos;
    base::Result<Url> url =
        Url::parse(has_scheme ? std::string(text) : fmt::format("http://{}", text));
    if (!url || url->host().empty()) {
        return base::fail(
            base::ErrorKind::Usage, fmt::format("the proxy `{}` is not a URL", redact(text))
        );
    }
    if (std::ranges::find(kSchemes, url->scheme()) == kSchemes.end()) {
        return base::fail(
            base::Error(
                base::ErrorKind::Usage,
                fmt::format(
                    "the proxy `{}` has the unknown scheme `{}`", url->display(), url->scheme()
                )
            )
                .hint("use http, https, socks5 or socks5h")
        );
    }
    return std::move(*url);
}

}  // namespace

bool is_exempt_from_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
    const std::string list = base::replace_all(no_proxy, ",", " ");
    const std::optional<Address> address = parse_address(host);
    if (host.ends_with('.')) host.remove_suffix(1);
    return std::ranges::any_of(base::split_whitespace(list), [&](std::string_view entry) {
        if (entry == "*") return true;
        const Pattern pattern = split_port(entry);
        if (pattern.port && *pattern.port != port) return false;
        return address ? matches_network(pattern.host, *address) : matches_name(pattern.host, host);
    });
}

base::Result<ProxyRules> ProxyRules::parse(const ProxyOptions& options) {
    ProxyRules rules;
    const std::optional<Url> all = TRY(parse_proxy(options.all));
    rules.http_ = TRY(parse_proxy(options.http));
    rules.https_ = TRY(parse_proxy(options.https));
    if (!rules.http_) rules.http_ = all;
    if (!rules.https_) rules.https_ = all;
    rules.no_proxy_ = options.no_proxy;
    return rules;
}

std::optional<Url> ProxyRules::proxy_for(const Url& url) const {
    const std::optional<Url>& proxy = url.scheme() == "https" ? https_ : http_;
    if (!proxy || is_exempt_from_proxy(no_proxy_, url.host(), url.effective_port()))
        return std::nullopt;
    return proxy;
}

}  // namespace net
