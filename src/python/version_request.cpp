#include "python/version_request.h"

#include "base/check.h"
#include "base/text.h"

#include <fmt/core.h>

#include <array>

namespace python {

namespace {

using base::Result;

constexpr std::uint64_t kOldestMinor = 6;  // 3.6, the first that knows all flags of the probe
constexpr std::uint64_t kFirstFreeThreadedMinor = 13;        // PEP 703
constexpr std::uint64_t kFirstStableFreeThreadedMinor = 14;  // PEP 779

struct VariantName {
    std::string_view text;
    VariantRequest variant;
};

constexpr std::array<VariantName, 10> kVariantNames = {{
    {"freethreaded", VariantRequest::FreeThreaded},
    {"t", VariantRequest::FreeThreaded},
    {"debug", VariantRequest::Debug},
    {"d", VariantRequest::Debug},
    {"freethreaded+debug", VariantRequest::FreeThreadedDebug},
    {"td", VariantRequest::FreeThreadedDebug},
    {"gil", VariantRequest::Gil},
    {"gil+debug", VariantRequest::GilDebug},
    {"", VariantRequest::Default},
    {"default", VariantRequest::Default},
}};

std::optional<VariantRequest> variant_from_name(std::string_view name) {
    for (const VariantName& known : kVariantNames) {
        if (known.text == name) return known.variant;
    }
    return std::nullopt;
}

// Cuts "+freethreaded", or a bare "t", "d" or "td" behind a digit, off the end of `text`. nullopt: a "+" with something
// else behind it.
std::optional<VariantRequest> take_variant(std::string_view& text) {
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        const std::optional<VariantRequest> variant = variant_from_name(text.substr(plus + 1));
        if (!variant || plus + 1 == text.size()) return std::nullopt;
        text = text.substr(0, plus);
        return variant;
    }
    for (const std::string_view suffix : {"td", "t", "d"}) {
        if (!text.ends_with(suffix)) continue;
        const std::string_view rest = text.substr(0, text.size() - suffix.size());
        if (rest.empty() || rest.back() < '0' || rest.back() > '9') continue;
        text = rest;
        return variant_from_name(suffix);
    }
    return VariantRequest::Default;
}

// "312" -> 3.12, "31210" stays 3.1210, as nobody can tell; "3" and "3.12" are left alone.
std::string with_dots(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
        ++digits;
    const bool is_packed =
        digits >= 2 && (digits == text.size() || text[digits] != '.') && text[0] != '0';
    if (!is_packed || text.substr(digits).contains('!')) return std::string(text);
    return fmt::format("{}.{}", text.substr(0, 1), text.substr(1));
}

bool is_free_threaded(VariantRequest variant) {
    return variant == VariantRequest::FreeThreaded || variant == VariantRequest::FreeThreadedDebug;
}

Result<void> check_supported(
    const VersionRequest& request, const std::vector<std::uint64_t>& release
) {
    const auto refuse = [&](std::string_view what) {
        return base::fail(
            base::ErrorKind::Usage,
            fmt::format("`{}` cannot be used: {}", request.to_string(), what)
        );
    };
    if (release.empty()) return {};
    if (release[0] < 3) return refuse("Python before 3 is not supported");
    if (release[0] > 3 || release.size() < 2) return {};
    if (release[1] < kOldestMinor) return refuse("Python before 3.6 is not supported");
    if (is_free_threaded(request.variant) && release[1] < kFirstFreeThreadedMinor) {
        return refuse("Python before 3.13 has no free-threaded build");
    }
    return {};
}

std::vector<std::uint64_t> numbers_of(const pep::Version& version) {
    std::vector<std::uint64_t> numbers;
    for (const std::uint64_t number : version.release())
        numbers.push_back(number);
    return numbers;
}

bool begins_with(const pep::Version& version, const std::vector<std::uint64_t>& release) {
    const std::vector<std::uint64_t> numbers = numbers_of(version);
    if (numbers.size() < release.size()) return false;
    return std::equal(release.begin(), release.end(), numbers.begin());
}

// A version of one to three numbers, or a pre-release; nothing else names a Python.
bool take_version(std::string_view text, VersionRequest& request) {
    const Result<pep::Version> version = pep::Version::parse(text);
    if (!version || version->epoch() != 0 || version->is_local() || version->is_postrelease() ||
        version->is_development())
        return false;
    std::vector<std::uint64_t> release = numbers_of(*version);
    // One number of two digits is no version: `12` was read as 1.2 before.
    if (release.size() > 3 || (release.size() == 1 && release[0] > 9)) return false;
    if (version->pre()) request.prerelease = *version;
    request.release = std::move(release);
    return true;
}

// The releases that begin with the given numbers, and what is between them: 3.12 <= v < 3.13.dev0.
pep::VersionRange series_of(const std::vector<std::uint64_t>& release) {
    const pep::Version first = pep::Version::from_release(release);
    const auto all =
        pep::Specifier::create(pep::Operator::Equal, first, pep::Specifier::Wildcard::Yes);
    CHECK(all, "release numbers with a wildcard are a specifier");
    return pep::VersionRange::from(*all).intersection(pep::VersionRange::at_least(first));
}

bool begins_with_operator(std::string_view text) {
    return !text.empty() && std::string_view("<>=!~").contains(text.front());
}

// `==3.12.1` asks for one version like `3.12.1`; every other specifier is a range.
bool take_specifiers(std::string_view text, VersionRequest& request) {
    const Result<pep::Specifiers> specifiers = pep::Specifiers::parse(text);
    if (!specifiers || specifiers->empty()) return false;
    const std::span<const pep::Specifier> items = specifiers->items();
    const bool is_exact =
        items.size() == 1 && items[0].op() == pep::Operator::Equal && !items[0].is_wildcard();
    if (is_exact && take_version(items[0].version().to_string(), request)) return true;
    request.specifiers = *specifiers;
    return true;
}

std::string_view text_of(VariantRequest variant) {
    switch (variant) {
        case VariantRequest::Default:
            return "";
        case VariantRequest::FreeThreaded:
            return "+freethreaded";
        case VariantRequest::Debug:
            return "+debug";
        case VariantRequest::FreeThreadedDebug:
            return "+freethreaded+debug";
        case VariantRequest::Gil:
            return "+gil";
        case VariantRequest::GilDebug:
            return "+gil+debug";
    }
    return "";
}

std::string dotted(const std::vector<std::uint64_t>& numbers, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ".", numbers[i]);
    return text;
}

}  // namespace

Result<std::optional<VersionRequest>> VersionRequest::parse(std::string_view text) {
    std::string_view rest = base::trim(text);
    VersionRequest request;
    const std::optional<VariantRequest> variant = take_variant(rest);
    if (!variant || rest.empty()) return std::nullopt;
    request.variant = *variant;
    const bool taken = begins_with_operator(rest) ? take_specifiers(rest, request)
                                                  : take_version(with_dots(rest), request);
    if (!taken) return std::nullopt;
    TRY(check_supported(request, request.release));
    return request;
}

VersionRequest VersionRequest::from_specifiers(pep::Specifiers specifiers) {
    VersionRequest request;
    if (!specifiers.empty()) request.specifiers = std::move(specifiers);
    return request;
}

bool VersionRequest::names_prerelease() const {
    if (prerelease) return true;
    if (!specifiers) return false;
    for (const pep::Specifier& specifier : specifiers->items()) {
        if (specifier.version().is_prerelease()) return true;
    }
    return false;
}

bool VersionRequest::contains(const pep::Version& version) const {
    if (prerelease) return version == *prerelease;
    if (specifiers)
        return specifiers->contains(names_prerelease() ? version : version.only_release());
    return begins_with(version, release);
}

pep::VersionRange VersionRequest::range() const {
    if (prerelease) return pep::VersionRange::singleton(*prerelease);
    if (specifiers) return pep::VersionRange::from(*specifiers);
    return release.empty() ? pep::VersionRange::full() : series_of(release);
}

bool VersionRequest::may_contain_minor(std::uint64_t minor) const {
    if (!release.empty()) {
        return release[0] == 3 && (release.size() < 2 || release[1] == minor);
    }
    if (!specifiers) return true;
    const pep::VersionRange series = series_of({3, minor});
    return !series.is_disjoint(pep::VersionRange::from(*specifiers));
}

bool VersionRequest::allows_build(const Interpreter& interpreter) const {
    const bool free = interpreter.gil_disabled;
    const bool debug = interpreter.debug;
    switch (variant) {
        case VariantRequest::Default:
            return !debug && (!free || interpreter.minor() >= kFirstStableFreeThreadedMinor);
        case VariantRequest::FreeThreaded:
            return free && !debug;
        case VariantRequest::Debug:
        case VariantRequest::GilDebug:
            return debug && !free;
        case VariantRequest::FreeThreadedDebug:
            return debug && free;
        case VariantRequest::Gil:
            return !debug && !free;
    }
    return false;
}

bool VersionRequest::matches(const Interpreter& interpreter) const {
    return contains(interpreter.version) && allows_build(interpreter);
}

std::vector<std::string> VersionRequest::program_suffixes() const {
    std::vector<std::string> numbers;
    // A pre-release is no part of a program's name, and neither is the patch number it leads to.
    const std::size_t most = prerelease ? std::min<std::size_t>(release.size(), 2) : release.size();
    for (std::size_t count = most; count > 0; --count)
        numbers.push_back(dotted(release, count));
    if (specifiers) numbers.emplace_back("3");
    numbers.emplace_back("");
    if (release.empty() && !specifiers) numbers.emplace_back("3");

    std::vector<std::string> suffixes;
    for (const std::string& number : numbers) {
        // Only free-threaded builds are installed under a short name without a minor version too.
        if (variant == VariantRequest::FreeThreaded) suffixes.push_back(number + "t");
        const bool has_minor = number.contains('.');
        if (has_minor &&
            (variant == VariantRequest::Debug || variant == VariantRequest::GilDebug)) {
            suffixes.push_back(number + "d");
        }
        if (has_minor && variant == VariantRequest::FreeThreadedDebug)
            suffixes.push_back(number + "td");
        suffixes.push_back(number);
    }
    return suffixes;
}

std::string VersionRequest::to_string() const {
    std::string text;
    if (prerelease) {
        text = prerelease->to_string();
    } else if (specifiers) {
        text = specifiers->to_string();
    } else {
        text = dotted(release, release.size());
    }
    return text + std::string(text_of(variant));
}

}  // namespace python
