// ProjectSearch: finds the pages of a project in all places the strategy allows and judges them. Each project is
// searched once; the answer stays.
//
// First index: places are asked in order, each after the one before said "not here". Other strategies: all at once.
// Listings (`--find-links`, flat indexes) are read once, at the first search.
#pragma once

#include "base/result.h"
#include "base/synced.h"
#include "index/cached_http.h"
#include "index/flat_listing.h"
#include "index/once.h"
#include "index/place.h"
#include "index/registry.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace package_index {

// What all parts of a Registry share. Owned by it, outlives them.
struct RegistryContext {
    Services services;
    IndexOptions options;
    TargetPython target;
    Places places;
    base::Synced<std::set<std::string>> warnings;
    base::Synced<std::int64_t> earliest_expiry{INT64_MAX};

    RegistryContext(Services the_services, IndexOptions the_options, TargetPython the_target);
    // How the credentials of a file's place are to be used.
    net::CredentialUse credential_use(const DistributionFile& file) const;
};

class ProjectSearch {
  public:
    struct Found {
        std::unique_ptr<const Project> project;  // nullptr: no place knows it
        std::string reason;
        std::vector<std::string> hints;
    };

    using Answer = Once<base::Result<Found>>;

    ProjectSearch(RegistryContext& context, CachedHttp& http);
    // Waits for all searches.
    ~ProjectSearch();

    // Starts the search unless it was started before. The answer lives as long as this.
    Answer& start(const pep::PackageName& name);

    void wait_until_idle() { activity_.wait_until_idle(); }

  private:
    // What one place says about a project.
    struct Reply {
        std::shared_ptr<const Page> page;  // nullptr: not here
        bool stops_search = false;         // nobody further down may be asked
        bool is_offline_miss = false;
        std::string hint;
    };

    struct Listing {
        net::Url url;
        PageOrigin origin;
        net::CredentialUse credential_use = net::CredentialUse::WhereKnown;
        Once<base::Result<std::shared_ptr<const FlatListing>>> files;
    };

    struct Job;
    using JobPointer = std::shared_ptr<Job>;
    using Deliver = std::move_only_function<void(base::Result<Reply>)>;

    void read_listings();
    void read_listing(Listing& listing);
    void begin(const JobPointer& job);
    void ask(const JobPointer& job, std::size_t position);
    void ask_pages(const JobPointer& job, std::size_t number, Deliver deliver);
    void take_reply(const JobPointer& job, std::size_t position, base::Result<Reply> reply);
    base::Result<Reply> reply_to_status(const Place& place, const net::Url& url, int status) const;
    base::Result<Reply> reply_to_answer(
        const JobPointer& job, std::size_t number, base::Result<CachedAnswer> answer
    );
    // Once all places have replied: waits for the find-links listings, then settles.
    void collect_links(const JobPointer& job, std::size_t position);
    void settle(const JobPointer& job);
    Found judge_pages(Job& job);
    Found not_found(const Job& job) const;
    void fail(const JobPointer& job, base::Error error);

    RegistryContext& context_;
    CachedHttp& http_;
    std::vector<std::unique_ptr<Listing>> links_;                  // find-links, in order
    std::map<std::size_t, std::unique_ptr<Listing>> flat_places_;  // by number of the place
    base::Synced<std::unordered_map<pep::PackageName, JobPointer>> jobs_;
    bool listings_started_ = false;  // guarded by jobs_
    Activity activity_;
};

}  // namespace package_index
