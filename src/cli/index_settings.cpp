#include "cli/index_settings.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/time_span.h"
#include "index/file_url.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

namespace {

using base::ErrorKind;
using base::Result;
using package_index::IndexLocation;

bool is_valid_index_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

Result<IndexLocation> configured_location(const project::IndexEntry& entry) {
    IndexLocation location;
    location.name = entry.name;
    location.url = TRY(place_of(entry.url, "index"));
    location.is_default = entry.is_default;
    location.is_explicit = entry.is_explicit;
    location.format = entry.format == "flat" ? package_index::IndexFormat::Flat
                                             : package_index::IndexFormat::Simple;
    if (entry.authenticate == "always") location.authenticate = package_index::Authenticate::Always;
    if (entry.authenticate == "never") location.authenticate = package_index::Authenticate::Never;
    location.ignore_error_codes = entry.ignore_error_codes;
    if (!entry.exclude_newer.empty()) {
        const auto cutoff = TRY(parse_cutoff(entry.exclude_newer, base::wall_clock_seconds()));
        location.exclude_newer_ms = cutoff.value_or(INT64_MAX);
    }
    location.pages_cache_control = entry.pages_cache_control;
    location.files_cache_control = entry.files_cache_control;
    return location;
}

// UV_INDEX_<NAME>_USERNAME and _PASSWORD; the name in capitals, everything else than letters and digits an underscore.
std::optional<net::Credentials> credentials_of(
    const IndexLocation& location, const Variables& variables
) {
    if (location.name.empty()) return std::nullopt;
    std::string name;
    for (const char c : location.name) {
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        name += !alphanumeric ? '_' : (c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    const auto username = variables.find(fmt::format("UV_INDEX_{}_USERNAME", name));
    const auto password = variables.find(fmt::format("UV_INDEX_{}_PASSWORD", name));
    if (!username && !password) return std::nullopt;
    return net::Credentials{username.value_or(""), password.value_or("")};
}

// In order of precedence; at most one default, the first.
Result<std::vector<IndexLocation>> locations(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    std::vector<IndexLocation> all;
    const auto add = [&](IndexLocation location) {
        const bool second_default =
            location.is_default && std::ranges::any_of(all, &IndexLocation::is_default);
        if (!second_default) all.push_back(std::move(location));
    };
    for (const char* option : {"--default-index", "--index-url"}) {
        const std::optional<std::string> text = invocation.value(option);
        if (!text || text->empty()) continue;
        IndexLocation location = TRY(location_of(*text, option));
        location.is_default = true;
        add(std::move(location));
    }
    for (const char* option : {"--index", "--extra-index-url"}) {
        for (const std::string& text : invocation.values(option))
            add(TRY(location_of(text, option)));
    }
    for (const project::IndexEntry& entry :
         settings.index.value_or(std::vector<project::IndexEntry>())) {
        add(TRY(configured_location(entry)));
    }
    if (settings.index_url) {
        IndexLocation location = TRY(location_of(*settings.index_url, "index-url"));
        location.is_default = true;
        add(std::move(location));
    }
    for (const std::string& text : settings.extra_index_url.value_or(std::vector<std::string>())) {
        add(TRY(location_of(text, "extra-index-url")));
    }
    for (IndexLocation& location : all)
        location.credentials = credentials_of(location, variables);
    return all;
}

Result<package_index::PackageSelection> selected(
    bool all,
    std::vector<std::string> names,
    const std::optional<std::vector<std::string>>& configured
) {
    package_index::PackageSelection selection{.all = all, .packages = {}};
    if (configured) names.insert(names.end(), configured->begin(), configured->end());
    for (const std::string& name : names) {
        base::Result<pep::PackageName> package = pep::PackageName::parse(name);
        if (!package) return base::fail(std::move(package.error()).with_kind(ErrorKind::Usage));
        selection.packages.insert(std::move(*package));
    }
    return selection;
}

Result<package_index::ExcludeNewer> exclude_newer(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    const std::int64_t now = base::wall_clock_seconds();
    package_index::ExcludeNewer exclude;
    std::optional<std::string> text = invocation.value("--exclude-newer");
    if (!text) text = settings.exclude_newer;
    if (text) exclude.cutoff_ms = TRY(parse_cutoff(*text, now));
    for (const auto& [name, cutoff] :
         settings.exclude_newer_package.value_or(project::NamedTexts())) {
        exclude.packages[TRY(pep::PackageName::parse(name))] = TRY(parse_cutoff(cutoff, now));
    }
    for (const std::string& pair : invocation.values("--exclude-newer-package")) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) {
            return base::fail(
                ErrorKind::Usage,
                fmt::format("`--exclude-newer-package` needs `NAME=DATE`, not `{}`", pair)
            );
        }
        exclude.packages[TRY(pep::PackageName::parse(pair.substr(0, equals)))] =
            TRY(parse_cutoff(pair.substr(equals + 1), now));
    }
    return exclude;
}

Result<package_index::RefreshPolicy> refresh_policy(const Invocation& invocation) {
    package_index::RefreshPolicy policy{.since_ns = base::wall_clock_ns()};
    for (const char* option : {"--refresh-package", "--upgrade-package", "--reinstall-package"}) {
        for (const std::string& text : invocation.values(option)) {
            const Result<pep::Requirement> requirement = pep::Requirement::parse(text);
            if (!requirement)
                return base::fail(ErrorKind::Usage, fmt::format("`{}` is no package name", text));
            policy.packages.insert(requirement->name);
            policy.scope = package_index::RefreshPolicy::Scope::Packages;
        }
    }
    const bool all = invocation.flag("--refresh") || invocation.flag("--upgrade") ||
                     invocation.flag("--reinstall");
    if (all) policy.scope = package_index::RefreshPolicy::Scope::All;
    if (invocation.toggle("--refresh") == false)
        policy.scope = package_index::RefreshPolicy::Scope::None;
    return policy;
}

}  // namespace

Result<net::Url> place_of(const std::string& text, std::string_view option) {
    Result<net::Url> url = base::fail(ErrorKind::Usage, "");
    if (text.contains("://") || text.starts_with("file:")) {
        url = net::Url::parse(text);
    } else {
        url = package_index::file_url_of(TRY(base::absolute_path(text)));
    }
    if (url) return url;
    return base::fail(std::move(url.error())
                          .context(fmt::format("invalid value for `{}`", option))
                          .with_kind(ErrorKind::Usage));
}

// A `=` that belongs to the URL does not make a name.
Result<IndexLocation> location_of(const std::string& text, std::string_view option) {
    IndexLocation location;
    const std::size_t equals = text.find('=');
    std::string url = text;
    if (equals != std::string::npos && is_valid_index_name(text.substr(0, equals))) {
        location.name = text.substr(0, equals);
        url = text.substr(equals + 1);
    }
    location.url = TRY(place_of(url, option));
    return location;
}

Result<std::optional<std::int64_t>> parse_cutoff(std::string_view text, std::int64_t now_seconds) {
    text = base::trim(text);
    if (text == "false") return std::nullopt;
    if (const auto time = base::parse_rfc3339(text)) return *time * 1000;
    if (const auto day = base::parse_date(text)) return (*day + 86400) * 1000;
    if (const auto span = parse_time_span(text)) return (now_seconds - *span) * 1000;
    return base::fail(
        base::Error(ErrorKind::Usage, fmt::format("`{}` is no date, time or span", text))
            .hint("write `2024-03-24`, `2024-03-24T12:00:00Z` or `7 days`")
    );
}

Result<package_index::IndexOptions> index_options(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    package_index::IndexOptions options;
    options.locations = TRY(locations(inputs));
    std::vector<std::string> links = invocation.values("--find-links");
    if (settings.find_links)
        links.insert(links.end(), settings.find_links->begin(), settings.find_links->end());
    for (const std::string& text : links)
        options.find_links.push_back(TRY(place_of(text, "--find-links")));
    options.no_index = invocation.toggle("--no-index").value_or(settings.no_index.value_or(false));
    const std::string strategy =
        invocation.value("--index-strategy").value_or(settings.index_strategy.value_or(""));
    if (strategy == "unsafe-first-match" || strategy == "unsafe-any-match")
        options.strategy = package_index::IndexStrategy::UnsafeFirstMatch;
    if (strategy == "unsafe-best-match")
        options.strategy = package_index::IndexStrategy::UnsafeBestMatch;
    options.exclude_newer = TRY(exclude_newer(inputs));
    const bool no_binary =
        invocation.toggle("--no-binary").value_or(settings.no_binary.value_or(false));
    options.no_binary = TRY(
        selected(no_binary, invocation.values("--no-binary-package"), settings.no_binary_package)
    );
    const bool no_build =
        invocation.toggle("--no-build").value_or(settings.no_build.value_or(false));
    options.no_build =
        TRY(selected(no_build, invocation.values("--no-build-package"), settings.no_build_package));
    options.refresh = TRY(refresh_policy(invocation));
    options.offline = invocation.toggle("--offline").value_or(settings.offline.value_or(false));
    for (const auto& [name, index] : settings.source_indexes) {
        options.pins.emplace(TRY(pep::PackageName::parse(name)), index);
    }
    return options;
}

}  // namespace cli
