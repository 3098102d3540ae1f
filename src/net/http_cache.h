// CachePolicy: may this answer be kept, for how long, and what has to be asked then. RFC 9111 for a
// private cache. Pure: no clock, no files. Whoever keeps answers (index) stores the encoded policy
// beside its own form of the body.
//
//     if (is_storable(request, status, headers)) policy = CachePolicy::make(request, answer);
//     switch (policy.judge(request, now)) {
//         case Verdict::Fresh:      use what is stored
//         case Verdict::Revalidate: send policy.revalidation_headers(); on 304 use
//         policy.after_304(...) case Verdict::Mismatch:   as if nothing were stored
//     }
//
// All times are seconds since 1970.
#pragma once

#include "net/cache_control.h"
#include "net/http_headers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct CacheRequest {
    std::string url;  // absolute, without credentials and fragment
    Headers headers;  // as sent, without Authorization
};

struct CacheAnswer {
    int status = 200;
    Headers headers;
    std::int64_t requested_at = 0;
    std::int64_t received_at = 0;
};

enum class Verdict { Fresh, Revalidate, Mismatch };

class CachePolicy {
  public:
    // `cache_control` replaces the answer's own field unless it is empty (the index setting
    // `cache-control`).
    static CachePolicy make(
        const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control = {}
    );

    Verdict judge(const CacheRequest& request, std::int64_t now) const;

    // True if the stored answer belongs to that URL; enough when offline, however old it is.
    bool matches(std::string_view url) const { return url_ == url; }

    // The first second at which the answer is no longer fresh by its own terms.
    std::int64_t fresh_until() const;
    std::int64_t age(std::int64_t now) const;  // RFC 9111 section 4.2.3
    std::int64_t lifetime(
    ) const;  // section 4.2.1, with 600 s instead of a guess from Last-Modified

    // If-None-Match (strong ETag only) and If-Modified-Since.
    Headers revalidation_headers() const;
    // The policy renewed by a 304; nullopt if the 304 is not about the stored answer: forget it and
    // ask plainly.
    std::optional<CachePolicy> after_304(
        const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control = {}
    ) const;

    int status() const { return status_; }

    const std::string& etag() const { return etag_; }

    const std::string& last_modified() const { return last_modified_; }

    std::string encode() const;
    static std::optional<CachePolicy> decode(std::string_view bytes
    );  // nullopt: none of ours, or damaged
    bool operator==(const CachePolicy&) const = default;

  private:
    struct Vary {
        std::string name;                  // lower case; "*" never matches
        std::optional<std::string> value;  // of the stored request
        bool operator==(const Vary&) const = default;
    };

    void read_times(const CacheAnswer& answer);
    void read_vary(const Headers& request, std::string_view names);
    std::int64_t initial_age() const;
    // Whether a 304 with these headers is about the stored answer (RFC 9111 section 4.3.4).
    bool is_confirmed_by(const Headers& headers) const;
    bool vary_matches(const Headers& headers) const;

    std::string url_;
    int status_ = 0;
    CacheControl request_control_;
    CacheControl control_;
    std::int64_t requested_at_ = 0;
    std::int64_t received_at_ = 0;
    std::optional<std::int64_t> date_;
    std::optional<std::int64_t> expires_;
    std::int64_t age_ = 0;  // the Age field
    std::string etag_;
    std::string last_modified_;
    std::vector<Vary> vary_;
};

// Whether a private cache may keep the answer to a GET or HEAD.
bool is_storable(
    const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control = {}
);

}  // namespace net
