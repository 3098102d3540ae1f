// CredentialBook: which user name and password goes with a URL. The only place that decides it.
//
// In order: what the URL itself says; the entry whose URL is the longest prefix of this one (same
// origin, whole path segments); the entries of the same origin if they all agree (an index and its
// files often lie apart on one host); netrc. Nothing is ever given to another origin than the one
// it was entered for.
#pragma once

#include "net/netrc.h"
#include "net/url.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct ScopedCredentials {
    Url prefix;  // http or https; credentials inside it are ignored
    Credentials credentials;
};

// Asked: the URL of a request. Redirected: a place that a server sent us to, which gets no netrc
// default.
enum class UrlSource { Asked, Redirected };

class CredentialBook {
  public:
    // Replaces the entry for the same URL.
    void add(ScopedCredentials entry);

    void set_netrc(Netrc netrc) { netrc_ = std::move(netrc); }

    // A URL with a user name and no password gets the password that is known for this user, else an
    // empty one.
    std::optional<Credentials> find(const Url& url, UrlSource source = UrlSource::Asked) const;

  private:
    std::optional<Credentials> find_entry(const Url& url, std::optional<std::string_view> username)
        const;

    std::vector<ScopedCredentials> entries_;
    Netrc netrc_;
};

// "Basic dXNlcjpwYXNz" (RFC 7617).
std::string basic_authorization(const Credentials& credentials);

}  // namespace net
