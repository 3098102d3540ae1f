#include "index/metadata_search.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/trace.h"
#include "codec/zip.h"
#include "index/cached_file.h"
#include "index/file_url.h"
#include "index/metadata_record.h"
#include "index/wheel_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace package_index {

namespace {

constexpr std::string_view kInvalid = "has invalid metadata";

MetadataSearch::Found unusable(std::string_view reason, std::string detail) {
    return {.metadata = std::nullopt, .reason = std::string(reason), .detail = std::move(detail)};
}

// The URL of the metadata file: its suffix belongs to the path, before a query.
base::Result<net::Url> metadata_url(const net::Url& url) {
    std::string text = url.text();
    text.insert(std::min(text.find('?'), text.size()), ".metadata");
    return net::Url::parse(text);
}

// What the metadata depends on. The place is part of it: a server that lies about a digest must not be believed for
// others. So is the digest of the metadata: an index may correct it without touching the wheel. The query is not, where
// the digest says what the file is: it may be a signature that changes each time.
std::string metadata_key(const DistributionFile& file) {
    const base::HashDigest* digest = file.sha256();
    std::string text = file.url.origin() + std::string(file.url.path());
    text +=
        digest != nullptr ? "#" + digest->hex : "?" + std::string(file.url.query().value_or(""));
    if (file.metadata_hash) text += "#" + file.metadata_hash->hex;
    return base::sha256_hex(text).substr(0, 32);
}

}  // namespace

struct MetadataSearch::Job {
    DistributionFile file;
    std::string cache_path;
    bool is_content_known = false;           // cache_path names a digest of the content
    std::optional<CachedFile> stored;        // metadata by policy that must be revalidated
    std::optional<net::CachePolicy> policy;  // of `stored`
    Answer answer;

    std::mutex mutex;
    Urgency urgency = Urgency::Hint;  // guarded by mutex
    bool waits_for_question = false;  // guarded by mutex: nothing but the whole wheel is left
};

MetadataSearch::MetadataSearch(RegistryContext& context, CachedHttp& http, WheelFetch& wheels)
    : context_(context), http_(http), wheels_(wheels), archives_(context.services.client) {}

const MetadataSearch::Answer& MetadataSearch::start(const DistributionFile& file, Urgency urgency) {
    const std::string key = metadata_key(file);
    bool is_new = false;
    const JobPointer job = jobs_.with([&](auto& jobs) {
        JobPointer& slot = jobs[key];
        if (slot == nullptr) {
            slot = std::make_shared<Job>();
            slot->file = file;
            is_new = true;
        }
        return slot;
    });
    bool goes_on = false;
    if (urgency == Urgency::Question) {
        const std::lock_guard lock(job->mutex);
        job->urgency = Urgency::Question;
        goes_on = std::exchange(job->waits_for_question, false);
    }
    if (is_new || goes_on) activity_.begin();
    if (goes_on) load_whole(job);
    if (is_new) context_.services.pool.submit([this, job] { begin(job); });
    return job->answer;
}

void MetadataSearch::begin(const JobPointer& job) {
    const DistributionFile& file = job->file;
    if (file.kind != FileKind::Wheel) {
        return finish(
            job,
            unusable("has only a source distribution", "its metadata is known only after a build")
        );
    }
    if (!file.url.is_http()) return read_local(job);
    job->is_content_known = file.sha256() != nullptr;
    job->cache_path = fmt::format(
        "{}/{}/{}-{}.meta",
        context_.services.directories.metadata,
        file.name.text(),
        file.version.to_string(),
        metadata_key(file)
    );
    if (file.has_metadata) return ask_beside(job);
    if (find_kept(job)) return;
    read_ranges(job);
}

// Looks into the cache for metadata that came out of a wheel.
bool MetadataSearch::find_kept(const JobPointer& job) {
    job->stored = CachedFile::read(job->cache_path);
    std::optional<pep::CoreMetadata> metadata;
    if (job->stored) metadata = decode_metadata(job->stored->body());
    const bool is_offline = context_.options.offline;
    if (!metadata) {
        job->stored.reset();
        if (is_offline) {
            finish(
                job,
                unusable(
                    "was not found in the cache",
                    "its metadata is not in the cache and the network is disabled"
                )
            );
        }
        return is_offline;
    }
    if (!job->is_content_known && !is_offline) {
        const RefreshPolicy& refresh = context_.options.refresh;
        const bool must_ask =
            refresh.covers(job->file.name) && job->stored->slot().checked_ns < refresh.since_ns;
        net::CacheRequest request{.url = job->file.url.without_credentials().text()};
        if (must_ask) request.headers.add("Cache-Control", "no-cache");
        job->policy = net::CachePolicy::decode(job->stored->slot().policy);
        const bool is_fresh =
            job->policy &&
            job->policy->judge(request, base::wall_clock_seconds()) == net::Verdict::Fresh;
        if (!is_fresh) return false;
    }
    finish(job, Found{.metadata = std::move(metadata)});
    return true;
}

void MetadataSearch::read_local(const JobPointer& job) {
    const auto read = [&]() -> base::Result<Found> {
        const std::string path = TRY(path_of(job->file.url));
        return read_archive(*job, TRY(codec::FileSource::open(path)));
    };
    finish(job, read());
}

void MetadataSearch::ask_beside(const JobPointer& job) {
    base::Result<net::Url> url = metadata_url(job->file.url);
    if (!url) return finish(job, base::fail(std::move(url.error())));
    CachedGet request{
        .url = std::move(*url),
        .credential_use = context_.credential_use(job->file),
        .cache_path = job->cache_path,
        .keeping = job->is_content_known ? Keeping::Forever : Keeping::ByPolicy,
    };
    if (job->file.location && *job->file.location < context_.places.all.size()) {
        request.cache_control =
            context_.places.all[*job->file.location].location.files_cache_control;
    }
    const RefreshPolicy& refresh = context_.options.refresh;
    if (refresh.covers(job->file.name)) request.refresh_since_ns = refresh.since_ns;

    // Runs while the answer is made: an unusable text is remembered here and not kept.
    auto bad = std::make_shared<std::optional<Found>>();
    const auto make = [this, job, bad](net::Response& response) -> base::Result<std::string> {
        const std::optional<base::HashDigest>& expected = job->file.metadata_hash;
        if (expected && base::sha256_hex(response.body) != expected->hex) {
            return base::fail(
                base::Error(
                    base::ErrorKind::Invalid,
                    fmt::format(
                        "the metadata of `{}` has another hash than announced", job->file.file_name
                    )
                )
                    .cause(fmt::format("{} says {}", job->file.index_name, expected->to_string()))
                    .cause("the file has sha256:" + base::sha256_hex(response.body))
            );
        }
        Found found = TRY(judge_text(job->file, response.body));
        if (found.metadata) return encode_metadata(*found.metadata);
        *bad = std::move(found);
        return base::fail(base::ErrorKind::Invalid, "the metadata cannot be used");
    };
    http_.get(std::move(request), make, [this, job, bad](base::Result<CachedAnswer> answer) {
        if (*bad) return finish(job, std::move(**bad));
        if (!answer) return finish(job, base::fail(std::move(answer.error())));
        if (answer->kind == CachedAnswer::Kind::Body) {
            auto metadata = decode_metadata(answer->body);
            if (metadata) return finish(job, Found{.metadata = std::move(metadata)});
        }
        if (answer->kind == CachedAnswer::Kind::Absent) {
            return finish(
                job,
                unusable(
                    "was not found in the cache",
                    "its metadata is not in the cache and the network is disabled"
                )
            );
        }
        read_ranges(job);  // announced and not there, or an unreadable record: the wheel has it too
    });
}

void MetadataSearch::read_ranges(const JobPointer& job) {
    waiters_.submit([this, job] {
        base::Result<bool> done = try_ranges(job);
        if (!done) return finish(job, base::fail(std::move(done.error())));
        if (!*done) load_whole(job);
    });
}

// False: nothing but the whole wheel helps.
base::Result<bool> MetadataSearch::try_ranges(const JobPointer& job) {
    RemoteFile remote{.url = job->file.url, .credential_use = context_.credential_use(job->file)};
    if (job->policy) remote.conditions = job->policy->revalidation_headers();
    const OpenedArchive opened = TRY(archives_.open(remote));
    if (opened.kind == OpenedArchive::Kind::NoRanges) return false;

    const net::CacheRequest request{.url = job->file.url.without_credentials().text()};
    // For the cache, what was read of the file stands for all of it.
    const bool is_unchanged = opened.kind == OpenedArchive::Kind::NotModified;
    const net::CacheAnswer answer{
        .status = is_unchanged ? 304 : 200,
        .headers = opened.answer.headers,
        .requested_at = opened.answer.requested_at,
        .received_at = opened.answer.received_at,
    };
    if (is_unchanged) {
        const auto renewed = job->policy->after_304(request, answer);
        auto metadata = decode_metadata(job->stored->body());
        if (!renewed || !metadata) {
            job->policy.reset();
            return try_ranges(job);
        }
        const auto written = job->stored->renew({renewed->encode(), base::wall_clock_ns()});
        if (!written) base::trace([&] { return written.error().flat(); });
        finish(job, Found{.metadata = std::move(metadata)});
        return true;
    }
    Found found = TRY(read_archive(*job, opened.source));
    const bool is_storable = job->is_content_known || net::is_storable(request, answer);
    if (found.metadata && is_storable) {
        keep(
            *job,
            found,
            job->is_content_known ? "" : net::CachePolicy::make(request, answer).encode()
        );
    }
    finish(job, std::move(found));
    return true;
}

void MetadataSearch::load_whole(const JobPointer& job) {
    {
        const std::lock_guard lock(job->mutex);
        if (job->urgency == Urgency::Hint) {
            job->waits_for_question = true;
            return activity_.end();
        }
    }
    wheels_.start(job->file, [this, job](base::Result<WheelFile> wheel) {
        const auto read = [&]() -> base::Result<Found> {
            const WheelFile file = TRY(std::move(wheel));
            Found found = TRY(read_archive(*job, TRY(codec::FileSource::open(file.path))));
            if (job->is_content_known) keep(*job, found, "");
            return found;
        };
        finish(job, read());
    });
}

base::Result<MetadataSearch::Found> MetadataSearch::read_archive(
    const Job& job, std::shared_ptr<codec::RandomSource> source
) const {
    const pep::WheelFilename wheel = TRY(pep::WheelFilename::parse(job.file.file_name));
    const auto read = [&]() -> base::Result<std::string> {
        const std::unique_ptr<codec::ZipReader> zip =
            TRY(codec::ZipReader::open(std::move(source)));
        return read_wheel_metadata(*zip, wheel);
    };
    base::Result<std::string> text = read();
    if (text) return judge_text(job.file, *text);
    const base::ErrorKind kind = text.error().kind();
    if (kind != base::ErrorKind::Invalid && kind != base::ErrorKind::Unsupported) {
        return base::fail(std::move(text.error()));
    }
    return unusable("has a wheel that cannot be used", text.error().flat());
}

base::Result<MetadataSearch::Found> MetadataSearch::judge_text(
    const DistributionFile& file, std::string_view text
) const {
    base::Result<pep::CoreMetadata> metadata = pep::CoreMetadata::parse(text);
    if (!metadata) return unusable(kInvalid, metadata.error().flat());
    if (metadata->name != file.name) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format(
                "the metadata of `{}` is that of `{}`", file.file_name, metadata->name.text()
            )
        );
    }
    for (const std::string& line : metadata->warnings) {
        base::trace([&] { return fmt::format("`{}`: {}", file.file_name, line); });
    }
    return Found{.metadata = std::move(*metadata)};
}

void MetadataSearch::keep(const Job& job, const Found& found, const std::string& policy) const {
    if (!found.metadata) return;
    const auto written = CachedFile::write(
        job.cache_path, {policy, base::wall_clock_ns()}, encode_metadata(*found.metadata)
    );
    if (!written) base::trace([&] { return written.error().flat(); });
}

void MetadataSearch::finish(const JobPointer& job, base::Result<Found> found) {
    job->stored.reset();
    job->answer.set(std::move(found));
    activity_.end();
}

}  // namespace package_index
