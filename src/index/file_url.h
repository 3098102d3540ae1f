// `file:` URLs (RFC 8089) and paths.
#pragma once

#include "base/result.h"
#include "net/url.h"

#include <string>
#include <string_view>

namespace package_index {

// The local path of a `file:` URL, without trailing slash. Invalid for other schemes and foreign
// hosts.
base::Result<std::string> path_of(const net::Url& url);

// The `file:` URL of an absolute path.
base::Result<net::Url> file_url_of(std::string_view path);

}  // namespace package_index
