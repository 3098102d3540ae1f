// layer: net
// Cache-Control survives writing and reading; a stored policy is either whole or none.
#include "base/check.h"
#include "net/http_cache.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const net::CacheControl control = net::CacheControl::parse(input);
    CHECK(net::CacheControl::parse(control.to_string()) == control, "a directive changes");

    const net::CacheRequest request{
        .url = "https://a/", .headers = {{"Cache-Control", std::string(input)}}
    };
    const std::string text(input);
    const net::CacheAnswer answer{
        .headers =
            {{"Cache-Control", text},
             {"Vary", text},
             {"ETag", text},
             {"Age", text},
             {"Expires", text},
             {"Date", text}},
        .requested_at = 1'700'000'000,
        .received_at = 1'700'000'001,
    };
    const net::CachePolicy policy = net::CachePolicy::make(request, answer);
    CHECK(net::CachePolicy::decode(policy.encode()) == policy, "a policy changes");
    CHECK(policy.fresh_until() >= answer.received_at, "fresh until before it came");
    (void)policy.judge(request, 1'700'000'100);
    (void)net::CachePolicy::decode(input);
    return 0;
}
