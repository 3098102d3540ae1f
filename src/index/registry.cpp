#include "index/registry.h"

#include "base/file.h"
#include "base/text.h"
#include "index/cached_http.h"
#include "index/file_url.h"
#include "index/metadata_search.h"
#include "index/project_search.h"
#include "index/wheel_fetch.h"
#include "pep/wheel_filename.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <utility>

namespace package_index {

namespace {

// How many of the largest files start first: they take longest, and a connection of their own keeps
// them moving. All others follow from the smallest on, so that whoever unpacks them has work at once
// and does not wait for many large files that share the wire and all end together.
constexpr std::size_t kLargeFilesFirst = 4;

std::vector<std::size_t> fetch_order(std::span<const DistributionFile> files) {
    std::vector<std::size_t> order(files.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto size_of = [&](std::size_t i) { return files[i].size.value_or(0); };
    std::ranges::stable_sort(order, std::greater<>(), size_of);
    const auto first_rest =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(kLargeFilesFirst, order.size()));
    std::ranges::stable_sort(std::ranges::subrange(first_rest, order.end()), {}, size_of);
    return order;
}

}  // namespace

// In order of construction: each part uses those above it, and waits for its own work before they go.
class Registry::Work {
  public:
    Work(Services services, IndexOptions options, TargetPython target)
        : context(std::move(services), std::move(options), std::move(target)),
          http(context.services.client, context.services.pool, connectivity()),
          projects(context, http),
          wheels(context),
          metadata(context, http, wheels) {}

    RegistryContext context;
    CachedHttp http;
    ProjectSearch projects;
    WheelFetch wheels;
    MetadataSearch metadata;
    WheelFetch::Progress progress;

  private:
    net::Connectivity connectivity() const {
        return context.options.offline ? net::Connectivity::Offline : net::Connectivity::Online;
    }
};

Registry::Registry(Services services, IndexOptions options, TargetPython target)
    : work_(std::make_unique<Work>(std::move(services), std::move(options), std::move(target))) {}

Registry::~Registry() {
    work_->http.stop_sending();
    // What they find may start a look for metadata.
    work_->projects.wait_until_idle();
}

void Registry::prefetch(std::span<const pep::PackageName> names) {
    for (const pep::PackageName& name : names)
        work_->projects.start(name);
}

void Registry::prefetch(const pep::PackageName& name, Guess guess) {
    work_->projects.start(name).then(
        [this, guess = std::move(guess)](const base::Result<ProjectSearch::Found>& found) mutable {
            if (!found || found->project == nullptr) return;
            const Candidate* candidate = guess(*found->project);
            if (candidate == nullptr) return;
            const auto file = found->project->file(*candidate, candidate->metadata_file);
            if (file) work_->metadata.start(*file, MetadataSearch::Urgency::Hint);
        }
    );
}

base::Result<ProjectAnswer> Registry::project(const pep::PackageName& name) {
    const base::Result<ProjectSearch::Found>& found = work_->projects.start(name).wait();
    if (!found) return base::fail(found.error());
    return ProjectAnswer{
        .project = found->project.get(), .reason = found->reason, .hints = found->hints
    };
}

void Registry::prefetch_metadata(std::span<const DistributionFile> files) {
    for (const DistributionFile& file : files)
        work_->metadata.start(file, MetadataSearch::Urgency::Hint);
}

base::Result<MetadataAnswer> Registry::metadata(const DistributionFile& file) {
    const base::Result<MetadataSearch::Found>& found =
        work_->metadata.start(file, MetadataSearch::Urgency::Question).wait();
    if (!found) return base::fail(found.error());
    return MetadataAnswer{
        .metadata = found->metadata ? &*found->metadata : nullptr,
        .reason = found->reason,
        .detail = found->detail,
    };
}

base::Result<DirectWheel> Registry::direct_wheel(const net::Url& url) const {
    if (!url.is_http() && url.scheme() != "file") {
        return base::fail(base::Error(
                              base::ErrorKind::Unsupported,
                              fmt::format("`{}` is no URL of a wheel", url.display())
        )
                              .hint("only http, https and file URLs are possible"));
    }
    DistributionFile file;
    file.file_name = net::percent_decode(base::file_name(url.path()));
    base::Result<pep::WheelFilename> wheel = pep::WheelFilename::parse(file.file_name);
    if (!wheel) {
        return base::fail(base::Error(
                              base::ErrorKind::Unsupported,
                              fmt::format("`{}` is not a wheel", url.display())
        )
                              .cause(wheel.error().flat())
                              .hint("source distributions cannot be built yet"));
    }
    const std::string fragment(url.fragment().value_or(""));
    for (const std::string_view part : base::split(fragment, '&')) {
        auto digest = base::HashDigest::parse(part);  // others are names and subdirectories
        if (digest) file.hashes.push_back(std::move(*digest));
    }
    file.url = url.without_fragment();
    file.name = wheel->name;
    file.version = wheel->version;
    file.index_name = file.url.display();
    return DirectWheel{.file = std::move(file), .requested_url = url.without_credentials().text()};
}

base::Result<WheelFile> Registry::fetch_wheel(const DistributionFile& file) {
    base::Result<WheelFile> fetched;
    fetch_wheels({&file, 1}, [&](std::size_t, base::Result<WheelFile> wheel) {
        fetched = std::move(wheel);
    });
    return fetched;
}

void Registry::fetch_wheels(
    std::span<const DistributionFile> files,
    const std::function<void(std::size_t, base::Result<WheelFile>)>& done
) {
    const std::vector<std::size_t> order = fetch_order(files);
    Activity activity;
    for (const std::size_t position : order) {
        activity.begin();
        work_->wheels.start(
            files[position],
            [&activity, &done, position](base::Result<WheelFile> wheel) {
                done(position, std::move(wheel));
                activity.end();
            },
            work_->progress
        );
    }
    activity.wait_until_idle();
}

void Registry::on_progress(std::function<void(const DistributionFile&, std::uint64_t)> report) {
    work_->progress = std::move(report);
}

std::int64_t Registry::earliest_expiry() const {
    return work_->context.earliest_expiry.with([](std::int64_t& earliest) { return earliest; });
}

std::vector<std::string> Registry::take_warnings() {
    return work_->context.warnings.with([](std::set<std::string>& warnings) {
        std::vector<std::string> lines(warnings.begin(), warnings.end());
        warnings.clear();
        return lines;
    });
}

}  // namespace package_index
