// Netrc: the password file of ftp(1), which curl, git and pip read too: `machine NAME login L
// password P`, `default`, `account`, `macdef`, comments from `#`, and "quoted values" with
// backslash escapes.
//
// Our own reader, because libcurl's is bound to one transfer and would not let us say for which
// origin an entry may be used. Names are hosts without port, compared without case.
#pragma once

#include "base/result.h"
#include "net/url.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct NetrcEntry {
    std::string machine;
    Credentials credentials;

    bool operator==(const NetrcEntry&) const = default;
};

// Whether the `default` entry may answer: it holds for what the user named, not for where a server
// sends us.
enum class NetrcDefault { Use, Ignore };

class Netrc {
  public:
    // An Invalid error names the line and quotes nothing.
    static base::Result<Netrc> parse(std::string_view text);

    // The first entry for the host, of the given user if one is given.
    std::optional<Credentials> find(
        std::string_view host,
        std::optional<std::string_view> username = std::nullopt,
        NetrcDefault fallback = NetrcDefault::Use
    ) const;

    const std::vector<NetrcEntry>& entries() const { return entries_; }

    const std::optional<Credentials>& fallback() const { return default_; }

  private:
    friend class NetrcParser;

    std::vector<NetrcEntry> entries_;
    std::optional<Credentials> default_;
};

}  // namespace net
