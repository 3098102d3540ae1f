// CachedHttp: GET through the cache (RFC 9111, cache-and-run.md 2.2-2.4). What is kept is not the
// body but what the caller makes of it, so a fresh or unchanged answer needs no parsing.
//
// Threads: cache files are read and bodies are made on the task pool; the client's event thread
// only hands over. The answer is delivered on a pool thread.
//
// Memory: answers under way are limited in number and to kSmallAnswer bytes each; one that turns
// out larger is asked for again in a lane of its own, where one answer at a time may have
// kPageSizeLimit bytes.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "index/cached_file.h"
#include "index/gate.h"
#include "net/client.h"
#include "net/http_cache.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace package_index {

enum class Keeping {
    ByPolicy,  // as the server says
    Forever,   // the cache path names a digest of the content: what is stored is never asked for
               // again
};

struct CachedGet {
    net::Url url;  // http or https, no fragment
    std::string accept;
    net::CredentialUse credential_use = net::CredentialUse::WhereKnown;
    std::string cache_path;
    std::string cache_control;  // replaces the server's, unless ""
    // Set: an answer that the server was last asked about before this moment must be revalidated.
    std::optional<std::int64_t> refresh_since_ns;
    Keeping keeping = Keeping::ByPolicy;
};

struct CachedAnswer {
    enum class Kind {
        Body,    // made now, or found
        Status,  // the server's answer is no success
        Absent,  // offline and not in the cache
    };

    Kind kind = Kind::Absent;
    std::string body;
    int status = 0;
    std::int64_t fresh_until = INT64_MAX;  // seconds since 1970; of bodies
};

class CachedHttp {
  public:
    // Makes what is kept from a successful answer, whose body it may take.
    using Make = std::function<base::Result<std::string>(net::Response&)>;
    using Deliver = std::move_only_function<void(base::Result<CachedAnswer>)>;

    static constexpr std::uint64_t kSmallAnswer = 4U << 20U;
    static constexpr std::size_t kAnswersUnderWay = 32;

    CachedHttp(net::Client& client, base::TaskPool& pool, net::Connectivity connectivity);
    // Waits for all answers.
    ~CachedHttp();

    // What has not been sent yet is given up: nobody wants the answers.
    void stop_sending() { closing_ = true; }

    void get(CachedGet request, Make make, Deliver deliver);

  private:
    struct Job;
    using JobPointer = std::shared_ptr<Job>;

    void look_up(const JobPointer& job);
    void send(const JobPointer& job);
    void receive(const JobPointer& job, base::Result<net::Response> response);
    void accept(const JobPointer& job, net::Response& response);
    void accept_unchanged(const JobPointer& job, const net::Response& response);
    void keep(const Job& job, const net::Response& response, CachedAnswer& answer) const;
    void finish(const JobPointer& job, base::Result<CachedAnswer> answer);

    net::Client& client_;
    base::TaskPool& pool_;
    net::Connectivity connectivity_;
    Gate gate_{kAnswersUnderWay};
    Gate large_gate_{1};
    Activity activity_;
    std::atomic<bool> closing_ = false;
};

}  // namespace package_index
