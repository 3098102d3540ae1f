#include "index/cached_http.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/trace.h"
#include "index/page_parser.h"

#include <fmt/format.h>

#include <utility>

namespace package_index {

struct CachedHttp::Job {
    CachedGet request;
    Make make;
    Deliver deliver;
    std::optional<CachedFile> stored;        // while it may still be the answer
    std::optional<net::CachePolicy> policy;  // of `stored`
    net::CacheRequest sent;                  // what the cache rules see of the request
    std::uint64_t size_limit = kSmallAnswer;
    Gate* gate = nullptr;  // the one the job is in

    void forget_stored() {
        stored.reset();
        policy.reset();
    }
};

CachedHttp::CachedHttp(net::Client& client, base::TaskPool& pool, net::Connectivity connectivity)
    : client_(client), pool_(pool), connectivity_(connectivity) {}

CachedHttp::~CachedHttp() {
    stop_sending();
    activity_.wait_until_idle();
}

void CachedHttp::get(CachedGet request, Make make, Deliver deliver) {
    activity_.begin();
    auto job = std::make_shared<Job>();
    job->request = std::move(request);
    job->make = std::move(make);
    job->deliver = std::move(deliver);
    pool_.submit([this, job] { look_up(job); });
}

void CachedHttp::look_up(const JobPointer& job) {
    const CachedGet& request = job->request;
    job->sent.url = request.url.without_credentials().text();
    if (!request.accept.empty()) job->sent.headers.add("Accept", request.accept);
    job->stored = CachedFile::read(request.cache_path);
    if (job->stored && request.keeping == Keeping::Forever) {
        return finish(
            job, CachedAnswer{.kind = CachedAnswer::Kind::Body, .body = job->stored->take_body()}
        );
    }
    if (job->stored) job->policy = net::CachePolicy::decode(job->stored->slot().policy);
    if (!job->policy || !job->policy->matches(job->sent.url)) job->forget_stored();

    const bool is_offline = connectivity_ == net::Connectivity::Offline;
    if (is_offline && !job->stored)
        return finish(job, CachedAnswer{.kind = CachedAnswer::Kind::Absent});
    if (job->stored) {
        const bool must_ask =
            request.refresh_since_ns && job->stored->slot().checked_ns < *request.refresh_since_ns;
        if (must_ask && !is_offline) job->sent.headers.add("Cache-Control", "no-cache");
        const net::Verdict verdict = job->policy->judge(job->sent, base::wall_clock_seconds());
        if (is_offline || verdict == net::Verdict::Fresh) {
            return finish(
                job,
                CachedAnswer{
                    .kind = CachedAnswer::Kind::Body,
                    .body = job->stored->take_body(),
                    .fresh_until = job->policy->fresh_until(),
                }
            );
        }
        if (verdict == net::Verdict::Mismatch) job->forget_stored();
    }
    job->gate = &gate_;
    gate_.enter([this, job] { send(job); });
}

void CachedHttp::send(const JobPointer& job) {
    if (closing_) {  // by way of the pool, as finishing lets the next job send
        return pool_.submit([this, job] {
            finish(job, base::fail(base::ErrorKind::Interrupted, "the answer is no longer needed"));
        });
    }
    net::Request request{
        .url = job->request.url,
        .headers = job->sent.headers,
        .size_limit = job->size_limit,
        .credential_use = job->request.credential_use,
    };
    if (job->policy) {
        const net::Headers conditions = job->policy->revalidation_headers();
        for (const net::Header& field : conditions.fields())
            request.headers.add(field.name, field.value);
    }
    client_.fetch(std::move(request), [this, job](base::Result<net::Response> response) {
        pool_.submit([this, job, response = std::move(response)]() mutable {
            receive(job, std::move(response));
        });
    });
}

void CachedHttp::receive(const JobPointer& job, base::Result<net::Response> response) {
    if (!response) {
        const bool is_too_large = response.error().kind() == base::ErrorKind::Invalid;
        if (!is_too_large || job->gate == &large_gate_)
            return finish(job, base::fail(std::move(response.error())));
        job->size_limit = kPageSizeLimit;
        job->gate = &large_gate_;
        large_gate_.enter([this, job] { send(job); });
        return gate_.leave();
    }
    if (response->status == 304 && job->stored) return accept_unchanged(job, *response);
    if (response->is_success()) return accept(job, *response);
    finish(job, CachedAnswer{.kind = CachedAnswer::Kind::Status, .status = response->status});
}

void CachedHttp::accept_unchanged(const JobPointer& job, const net::Response& response) {
    const net::CacheAnswer answer{
        .status = response.status,
        .headers = response.headers,
        .requested_at = response.requested_at,
        .received_at = response.received_at,
    };
    std::optional<net::CachePolicy> renewed =
        job->policy->after_304(job->sent, answer, job->request.cache_control);
    if (!renewed) {  // it is about something else than we have
        job->forget_stored();
        return send(job);
    }
    const auto written = job->stored->renew({renewed->encode(), base::wall_clock_ns()});
    if (!written)
        base::trace([&] { return written.error().flat(); });  // the answer is good all the same
    finish(
        job,
        CachedAnswer{
            .kind = CachedAnswer::Kind::Body,
            .body = job->stored->take_body(),
            .fresh_until = renewed->fresh_until(),
        }
    );
}

void CachedHttp::accept(const JobPointer& job, net::Response& response) {
    base::Result<std::string> body = job->make(response);
    if (!body) return finish(job, base::fail(std::move(body.error())));
    CachedAnswer answer{.kind = CachedAnswer::Kind::Body, .body = std::move(*body)};
    keep(*job, response, answer);
    finish(job, std::move(answer));
}

// Writes the answer to the cache if it may be kept. A cache that cannot be written is no reason to
// fail.
void CachedHttp::keep(const Job& job, const net::Response& response, CachedAnswer& answer) const {
    const net::CacheAnswer facts{
        .status = response.status,
        .headers = response.headers,
        .requested_at = response.requested_at,
        .received_at = response.received_at,
    };
    base::Result<void> written;
    if (job.request.keeping == Keeping::Forever) {
        written =
            CachedFile::write(job.request.cache_path, {"", base::wall_clock_ns()}, answer.body);
    } else if (net::is_storable(job.sent, facts, job.request.cache_control)) {
        const auto policy = net::CachePolicy::make(job.sent, facts, job.request.cache_control);
        answer.fresh_until = policy.fresh_until();
        written = CachedFile::write(
            job.request.cache_path, {policy.encode(), base::wall_clock_ns()}, answer.body
        );
    } else {
        answer.fresh_until = response.received_at;
        if (base::exists(job.request.cache_path))
            written = base::remove_file(job.request.cache_path);
    }
    if (!written) base::trace([&] { return written.error().flat(); });
}

void CachedHttp::finish(const JobPointer& job, base::Result<CachedAnswer> answer) {
    Gate* gate = std::exchange(job->gate, nullptr);
    job->deliver(std::move(answer));
    job->deliver = nullptr;
    if (gate != nullptr) gate->leave();
    activity_.end();
}

}  // namespace package_index
