// Url: an absolute URL, normalised when it is parsed, immutable afterwards.
//
// Syntax and resolution are those of RFC 3986; like browsers (WHATWG URL) it takes characters that
// RFC 3986 wants encoded (blanks, quotes, bytes above 127) and encodes them. Normalised are: the
// case of scheme and host, the default port (left out), dot segments (`.`, `..` and their encoded
// forms, so a path prefix is a real prefix), an empty path of http and https (`/`). Refused are
// control characters and hosts that are not ASCII.
//
// One string with offsets: copying costs one allocation. The views are valid as long as the Url.
#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

struct Credentials {
    std::string username;
    std::string password;

    auto operator<=>(const Credentials&) const = default;
};

class Url {
  public:
    // A placeholder that equals no parsed URL; every view is empty.
    Url() = default;
    // Invalid errors quote the text with its secrets blotted out.
    static base::Result<Url> parse(std::string_view text);

    // The whole URL, with credentials: for connecting, comparing and writing back, never for
    // people.
    const std::string& text() const { return text_; }

    // For messages and logs: passwords, and user names that stand alone and so are tokens, become
    // `****`; so does the query, where signed URLs carry their secret.
    std::string display() const;

    std::string_view scheme() const { return part(0, scheme_end_); }

    // As written, percent-encoded; see credentials() for the values.
    std::string_view userinfo() const;

    std::string_view host() const {
        return part(host_begin_, host_end_);
    }  // IPv6 addresses in brackets

    std::optional<std::uint16_t> port() const { return port_; }  // nullopt: the scheme's default

    std::uint16_t effective_port() const;  // 0: the scheme has none

    std::string_view path() const { return part(path_begin_, path_end_); }  // percent-encoded

    std::optional<std::string_view> query() const;     // without `?`
    std::optional<std::string_view> fragment() const;  // without `#`

    // The percent-decoded user name and password; nullopt without user information.
    std::optional<Credentials> credentials() const;

    bool is_http() const { return scheme() == "http" || scheme() == "https"; }

    // "https://example.org:8443": scheme, host and port.
    std::string origin() const;
    bool has_same_origin(const Url& other) const;
    // True if this is `prefix` or lies below its path, in the same origin; `/a/bc` is not below
    // `/a/b`.
    bool is_within(const Url& prefix) const;

    // The URL that `reference` names when it is found in a document at this URL (RFC 3986
    // section 5.2). Credentials of this URL go along only with references that stay in its
    // authority.
    base::Result<Url> resolve(std::string_view reference) const;
    Url without_credentials() const;
    Url without_fragment() const;
    // Replaces the user information; the values are percent-encoded.
    Url with_credentials(const Credentials& credentials) const;

    bool operator==(const Url& other) const { return text_ == other.text_; }

    auto operator<=>(const Url& other) const { return text_ <=> other.text_; }

  private:
    std::string_view part(std::uint32_t begin, std::uint32_t end) const {
        return std::string_view(text_).substr(begin, end - begin);
    }

    struct Parts;
    static base::Result<Url> assemble(Parts parts);
    Parts parts() const;

    // text_ = scheme ":" ["//" [userinfo "@"] host [":" port]] path ["?" query] ["#" fragment]
    std::string text_;
    std::uint32_t scheme_end_ = 0;
    std::uint32_t userinfo_begin_ = 0;  // equal to host_begin_ without user information
    std::uint32_t host_begin_ = 0;
    std::uint32_t host_end_ = 0;
    std::uint32_t path_begin_ = 0;
    std::uint32_t path_end_ = 0;
    std::uint32_t query_end_ = 0;  // path_end_ without a query
    std::optional<std::uint16_t> port_;
    bool has_authority_ = false;
};

// "%41b" to "Ab"; a `%` without two hex digits stays.
std::string percent_decode(std::string_view text);
// Encodes everything but the unreserved characters of RFC 3986 section 2.3.
std::string percent_encode(std::string_view text);
// Any text that may hold a URL with secrets: `//user:secret@` and what follows a `?` are blotted
// out. For texts that do not parse; use Url::display() for those that do.
std::string redact(std::string_view text);

}  // namespace net
