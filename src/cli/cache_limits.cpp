#include "cli/cache_limits.h"

#include "base/text.h"
#include "cli/byte_size.h"
#include "cli/time_span.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

constexpr std::int64_t kSecondNs = 1'000'000'000;

// One limit and the places where it may be given, the first that has it counts.
struct Places {
    std::string_view option;
    std::string_view variable;
    std::string_view setting;
    std::optional<std::string> project::Settings::* member;
};

constexpr Places kMaxSize = {
    "--max-size", "UV_CACHE_MAX_SIZE", "cache-max-size", &project::Settings::cache_max_size
};
constexpr Places kMinFree = {
    "--min-free", "UV_CACHE_MIN_FREE", "cache-min-free", &project::Settings::cache_min_free
};
constexpr Places kMaxAge = {
    "--max-age", "UV_CACHE_MAX_AGE", "cache-max-age", &project::Settings::cache_max_age
};

struct Said {
    std::string text;
    std::string where;  // for messages
};

std::optional<Said> find(const Inputs& inputs, const Places& places) {
    if (const auto value = inputs.invocation.value(places.option))
        return Said{*value, fmt::format("`{}`", places.option)};
    if (const auto value = inputs.variables.find_filled(places.variable))
        return Said{*value, fmt::format("`{}`", inputs.variables.found_name(places.variable))};
    if (const auto& value = inputs.settings.*places.member)
        return Said{*value, fmt::format("the setting `{}`", places.setting)};
    return std::nullopt;
}

bool is_off(const Said& said) {
    const std::string text = base::to_lower(base::trim(said.text));
    return text == "off" || text == "none";
}

std::unexpected<base::Error> wrong(const Said& said, std::string_view what, std::string hint) {
    return base::fail(base::Error(
                          base::ErrorKind::Usage,
                          fmt::format("{} must be {}, not `{}`", said.where, what, said.text)
    )
                          .hint(std::move(hint)));
}

Result<void> read_size(
    const Inputs& inputs, const Places& places, std::optional<store::SizeLimit>& limit
) {
    const std::optional<Said> said = find(inputs, places);
    if (!said) return {};
    limit = is_off(*said) ? std::nullopt : parse_size_limit(said->text);
    if (limit || is_off(*said)) return {};
    return wrong(
        *said, "a size", "write `20GiB`, `500M`, a share of the file system as `10%`, or `off`"
    );
}

Result<void> read_age(
    const Inputs& inputs, const Places& places, std::optional<std::int64_t>& limit
) {
    const std::optional<Said> said = find(inputs, places);
    if (!said) return {};
    const std::optional<std::int64_t> seconds =
        is_off(*said) ? std::nullopt : parse_time_span(said->text);
    limit = std::nullopt;
    // A hundred years and more are no limit; nanoseconds end there.
    if (seconds && *seconds < INT64_MAX / kSecondNs) limit = *seconds * kSecondNs;
    if (seconds || is_off(*said)) return {};
    return wrong(*said, "a span of time", "write `30d`, `12h`, `2 weeks`, or `off`");
}

}  // namespace

Result<store::Limits> cache_limits(const Inputs& inputs) {
    store::Limits limits = store::default_limits();
    TRY(read_size(inputs, kMaxSize, limits.max_size));
    TRY(read_size(inputs, kMinFree, limits.min_free));
    TRY(read_age(inputs, kMaxAge, limits.max_age_ns));
    return limits;
}

}  // namespace cli
