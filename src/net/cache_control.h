// CacheControl: the Cache-Control field (RFC 9111 section 5.2), read tolerantly: unknown directives
// are skipped, of a repeated directive the stricter value counts, an unreadable number of seconds
// counts as 0 (section 4.2.1 wants stale).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

struct CacheControl {
    bool no_store = false;
    bool no_cache = false;  // also with field names, which we do not tell apart
    bool must_revalidate = false;
    bool is_public = false;
    bool is_private = false;
    bool immutable = false;                 // RFC 8246
    std::optional<std::int64_t> max_age;    // seconds
    std::optional<std::int64_t> min_fresh;  // of requests
    std::optional<std::int64_t> max_stale;  // of requests; a bare `max-stale` is the largest number

    static CacheControl parse(std::string_view text);
    std::string to_string() const;  // in a fixed order; parse() gives the same value back
    bool operator==(const CacheControl&) const = default;
};

}  // namespace net
