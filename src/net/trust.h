// Which certificates an https server may be signed with.
//
// Parsing Debian's bundle of 140 certificates costs 15-34 ms for each process, so a directory with
// hashed names (openssl-rehash(1)), where OpenSSL looks up the one root it needs, comes first; the
// bundle is used only where there is no such directory. SSL_CERT_FILE and SSL_CERT_DIR replace
// both. A directory of the user's without hashed names is read whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace net {

struct TrustOptions {
    std::string certificate_file;       // SSL_CERT_FILE; "" = not set
    std::string certificate_directory;  // SSL_CERT_DIR; several divided by `:`
};

struct TrustSource {
    std::string hashed_directory;    // "" = none; several divided by `:`
    std::string file;                // "" = none
    std::string pem;                 // certificates read from directories without hashed names
    std::vector<std::string> notes;  // what was asked for and is not there; hints for TLS errors
};

// Looks at the file system. `system_directories` and `system_files` are in order of preference.
TrustSource find_trust(
    const TrustOptions& options,
    const std::vector<std::string>& system_directories,
    const std::vector<std::string>& system_files
);
// With the places of the Linux distributions.
TrustSource find_trust(const TrustOptions& options);

}  // namespace net
