#include "net/url.h"

#include "base/hash.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>

namespace net {

namespace {

constexpr std::size_t kLongestUrl = 64 << 10;
constexpr std::string_view kBlot = "****";
// What stays as it is in each part, beside letters, digits and bytes of percent escapes; the rest
// is encoded.
constexpr std::string_view kPathPlain = "-._~!$&'()*+,;=:@/%[]|^";
constexpr std::string_view kQueryPlain = "-._~!$&'()*+,;=:@/?%[]|^{}`\\";
constexpr std::string_view kUserinfoPlain = "-._~!$&'()*+,;=:%";
constexpr std::string_view kUnreserved = "-._~";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string encode(std::string_view text, std::string_view plain) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (is_letter(c) || is_digit(c) || plain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += kHex[byte >> 4];
            encoded += kHex[byte & 15];
        }
    }
    return encoded;
}

std::uint16_t default_port(std::string_view scheme) {
    if (scheme == "http") return 80;
    return scheme == "https" ? 443 : 0;
}

// The length of a scheme in front of `text`; 0 if there is none.
std::size_t scheme_length(std::string_view text) {
    if (text.empty() || !is_letter(text[0])) return 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == ':') return i;
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '+' && text[i] != '-' &&
            text[i] != '.')
            return 0;
    }
    return 0;
}

// How many dots a segment stands for, with `%2e` taken as one; 0 for all other segments.
std::size_t dots_of(std::string_view segment) {
    std::size_t dots = 0;
    while (!segment.empty()) {
        if (segment[0] == '.') {
            segment.remove_prefix(1);
        } else if (base::starts_with_ignoring_case(segment, "%2e")) {
            segment.remove_prefix(3);
        } else {
            return 0;
        }
        ++dots;
    }
    return dots <= 2 ? dots : 0;
}

// RFC 3986 section 5.2.4 for a path that starts with `/`.
std::string remove_dot_segments(std::string_view path) {
    std::string kept;
    kept.reserve(path.size());
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(end);
        const std::size_t dots = dots_of(segment);
        if (dots == 0) {
            kept += '/';
            kept += segment;
        } else {
            if (dots == 2 && !kept.empty()) kept.resize(kept.rfind('/'));
            if (path.empty()) kept += '/';
        }
    }
    return kept;
}

bool is_valid_host(std::string_view host) {
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return false;
        in6_addr address{};
        return ::inet_pton(
                   AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address
               ) == 1;
    }
    return std::ranges::all_of(host, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

std::unexpected<base::Error> refuse(std::string_view text, std::string_view reason) {
    return base::fail(
        base::ErrorKind::Invalid, fmt::format("`{}` is not a URL: {}", redact(text), reason)
    );
}

}  // namespace

struct Url::Parts {
    std::string scheme;
    std::optional<std::string> userinfo;
    std::string host;
    std::optional<std::uint16_t> port;
    std::string path;
    std::optional<std::string> query;
    std::optional<std::string> fragment;
    bool has_authority = false;

    // Reads "user:password@host:port"; the reason why not, or nothing.
    std::string_view read_authority(std::string_view authority);
};

std::string_view Url::Parts::read_authority(std::string_view authority) {
    has_authority = true;
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        if (at > 0) userinfo = encode(authority.substr(0, at), kUserinfoPlain);
        authority.remove_prefix(at + 1);
    }
    const std::size_t host_end = authority.starts_with('[') ? authority.find(']') : 0;
    const std::size_t colon = authority.find(':', std::min(host_end, authority.size()));
    host = base::to_lower(authority.substr(0, colon));
    if (!is_valid_host(host))
        return "its host is not a name, an IPv4 address or an IPv6 address in brackets";
    if (colon == std::string_view::npos || colon + 1 == authority.size()) return {};
    const auto number = base::parse_unsigned(authority.substr(colon + 1));
    if (!number || *number > UINT16_MAX) return "its port is not a number below 65536";
    if (host.empty()) return "it has a port and no host";
    port = static_cast<std::uint16_t>(*number);
    return {};
}

base::Result<Url> Url::parse(std::string_view given) {
    std::string_view text = base::trim(given);
    if (text.size() > kLongestUrl) return refuse(text.substr(0, 80), "it is longer than 64 KiB");
    if (std::ranges::any_of(text, is_control))
        return refuse("...", "it contains a control character");
    const std::size_t scheme = scheme_length(text);
    if (scheme == 0) return refuse(text, "it does not start with a scheme such as `https:`");

    Parts parts;
    parts.scheme = base::to_lower(text.substr(0, scheme));
    std::string_view rest = text.substr(scheme + 1);
    if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
        parts.fragment = encode(rest.substr(hash + 1), kQueryPlain);
        rest = rest.substr(0, hash);
    }
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        parts.query = encode(rest.substr(mark + 1), kQueryPlain);
        rest = rest.substr(0, mark);
    }
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        const std::size_t end = std::min(rest.find('/'), rest.size());
        if (const std::string_view reason = parts.read_authority(rest.substr(0, end));
            !reason.empty()) {
            return refuse(text, reason);
        }
        rest.remove_prefix(end);
    }
    if (default_port(parts.scheme) != 0 && parts.host.empty())
        return refuse(text, "it names no host");
    const bool is_hierarchical = rest.starts_with('/');
    parts.path = encode(rest, kPathPlain);
    if (is_hierarchical) parts.path = remove_dot_segments(parts.path);
    return assemble(std::move(parts));
}

base::Result<Url> Url::assemble(Parts parts) {
    if (default_port(parts.scheme) != 0) {
        if (parts.path.empty()) parts.path = "/";
        if (parts.port == default_port(parts.scheme)) parts.port.reset();
    }
    // Without an authority a path may not look like one.
    if (!parts.has_authority && parts.path.starts_with("//")) parts.path.insert(0, "/.");

    Url url;
    const auto position = [&url] { return static_cast<std::uint32_t>(url.text_.size()); };
    url.has_authority_ = parts.has_authority;
    url.port_ = parts.port;
    url.text_ = parts.scheme;
    url.scheme_end_ = position();
    url.text_ += ':';
    if (parts.has_authority) url.text_ += "//";
    url.userinfo_begin_ = position();
    if (parts.userinfo) url.text_ += *parts.userinfo + '@';
    url.host_begin_ = position();
    url.text_ += parts.host;
    url.host_end_ = position();
    if (parts.port) url.text_ += fmt::format(":{}", *parts.port);
    url.path_begin_ = position();
    url.text_ += parts.path;
    url.path_end_ = position();
    if (parts.query) url.text_ += '?' + *parts.query;
    url.query_end_ = position();
    if (parts.fragment) url.text_ += '#' + *parts.fragment;
    return url;
}

Url::Parts Url::parts() const {
    Parts parts{
        .scheme = std::string(scheme()),
        .userinfo = std::nullopt,
        .host = std::string(host()),
        .port = port_,
        .path = std::string(path()),
        .query = std::nullopt,
        .fragment = std::nullopt,
        .has_authority = has_authority_,
    };
    if (userinfo_begin_ != host_begin_) parts.userinfo = userinfo();
    if (const auto text = query()) parts.query = *text;
    if (const auto text = fragment()) parts.fragment = *text;
    return parts;
}

std::string_view Url::userinfo() const {
    return userinfo_begin_ == host_begin_ ? std::string_view()
                                          : part(userinfo_begin_, host_begin_ - 1);
}

std::uint16_t Url::effective_port() const {
    return port_.value_or(default_port(scheme()));
}

std::optional<std::string_view> Url::query() const {
    if (query_end_ == path_end_) return std::nullopt;
    return part(path_end_ + 1, query_end_);
}

std::optional<std::string_view> Url::fragment() const {
    if (query_end_ == text_.size()) return std::nullopt;
    return std::string_view(text_).substr(query_end_ + 1);
}

std::string Url::display() const {
    std::string text(part(0, userinfo_begin_));
    if (const std::string_view user = userinfo(); !user.empty()) {
        const std::size_t colon = std::min(user.find(':'), user.size());
        const std::string_view password = user.substr(std::min(colon + 1, user.size()));
        // A name without a password, or with one that stands for none, is the secret itself.
        const bool is_name = !password.empty() && password != "x-oauth-basic";
        if (is_name) text += fmt::format("{}:", user.substr(0, colon));
        text += kBlot;
        text += '@';
    }
    text += part(host_begin_, path_begin_);
    // Without slashes, what was meant as user information ends up in the path.
    text += has_authority_ ? std::string(path()) : redact(path());
    if (query_end_ != path_end_) text += fmt::format("?{}", kBlot);
    text += std::string_view(text_).substr(query_end_);
    return text;
}

std::optional<Credentials> Url::credentials() const {
    const std::string_view user = userinfo();
    if (user.empty()) return std::nullopt;
    const std::size_t colon = std::min(user.find(':'), user.size());
    return Credentials{
        .username = percent_decode(user.substr(0, colon)),
        .password = percent_decode(user.substr(std::min(colon + 1, user.size()))),
    };
}

std::string Url::origin() const {
    const std::string_view port = part(host_end_, path_begin_);
    return fmt::format("{}://{}{}", scheme(), host(), port);
}

bool Url::has_same_origin(const Url& other) const {
    return scheme() == other.scheme() && host() == other.host() &&
           effective_port() == other.effective_port();
}

bool Url::is_within(const Url& prefix) const {
    if (!has_same_origin(prefix)) return false;
    std::string_view above = prefix.path();
    while (above.ends_with('/'))
        above.remove_suffix(1);
    return path().starts_with(above) &&
           (path().size() == above.size() || path()[above.size()] == '/');
}

base::Result<Url> Url::resolve(std::string_view given) const {
    const std::string_view reference = base::trim(given);
    if (scheme_length(reference) != 0) return parse(reference);
    if (reference.starts_with("//")) return parse(fmt::format("{}:{}", scheme(), reference));

    const std::size_t path_length = std::min(reference.find_first_of("?#"), reference.size());
    const std::string_view reference_path = reference.substr(0, path_length);
    const std::string_view rest = reference.substr(path_length);
    if (!has_authority_ && !path().starts_with('/') &&
        !(reference_path.empty() && rest.starts_with('#'))) {
        return refuse(reference, "it is relative to a URL that has no hierarchy");
    }
    std::string text(part(0, path_begin_));
    if (reference_path.empty()) {
        text += path();
        if (!rest.starts_with('?')) text += part(path_end_, query_end_);
    } else if (reference_path.starts_with('/')) {
        text += reference_path;
    } else {
        text += path().empty() ? "/" : path().substr(0, path().rfind('/') + 1);
        text += reference_path;
    }
    text += rest;
    return parse(text);
}

Url Url::without_credentials() const {
    if (userinfo_begin_ == host_begin_) return *this;
    Parts bare = parts();
    bare.userinfo.reset();
    return assemble(std::move(bare)).value();
}

Url Url::without_fragment() const {
    if (query_end_ == text_.size()) return *this;
    Url bare = *this;
    bare.text_.resize(query_end_);
    return bare;
}

Url Url::with_credentials(const Credentials& credentials) const {
    Parts full = parts();
    full.userinfo = fmt::format(
        "{}:{}", percent_encode(credentials.username), percent_encode(credentials.password)
    );
    return assemble(std::move(full)).value();
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            if (const auto byte = base::from_hex(text.substr(i + 1, 2))) {
                decoded += *byte;
                i += 2;
                continue;
            }
        }
        decoded += text[i];
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    return encode(text, kUnreserved);
}

std::string redact(std::string_view text) {
    static constexpr std::string_view kEnds = " \t\r\n`'\"<>";
    std::string redacted;
    while (!text.empty()) {
        const std::size_t word_end = std::min(text.find_first_of(kEnds), text.size());
        std::string_view word = text.substr(0, word_end);
        if (const std::size_t at = word.rfind('@'); at != std::string_view::npos && at > 0) {
            const std::size_t authority = word.find("//");
            const bool has_authority = authority != std::string_view::npos && authority < at;
            redacted += has_authority ? word.substr(0, authority + 2) : std::string_view();
            redacted += kBlot;
            word.remove_prefix(at);
        }
        const std::size_t query = std::min(word.find('?'), word.size());
        redacted += word.substr(0, query);
        if (query != word.size()) redacted += fmt::format("?{}", kBlot);
        text.remove_prefix(word_end);
        if (text.empty()) break;
        redacted += text[0];
        text.remove_prefix(1);
    }
    return redacted;
}

}  // namespace net
