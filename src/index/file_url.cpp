#include "index/file_url.h"

#include "base/file.h"

#include <fmt/format.h>

namespace package_index {

base::Result<std::string> path_of(const net::Url& url) {
    const bool is_local =
        url.scheme() == "file" && (url.host().empty() || url.host() == "localhost");
    std::string path = is_local ? net::percent_decode(url.path()) : std::string();
    if (!base::is_absolute(path) || path.find('\0') != std::string::npos) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format("`{}` names no file of this machine", url.display())
        );
    }
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

base::Result<net::Url> file_url_of(std::string_view path) {
    static constexpr std::string_view kPlain = "-._~/!$&'()*+,;=:@";
    std::string url = "file://";
    for (const char c : path) {
        const bool is_word =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (is_word || kPlain.find(c) != std::string_view::npos) {
            url += c;
        } else {
            url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return net::Url::parse(url);
}

}  // namespace package_index
