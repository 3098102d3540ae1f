#include "index/project_search.h"

#include "base/file.h"
#include "index/judge.h"
#include "index/page_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace package_index {

namespace {

// This mirror of the Python Package Index answers 403 for projects it does not have.
constexpr std::string_view kForbiddenMeansAbsent = "download.pytorch.org";

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kProxyUnauthorized = 407;
constexpr int kNetworkUnauthorized = 511;

std::string refusal_hint(const Place& place, int status) {
    const std::string& name = place.location.name;
    std::string variables;
    for (const char c : name.empty() ? "<NAME>" : name) {
        const bool is_word =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '<' || c == '>';
        variables += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : is_word ? c : '_';
    }
    return fmt::format(
        "the index `{}` refused access ({}); give credentials in its URL, in netrc, or by "
        "`UV_INDEX_{}_USERNAME` and `UV_INDEX_{}_PASSWORD`",
        place.label,
        net::status_text(status),
        variables,
        variables
    );
}

}  // namespace

struct ProjectSearch::Job {
    pep::PackageName name;
    Answer answer;
    std::vector<std::size_t> order;  // numbers of the places to ask

    std::mutex mutex;  // guards what follows while several places are asked at once
    std::vector<std::optional<Reply>> replies;
    std::size_t open_replies = 0;
    std::optional<base::Error> error;  // of the place that comes first in order
    std::size_t error_position = 0;

    std::vector<std::shared_ptr<const Page>> link_pages;  // of find-links
};

RegistryContext::RegistryContext(
    Services the_services, IndexOptions the_options, TargetPython the_target
)
    : services(std::move(the_services)),
      options(std::move(the_options)),
      target(std::move(the_target)),
      places(Places::make(options, services.client)) {}

net::CredentialUse RegistryContext::credential_use(const DistributionFile& file) const {
    const bool has_place = file.location && *file.location < places.all.size();
    return has_place ? places.all[*file.location].credential_use : net::CredentialUse::WhereKnown;
}

ProjectSearch::ProjectSearch(RegistryContext& context, CachedHttp& http)
    : context_(context), http_(http) {
    for (const net::Url& url : context.options.find_links) {
        auto listing = std::make_unique<Listing>();
        listing->url = url;
        listing->origin.index_name = url.display();
        links_.push_back(std::move(listing));
    }
    for (std::size_t number = 0; number < context.places.all.size(); ++number) {
        const Place& place = context.places.all[number];
        if (place.kind != PlaceKind::Listing) continue;
        auto listing = std::make_unique<Listing>();
        listing->url = place.location.url;
        listing->origin = place.origin(number);
        listing->credential_use = place.credential_use;
        flat_places_[number] = std::move(listing);
    }
}

ProjectSearch::~ProjectSearch() {
    activity_.wait_until_idle();
}

ProjectSearch::Answer& ProjectSearch::start(const pep::PackageName& name) {
    bool is_new = false;
    bool must_read_listings = false;
    const JobPointer job = jobs_.with([&](auto& jobs) {
        JobPointer& slot = jobs[name];
        if (slot == nullptr) {
            slot = std::make_shared<Job>();
            slot->name = name;
            is_new = true;
            must_read_listings = !std::exchange(listings_started_, true);
        }
        return slot;
    });
    if (must_read_listings) read_listings();
    if (is_new) {
        activity_.begin();
        context_.services.pool.submit([this, job] { begin(job); });
    }
    return job->answer;
}

void ProjectSearch::read_listings() {
    for (const auto& listing : links_)
        read_listing(*listing);
    for (const auto& [number, listing] : flat_places_)
        read_listing(*listing);
}

void ProjectSearch::read_listing(Listing& listing) {
    using Files = base::Result<std::shared_ptr<const FlatListing>>;
    const auto share = [](base::Result<FlatListing> files) -> Files {
        if (!files) return base::fail(std::move(files.error()));
        return std::make_shared<const FlatListing>(std::move(*files));
    };
    activity_.begin();
    if (!listing.url.is_http()) {
        return context_.services.pool.submit([this, &listing, share] {
            listing.files.set(share(FlatListing::of_file_url(listing.url, listing.origin)));
            activity_.end();
        });
    }
    CachedGet request{
        .url = listing.url.without_fragment(),
        .accept = "text/html",
        .credential_use = listing.credential_use,
        .cache_path = base::join_path(
            context_.services.directories.pages, url_digest(listing.url) + ".links"
        ),
    };
    const RefreshPolicy& refresh = context_.options.refresh;
    if (refresh.covers_flat_pages()) request.refresh_since_ns = refresh.since_ns;
    // The first line is the final URL, which relative links are relative to.
    const auto make = [](net::Response& response) -> base::Result<std::string> {
        return response.final_url.text() + "\n" + std::move(response.body);
    };
    http_.get(std::move(request), make, [this, &listing, share](base::Result<CachedAnswer> answer) {
        const auto parse = [&]() -> base::Result<FlatListing> {
            const CachedAnswer got = TRY(std::move(answer));
            if (got.kind != CachedAnswer::Kind::Body) {
                const bool is_absent = got.kind == CachedAnswer::Kind::Absent;
                const std::string why =
                    is_absent ? "is not in the cache" : "answered " + net::status_text(got.status);
                return base::fail(
                    base::ErrorKind::Network, fmt::format("{} {}", listing.url.display(), why)
                );
            }
            const std::size_t line = got.body.find('\n');
            const net::Url url = TRY(net::Url::parse(std::string_view(got.body).substr(0, line)));
            return FlatListing::of_html(
                std::string_view(got.body).substr(line + 1), url, listing.origin
            );
        };
        listing.files.set(share(parse()));
        activity_.end();
    });
}

void ProjectSearch::begin(const JobPointer& job) {
    base::Result<std::vector<std::size_t>> order =
        context_.places.order_for(job->name, context_.options);
    if (!order) return fail(job, std::move(order.error()));
    job->order = std::move(*order);
    job->replies.resize(job->order.size());
    job->open_replies = job->order.size();
    if (job->order.empty()) return collect_links(job, 0);
    const bool one_by_one = context_.options.strategy == IndexStrategy::FirstIndex;
    const std::size_t count = one_by_one ? 1 : job->order.size();
    for (std::size_t position = 0; position < count; ++position)
        ask(job, position);
}

void ProjectSearch::ask(const JobPointer& job, std::size_t position) {
    const std::size_t number = job->order[position];
    const Place& place = context_.places.all[number];
    Deliver deliver = [this, job, position](base::Result<Reply> reply) {
        take_reply(job, position, std::move(reply));
    };
    switch (place.kind) {
        case PlaceKind::HttpPages:
            return ask_pages(job, number, std::move(deliver));
        case PlaceKind::DirectoryPages: {
            auto page = read_directory_index(place.location.url, job->name, place.origin(number));
            if (!page) return deliver(base::fail(std::move(page.error())));
            return deliver(Reply{.page = std::move(*page)});
        }
        case PlaceKind::Listing:
            flat_places_.at(number)->files.then(
                [job, deliver = std::move(deliver)](const auto& files) mutable {
                    if (!files) return deliver(base::fail(files.error()));
                    auto page = (*files)->page(job->name);
                    if (!page) return deliver(base::fail(std::move(page.error())));
                    deliver(Reply{.page = std::move(*page)});
                }
            );
    }
}

void ProjectSearch::ask_pages(const JobPointer& job, std::size_t number, Deliver deliver) {
    const Place& place = context_.places.all[number];
    base::Result<net::Url> url = place.page_url(job->name);
    if (!url) return deliver(base::fail(std::move(url.error())));
    CachedGet request{
        .url = *url,
        .accept = std::string(kAcceptPages),
        .credential_use = place.credential_use,
        .cache_path = fmt::format(
            "{}/{}/{}.page", context_.services.directories.pages, place.digest, job->name.text()
        ),
        .cache_control = place.location.pages_cache_control,
    };
    const RefreshPolicy& refresh = context_.options.refresh;
    if (refresh.covers(job->name)) request.refresh_since_ns = refresh.since_ns;
    const auto make = [name = job->name](net::Response& response) -> base::Result<std::string> {
        const auto context = fmt::format(
            "reading the page of `{}` at {}", name.text(), response.final_url.display()
        );
        const auto syntax = page_syntax(response.headers.find("Content-Type").value_or(""));
        if (!syntax) return base::fail(base::Error(syntax.error()).context(context));
        return parse_page(*syntax, std::move(response.body), name, response.final_url);
    };
    http_.get(
        std::move(request),
        make,
        [this, job, number, deliver = std::move(deliver)](base::Result<CachedAnswer> answer
        ) mutable { deliver(reply_to_answer(job, number, std::move(answer))); }
    );
}

base::Result<ProjectSearch::Reply> ProjectSearch::reply_to_answer(
    const JobPointer& job, std::size_t number, base::Result<CachedAnswer> answer
) {
    const Place& place = context_.places.all[number];
    CachedAnswer got = TRY(std::move(answer));
    if (got.kind == CachedAnswer::Kind::Absent) return Reply{.is_offline_miss = true};
    const net::Url url = TRY(place.page_url(job->name));
    if (got.kind == CachedAnswer::Kind::Status) return reply_to_status(place, url, got.status);
    context_.earliest_expiry.with([&](std::int64_t& earliest) {
        earliest = std::min(earliest, got.fresh_until);
    });
    Reply reply{.page = Page::open(std::move(got.body), job->name, place.origin(number))};
    if (reply.page != nullptr) return reply;
    return base::fail(base::Error(
                          base::ErrorKind::Invalid,
                          fmt::format("the cached page of {} is damaged", url.display())
    )
                          .hint("`adder cache clean " + job->name.text() + "` removes it"));
}

base::Result<ProjectSearch::Reply> ProjectSearch::reply_to_status(
    const Place& place, const net::Url& url, int status
) const {
    const std::vector<int>& ignored = place.location.ignore_error_codes;
    if (status == kNotFound || std::ranges::find(ignored, status) != ignored.end()) return Reply{};
    const bool is_refusal = status == kUnauthorized || status == kForbidden;
    if (status == kForbidden && place.location.url.host() == kForbiddenMeansAbsent) return Reply{};
    const bool is_first_index = context_.options.strategy == IndexStrategy::FirstIndex;
    if (is_refusal)
        return Reply{.stops_search = is_first_index, .hint = refusal_hint(place, status)};
    if (!is_first_index && (status == kProxyUnauthorized || status == kNetworkUnauthorized))
        return Reply{};
    return base::fail(
        base::ErrorKind::Network,
        fmt::format("{} answered {}", url.display(), net::status_text(status))
    );
}

void ProjectSearch::take_reply(
    const JobPointer& job, std::size_t position, base::Result<Reply> reply
) {
    const bool one_by_one = context_.options.strategy == IndexStrategy::FirstIndex;
    bool is_last = false;
    {
        const std::lock_guard lock(job->mutex);
        --job->open_replies;
        if (!reply && (!job->error || position < job->error_position)) {
            job->error = std::move(reply.error());
            job->error_position = position;
        }
        if (reply) job->replies[position] = std::move(*reply);
        const std::optional<Reply>& kept = job->replies[position];
        const bool ends_search = !kept || kept->page != nullptr || kept->stops_search;
        is_last = job->open_replies == 0 || (one_by_one && ends_search);
    }
    if (!is_last) {
        if (one_by_one) ask(job, position + 1);
        return;
    }
    if (job->error) return fail(job, std::move(*job->error));
    collect_links(job, 0);
}

void ProjectSearch::collect_links(const JobPointer& job, std::size_t position) {
    const bool is_pinned = context_.options.pins.contains(job->name);
    if (is_pinned || position == links_.size()) return settle(job);
    links_[position]->files.then([this, job, position](const auto& files) {
        if (!files) return fail(job, files.error());
        auto page = (*files)->page(job->name);
        if (!page) return fail(job, std::move(page.error()));
        if (*page != nullptr) job->link_pages.push_back(std::move(*page));
        collect_links(job, position + 1);
    });
}

void ProjectSearch::settle(const JobPointer& job) {
    job->answer.set(judge_pages(*job));
    activity_.end();
}

// Files of find-links compete within every index, before the index's own.
ProjectSearch::Found ProjectSearch::judge_pages(Job& job) {
    std::vector<std::shared_ptr<const Page>> pages = std::move(job.link_pages);
    PageGroup links;
    for (std::size_t i = 0; i < pages.size(); ++i)
        links.pages.push_back(static_cast<std::uint16_t>(i));
    std::vector<PageGroup> groups;
    for (const std::optional<Reply>& reply : job.replies) {
        if (!reply || reply->page == nullptr) continue;
        groups.push_back(links);
        groups.back().pages.push_back(static_cast<std::uint16_t>(pages.size()));
        pages.push_back(reply->page);
    }
    if (groups.empty() && !pages.empty()) groups.push_back(links);
    if (groups.empty()) return not_found(job);

    const bool is_first_match = context_.options.strategy == IndexStrategy::UnsafeFirstMatch;
    const GroupOrder order = is_first_match ? GroupOrder::FirstGroup : GroupOrder::BestVersion;
    Judged judged =
        judge(pages, groups, order, {.options = context_.options, .target = context_.target});
    context_.warnings.with([&](std::set<std::string>& warnings) {
        for (std::string& line : judged.warnings)
            warnings.insert(std::move(line));
    });
    return {
        .project = std::make_unique<const Project>(
            job.name, std::move(pages), std::move(judged.candidates)
        )
    };
}

ProjectSearch::Found ProjectSearch::not_found(const Job& job) const {
    Found found{.reason = "was not found in the package index"};
    if (context_.options.no_index) {
        found.reason = "is not among the files of `--find-links`";
        found.hints.emplace_back("`--no-index` forbids asking a package index");
    }
    for (const std::optional<Reply>& reply : job.replies) {
        if (reply && !reply->hint.empty()) found.hints.push_back(reply->hint);
        if (reply && reply->is_offline_miss && found.reason != "was not found in the cache") {
            found.reason = "was not found in the cache";
            found.hints.emplace_back(
                "the network is disabled (`--offline`); without it the package may be found"
            );
        }
    }
    return found;
}

void ProjectSearch::fail(const JobPointer& job, base::Error error) {
    job->answer.set(base::fail(std::move(error)));
    activity_.end();
}

}  // namespace package_index
