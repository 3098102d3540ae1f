// Where a redirect leads, and what is refused on the way (RFC 9110 section 15.4). Pure.
#pragma once

#include "base/result.h"
#include "net/http_headers.h"
#include "net/url.h"

#include <string_view>

namespace net {

inline constexpr unsigned kMaximumRedirects = 10;

// 301, 302, 303, 307, 308. Only GET and HEAD are ever sent, so the method stays.
bool is_redirect(int status);
// The next URL. Refused: a place that is no http or https URL, https to http (the request and its
// answer would lose their protection), no place at all, and the eleventh redirect (`followed` is
// the number of earlier ones).
base::Result<Url> redirect_target(const Url& from, std::string_view location, unsigned followed);
// Request headers without those that carry secrets, for a hop to another origin.
Headers without_secrets(const Headers& headers);

}  // namespace net
