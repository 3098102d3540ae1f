// RemoteArchive: a file on a server as a codec::RandomSource, by range requests (RFC 9110 section 14). Opening asks for
// the last bytes, which for a ZIP archive hold the table of contents and most often the METADATA member behind it.
//
// Servers differ in what they allow. The first request is a suffix range; where that is refused, HEAD and plain ranges;
// where those are refused too, nothing but the whole file helps. What an origin does not do is remembered, so it is
// tried once for each command.
//
// All calls wait for the network; not for the event thread, and not for tasks of a pool that must stay responsive.
#pragma once

#include "base/result.h"
#include "base/synced.h"
#include "codec/random_source.h"
#include "net/client.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace package_index {

struct RemoteFile {
    net::Url url;
    net::CredentialUse credential_use = net::CredentialUse::WhereKnown;
    net::Headers conditions;  // of a revalidation; may be empty
};

struct OpenedArchive {
    enum class Kind { Open, NotModified, NoRanges };

    Kind kind = Kind::NoRanges;
    std::shared_ptr<codec::RandomSource> source;  // if Open
    net::Response answer;                         // without body; what the server said of the file
};

class RemoteArchives {
  public:
    // Bytes of the first request.
    static constexpr std::uint64_t kTailSize = 16U << 10U;

    explicit RemoteArchives(net::Client& client) : client_(client) {}

    // An answer that is neither a range nor "no ranges" (401, 404, 5xx) is an error.
    base::Result<OpenedArchive> open(const RemoteFile& file);

  private:
    enum class Support { Suffix, Plain, None };

    base::Result<OpenedArchive> open_by_suffix(const RemoteFile& file);
    base::Result<OpenedArchive> open_by_size(const RemoteFile& file);
    OpenedArchive opened(const RemoteFile& file, net::Response answer);
    void lower(const net::Url& url, Support support);

    net::Client& client_;
    base::Synced<std::map<std::string, Support>> support_;  // by origin; absent means untried
};

// "https://... answered 404 Not Found" as an error of kind NotFound or Network, with a hint where access was refused.
base::Error status_error(const net::Url& url, int status);

}  // namespace package_index
