#include "install/installed.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/wheel_record.h"
#include "install/link_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace install {

namespace {

constexpr std::string_view kDistInfoSuffix = ".dist-info";
constexpr std::uint64_t kSmallFileLimit = 1U << 20U;

std::string read_small_file(const std::string& path) {
    base::Result<std::string> text = base::read_file(path, kSmallFileLimit);
    return text ? std::move(*text) : std::string();
}

std::optional<InstalledDistribution> read_distribution(
    const std::string& site_packages, std::string_view directory
) {
    const std::string_view stem = directory.substr(0, directory.size() - kDistInfoSuffix.size());
    const std::size_t dash = stem.rfind('-');
    if (dash == std::string_view::npos) return std::nullopt;
    base::Result<pep::PackageName> name = pep::PackageName::parse(stem.substr(0, dash));
    base::Result<pep::Version> version = pep::Version::parse(stem.substr(dash + 1));
    if (!name || !version) return std::nullopt;
    const std::string path = base::join_path(site_packages, directory);
    return InstalledDistribution{
        .name = std::move(*name),
        .version = std::move(*version),
        .path = path,
        .installer = std::string(base::trim(read_small_file(base::join_path(path, "INSTALLER")))),
        .direct_url = read_small_file(base::join_path(path, "direct_url.json")),
        .requested =
            base::exists(base::join_path(path, "REQUESTED")) ? Requested::Yes : Requested::No,
    };
}

// The names of a RECORD that lie directly in the scripts directory.
base::Result<std::vector<std::string>> executables_of_record(
    const InstalledDistribution& distribution, const TargetLayout& target
) {
    std::vector<std::string> names;
    const std::optional<std::string> text =
        TRY(base::read_optional_file(base::join_path(distribution.path, "RECORD")));
    if (!text) return names;
    const std::string_view site_packages = base::parent_path(distribution.path);
    TRY(codec::for_each_record_path(*text, [&](const std::string& entry) {
        // Everything else in RECORD lies inside site-packages and is passed over cheaply.
        if (!entry.starts_with("..") && !base::is_absolute(entry)) return;
        const std::string path = base::normalize_path(base::join_path(site_packages, entry));
        if (base::parent_path(path) == target.scripts) names.emplace_back(base::file_name(path));
    }));
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

}  // namespace

base::Result<std::vector<InstalledDistribution>> scan_installed(const std::string& site_packages) {
    std::vector<InstalledDistribution> found;
    base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(site_packages);
    if (!entries && entries.error().kind() == base::ErrorKind::NotFound) return found;
    for (const base::DirectoryEntry& entry : TRY(std::move(entries))) {
        if (!entry.name.ends_with(kDistInfoSuffix)) continue;
        std::optional<InstalledDistribution> distribution =
            read_distribution(site_packages, entry.name);
        if (distribution) found.push_back(std::move(*distribution));
    }
    std::ranges::sort(found, [](const InstalledDistribution& a, const InstalledDistribution& b) {
        return std::tie(a.name, a.version, a.path) < std::tie(b.name, b.version, b.path);
    });
    return found;
}

base::Result<std::vector<ProvidedExecutables>> executables_in(
    std::span<const InstalledDistribution> distributions, const TargetLayout& target
) {
    std::vector<ProvidedExecutables> provided;
    for (const InstalledDistribution& distribution : distributions) {
        std::vector<std::string> names = TRY(base::with_context(
            executables_of_record(distribution, target),
            fmt::format("failed to read what `{}` installed", distribution.name.text())
        ));
        if (!names.empty()) provided.push_back({distribution.name.text(), std::move(names)});
    }
    std::ranges::sort(provided, {}, &ProvidedExecutables::distribution);
    return provided;
}

base::Result<std::vector<ProvidedExecutables>> executables_of_payloads(
    std::span<const std::string> payloads, std::uint32_t python_minor
) {
    std::vector<ProvidedExecutables> provided;
    for (const std::string& payload : payloads) {
        const LinkPlan plan = TRY(LinkPlan::read(payload));
        std::vector<std::string> names = executables_of(plan, python_minor);
        if (!names.empty()) provided.push_back({std::string(plan.name), std::move(names)});
    }
    std::ranges::sort(provided, {}, &ProvidedExecutables::distribution);
    return provided;
}

}  // namespace install
