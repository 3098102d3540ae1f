#include "net/redirect.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace net {

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

base::Result<Url> redirect_target(const Url& from, std::string_view location, unsigned followed) {
    const auto refuse = [&](std::string_view reason) {
        return base::fail(
            base::ErrorKind::Network, fmt::format("`{}` redirects {}", from.display(), reason)
        );
    };
    if (followed >= kMaximumRedirects) {
        return refuse(fmt::format("once more after {} redirects", kMaximumRedirects));
    }
    if (location.empty()) return refuse("without saying where");
    base::Result<Url> target = from.resolve(location);
    if (!target) return refuse(fmt::format("to `{}`, which is no URL", redact(location)));
    if (!target->is_http())
        return refuse(fmt::format("to `{}`, which is not on the web", target->display()));
    if (from.scheme() == "https" && target->scheme() == "http") {
        return refuse(fmt::format("to `{}`, which is not encrypted", target->display()));
    }
    return target->without_fragment();
}

Headers without_secrets(const Headers& headers) {
    static constexpr std::array<std::string_view, 3> kSecret = {
        "authorization", "cookie", "proxy-authorization"
    };
    Headers rest = headers;
    for (const std::string_view name : kSecret)
        rest.remove(name);
    return rest;
}

}  // namespace net
