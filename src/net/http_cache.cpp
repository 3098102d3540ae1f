#include "net/http_cache.h"

#include "base/clock.h"
#include "base/record.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace net {

namespace {

constexpr std::string_view kMagic = "ADRHTTP";
constexpr std::uint32_t kVersion = 1;
// For answers with a Last-Modified and no word about their life: pages of an index change often
// enough that the tenth of their age, which RFC 9111 section 4.2.2 suggests, would be too long.
constexpr std::int64_t kGuessedLifetime = 600;

CacheControl control_of(const Headers& headers, std::string_view override_text = {}) {
    if (!override_text.empty()) return CacheControl::parse(override_text);
    return CacheControl::parse(headers.joined("cache-control").value_or(""));
}

bool is_weak(std::string_view etag) {
    return etag.starts_with("W/");
}

std::string_view opaque_tag(std::string_view etag) {
    return is_weak(etag) ? etag.substr(2) : etag;
}

std::string text_of(const Headers& headers, std::string_view name) {
    return std::string(headers.find(name).value_or(""));
}

void write_control(base::RecordWriter& writer, const CacheControl& control) {
    writer.string(control.to_string());
}

void write_optional(base::RecordWriter& writer, const std::optional<std::int64_t>& value) {
    writer.boolean(value.has_value());
    writer.i64(value.value_or(0));
}

std::optional<std::int64_t> read_optional(base::RecordReader& reader) {
    const bool is_there = reader.boolean();
    const std::int64_t value = reader.i64();
    return is_there ? std::optional(value) : std::nullopt;
}

}  // namespace

bool is_storable(
    const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control
) {
    // Of the answers that RFC 9110 section 15.1 lets a cache keep unasked we take those that are no
    // errors, since an error kept would outlive its cause, and no partial ones.
    static constexpr std::array kCacheable = {200, 203, 204, 300, 301, 308};
    if (answer.status < 200 || answer.status >= 400 || answer.status == 206 || answer.status == 304)
        return false;
    const CacheControl control = control_of(answer.headers, cache_control);
    if (control.no_store || control_of(request.headers).no_store) return false;
    const bool is_explicit = control.is_public || control.is_private || control.max_age ||
                             answer.headers.find("expires");
    return is_explicit || std::ranges::find(kCacheable, answer.status) != kCacheable.end();
}

CachePolicy CachePolicy::make(
    const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control
) {
    CachePolicy policy;
    policy.url_ = request.url;
    policy.status_ = answer.status;
    policy.request_control_ = control_of(request.headers);
    policy.control_ = control_of(answer.headers, cache_control);
    policy.etag_ = text_of(answer.headers, "etag");
    policy.last_modified_ = text_of(answer.headers, "last-modified");
    policy.read_times(answer);
    policy.read_vary(request.headers, answer.headers.joined("vary").value_or(""));
    return policy;
}

void CachePolicy::read_times(const CacheAnswer& answer) {
    requested_at_ = answer.requested_at;
    received_at_ = std::max(answer.received_at, answer.requested_at);
    date_ = base::parse_http_date(text_of(answer.headers, "date"));
    const auto age = base::parse_unsigned(base::trim(text_of(answer.headers, "age")));
    age_ = age ? static_cast<std::int64_t>(std::min<std::uint64_t>(*age, INT32_MAX)) : 0;
    if (const auto expires = answer.headers.find("expires")) {
        // An unreadable date, "0" above all, means "already expired" (RFC 9111 section 5.3).
        expires_ = base::parse_http_date(*expires).value_or(0);
    }
}

void CachePolicy::read_vary(const Headers& request, std::string_view names) {
    vary_.clear();
    for (const std::string_view part : base::split(names, ',')) {
        const std::string name = base::to_lower(base::trim(part));
        if (!name.empty()) vary_.push_back({.name = name, .value = request.joined(name)});
    }
}

bool CachePolicy::vary_matches(const Headers& headers) const {
    return std::ranges::all_of(vary_, [&](const Vary& vary) {
        return vary.name != "*" && headers.joined(vary.name) == vary.value;
    });
}

std::int64_t CachePolicy::initial_age() const {
    const std::int64_t apparent =
        std::max<std::int64_t>(0, received_at_ - date_.value_or(received_at_));
    return std::max(apparent, age_ + (received_at_ - requested_at_));
}

std::int64_t CachePolicy::age(std::int64_t now) const {
    return initial_age() + std::max<std::int64_t>(0, now - received_at_);
}

std::int64_t CachePolicy::lifetime() const {
    if (control_.max_age) return *control_.max_age;
    if (expires_) return std::max<std::int64_t>(0, *expires_ - date_.value_or(received_at_));
    return last_modified_.empty() ? 0 : kGuessedLifetime;
}

std::int64_t CachePolicy::fresh_until() const {
    if (control_.no_cache) return received_at_;
    return received_at_ + std::max<std::int64_t>(0, lifetime() - initial_age());
}

Verdict CachePolicy::judge(const CacheRequest& request, std::int64_t now) const {
    if (!matches(request.url)) return Verdict::Mismatch;
    if (control_.no_cache || !vary_matches(request.headers)) return Verdict::Revalidate;
    const std::int64_t present_age = age(now);
    if (!control_.immutable) {
        const CacheControl wish = control_of(request.headers);
        const bool is_too_old = wish.max_age && present_age >= *wish.max_age;
        const bool ends_too_soon = wish.min_fresh && lifetime() - present_age < *wish.min_fresh;
        if (wish.no_cache || is_too_old || ends_too_soon) return Verdict::Revalidate;
    }
    if (present_age < lifetime()) return Verdict::Fresh;
    const std::int64_t staleness = present_age - lifetime();
    const bool may_be_stale =
        !control_.must_revalidate && request_control_.max_stale.value_or(-1) >= staleness;
    return may_be_stale ? Verdict::Fresh : Verdict::Revalidate;
}

Headers CachePolicy::revalidation_headers() const {
    Headers headers;
    if (!etag_.empty() && !is_weak(etag_)) headers.add("If-None-Match", etag_);
    if (!last_modified_.empty()) headers.add("If-Modified-Since", last_modified_);
    return headers;
}

bool CachePolicy::is_confirmed_by(const Headers& headers) const {
    const std::string etag = text_of(headers, "etag");
    const std::string last_modified = text_of(headers, "last-modified");
    if (!etag.empty() && !is_weak(etag)) return etag == etag_;
    if (!last_modified.empty()) return last_modified == last_modified_;
    if (!etag.empty()) return opaque_tag(etag) == opaque_tag(etag_);
    return etag_.empty() && last_modified_.empty();
}

std::optional<CachePolicy> CachePolicy::after_304(
    const CacheRequest& request, const CacheAnswer& answer, std::string_view cache_control
) const {
    if (!matches(request.url) || !is_confirmed_by(answer.headers)) return std::nullopt;
    CachePolicy renewed = *this;
    renewed.request_control_ = control_of(request.headers);
    if (!cache_control.empty() || answer.headers.find("cache-control")) {
        renewed.control_ = control_of(answer.headers, cache_control);
    }
    if (const auto etag = answer.headers.find("etag")) renewed.etag_ = *etag;
    if (const auto last_modified = answer.headers.find("last-modified"))
        renewed.last_modified_ = *last_modified;
    // A stored Date with a 304 that has none would make the answer old at once.
    renewed.read_times(answer);
    if (const auto vary = answer.headers.joined("vary")) {
        renewed.read_vary(request.headers, *vary);
    } else {
        for (Vary& field : renewed.vary_)
            field.value = request.headers.joined(field.name);
    }
    return renewed;
}

std::string CachePolicy::encode() const {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(url_);
    writer.u32(static_cast<std::uint32_t>(status_));
    write_control(writer, request_control_);
    write_control(writer, control_);
    writer.i64(requested_at_);
    writer.i64(received_at_);
    write_optional(writer, date_);
    write_optional(writer, expires_);
    writer.i64(age_);
    writer.string(etag_);
    writer.string(last_modified_);
    writer.u32(static_cast<std::uint32_t>(vary_.size()));
    for (const Vary& field : vary_) {
        writer.string(field.name);
        writer.boolean(field.value.has_value());
        writer.string(field.value.value_or(""));
    }
    return writer.finish();
}

std::optional<CachePolicy> CachePolicy::decode(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    if (!reader) return std::nullopt;
    CachePolicy policy;
    policy.url_ = reader->string();
    policy.status_ = static_cast<int>(reader->u32());
    policy.request_control_ = CacheControl::parse(reader->string());
    policy.control_ = CacheControl::parse(reader->string());
    policy.requested_at_ = reader->i64();
    policy.received_at_ = reader->i64();
    policy.date_ = read_optional(*reader);
    policy.expires_ = read_optional(*reader);
    policy.age_ = reader->i64();
    policy.etag_ = reader->string();
    policy.last_modified_ = reader->string();
    for (std::uint32_t left = reader->count(); left > 0 && reader->good(); --left) {
        Vary field{.name = std::string(reader->string()), .value = std::nullopt};
        const bool has_value = reader->boolean();
        const std::string_view value = reader->string();
        if (has_value) field.value = value;
        policy.vary_.push_back(std::move(field));
    }
    if (!reader->complete()) return std::nullopt;
    return policy;
}

}  // namespace net
