#include "net/cache_control.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace net {

namespace {

// RFC 9111 section 1.2.2: a number too large to hold counts as 2^31 or the largest one can do.
constexpr std::int64_t kForever = std::numeric_limits<std::int32_t>::max();

// One directive off the front of `text`, its value unquoted. Commas inside quotes do not divide.
std::pair<std::string, std::string> take_directive(std::string_view& text) {
    std::string directive;
    bool in_quotes = false;
    std::size_t i = 0;
    for (; i < text.size() && (in_quotes || text[i] != ','); ++i) {
        if (text[i] == '"') {
            in_quotes = !in_quotes;
        } else {
            directive += text[i];
        }
    }
    text.remove_prefix(std::min(i + 1, text.size()));
    const std::size_t equals = std::min(directive.find('='), directive.size());
    std::string name = base::to_lower(base::trim(std::string_view(directive).substr(0, equals)));
    const std::size_t value = std::min(equals + 1, directive.size());
    return {std::move(name), std::string(base::trim(std::string_view(directive).substr(value)))};
}

std::int64_t seconds_of(std::string_view value) {
    const bool is_number =
        !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number) return 0;
    const auto number = base::parse_unsigned(value);
    return number ? static_cast<std::int64_t>(std::min<std::uint64_t>(*number, kForever))
                  : kForever;
}

void keep_smaller(std::optional<std::int64_t>& kept, std::int64_t value) {
    kept = std::min(kept.value_or(value), value);
}

void keep_larger(std::optional<std::int64_t>& kept, std::int64_t value) {
    kept = std::max(kept.value_or(value), value);
}

}  // namespace

CacheControl CacheControl::parse(std::string_view text) {
    CacheControl control;
    while (!text.empty()) {
        const auto [name, value] = take_directive(text);
        if (name == "no-store") control.no_store = true;
        if (name == "no-cache") control.no_cache = true;
        if (name == "must-revalidate") control.must_revalidate = true;
        if (name == "public") control.is_public = true;
        if (name == "private") control.is_private = true;
        if (name == "immutable") control.immutable = true;
        if (name == "max-age") keep_smaller(control.max_age, seconds_of(value));
        if (name == "min-fresh") keep_larger(control.min_fresh, seconds_of(value));
        if (name == "max-stale")
            keep_smaller(control.max_stale, value.empty() ? kForever : seconds_of(value));
    }
    return control;
}

std::string CacheControl::to_string() const {
    std::vector<std::string> parts;
    if (no_store) parts.emplace_back("no-store");
    if (no_cache) parts.emplace_back("no-cache");
    if (must_revalidate) parts.emplace_back("must-revalidate");
    if (is_public) parts.emplace_back("public");
    if (is_private) parts.emplace_back("private");
    if (immutable) parts.emplace_back("immutable");
    if (max_age) parts.push_back(fmt::format("max-age={}", *max_age));
    if (min_fresh) parts.push_back(fmt::format("min-fresh={}", *min_fresh));
    if (max_stale) parts.push_back(fmt::format("max-stale={}", *max_stale));
    return base::join(parts, ", ");
}

}  // namespace net
