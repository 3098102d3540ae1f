// layer: net
// A URL that parses is stable, shows no password, and resolves references to something that is stable again.
#include "base/check.h"
#include "net/url.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = std::min(input.find('\n'), input.size());
    const auto url = net::Url::parse(input.substr(0, line));
    if (!url) return 0;
    const auto again = net::Url::parse(url->text());
    CHECK(
        again && *again == *url && again->path() == url->path() && again->host() == url->host(),
        "not stable"
    );
    CHECK(url->is_within(*url), "not within itself");
    CHECK(!url->without_credentials().credentials(), "credentials stay");
    CHECK(!url->without_fragment().fragment(), "the fragment stays");
    const auto credentials = url->credentials();
    if (credentials && credentials->password.size() > 8 &&
        url->text().find(url->userinfo()) == url->text().rfind(url->userinfo())) {
        CHECK(url->display().find(url->userinfo()) == std::string::npos, "a password is shown");
    }
    if (const auto target = url->resolve(input.substr(std::min(line + 1, size)))) {
        const auto same = net::Url::parse(target->text());
        CHECK(same && *same == *target, "a resolved URL is not stable");
    }
    return 0;
}
