#include "net/file_body.h"

#include "base/clock.h"
#include "base/text.h"
#include "net/failure.h"

#include <fmt/format.h>

#include <algorithm>

namespace net {

namespace {

// What If-Range may hold (RFC 9110 section 13.1.5): a strong ETag, or a Last-Modified that is old enough to be one
// version's only (section 8.8.2.2: at least a second before Date).
std::string validator_of(const Headers& headers) {
    if (const auto etag = headers.find("etag"); etag && etag->starts_with('"'))
        return std::string(*etag);
    const auto last_modified = headers.find("last-modified");
    const auto date = headers.find("date");
    if (!last_modified || !date) return {};
    const auto modified_at = base::parse_http_date(*last_modified);
    const auto sent_at = base::parse_http_date(*date);
    return modified_at && sent_at && *modified_at < *sent_at ? std::string(*last_modified)
                                                             : std::string();
}

}  // namespace

FileBody::FileBody(const DownloadRequest& request, PartFile part, Client::DownloadDone done)
    : display_(request.url.display()),
      expected_size_(request.expected_size),
      expected_hashes_(request.expected_hashes),
      size_limit_(request.size_limit),
      progress_(request.progress),
      part_(std::move(part)),
      done_(std::move(done)),
      resumed_from_(part_.size()) {}

bool FileBody::is_complete() const {
    return expected_size_ && !expected_hashes_.empty() && part_.size() == *expected_size_;
}

void FileBody::add_headers(Headers& headers) {
    if (part_.size() == 0) return;
    headers.set("Range", fmt::format("bytes={}-", part_.size()));
    if (!part_.version().validator.empty()) headers.set("If-Range", part_.version().validator);
}

base::Result<Step> FileBody::begin(const ResponseHead& head, const Url& url) {
    ignores_body_ = false;
    switch (head.status) {
        case 200:
            return begin_whole(head, url);
        case 206:
            return begin_rest(head);
        case 416:
            return begin_unsatisfiable(head, url);
        default:
            return base::fail(status_error(url, head.status));
    }
}

base::Result<Step> FileBody::begin_whole(const ResponseHead& head, const Url&) {
    const std::optional<std::uint64_t> length = content_length(head.headers);
    if (length && *length > largest_size()) return base::fail(too_large(*length));
    resumed_from_ = 0;
    TRY(part_.restart({.validator = validator_of(head.headers), .total = length}));
    return Step::Proceed;
}

base::Result<Step> FileBody::begin_rest(const ResponseHead& head) {
    base::Error unasked(
        base::ErrorKind::Network,
        fmt::format("`{}` answered with a part that was not asked for", display_)
    );
    const auto range = ContentRange::parse(head.headers.find("content-range").value_or(""));
    if (part_.size() == 0 || !range || range->first != part_.size())
        return start_over(std::move(unasked));
    const std::optional<std::uint64_t> known_total = part_.version().total;
    const bool is_other_size = known_total && range->total && *known_total != *range->total;
    // Some servers ignore If-Range.
    const std::string validator = validator_of(head.headers);
    const std::string& known_validator = part_.version().validator;
    const bool is_other_version = validator.starts_with('"') && known_validator.starts_with('"') &&
                                  validator != known_validator;
    if (is_other_size || is_other_version) return start_over(std::move(unasked));
    if (range->total.value_or(0) > largest_size()) return base::fail(too_large(*range->total));
    return Step::Proceed;
}

base::Result<Step> FileBody::begin_unsatisfiable(const ResponseHead& head, const Url& url) {
    const auto range = ContentRange::parse(head.headers.find("content-range").value_or(""));
    const bool is_whole =
        range && range->total && *range->total == part_.size() && part_.size() > 0;
    if (!is_whole) return start_over(status_error(url, head.status));
    ignores_body_ = true;
    return Step::Proceed;
}

base::Result<Step> FileBody::start_over(base::Error otherwise) {
    if (has_started_over_ || part_.size() == 0) return base::fail(std::move(otherwise));
    has_started_over_ = true;
    resumed_from_ = 0;
    TRY(part_.restart({}));
    return Step::Again;
}

base::Result<void> FileBody::write(std::string_view bytes) {
    if (ignores_body_) return {};
    const std::uint64_t size = part_.size() + bytes.size();
    if (size > largest_size()) return base::fail(too_large(size));
    TRY(part_.write(bytes));
    if (progress_) progress_(size, part_.version().total ? part_.version().total : expected_size_);
    return {};
}

base::Result<Step> FileBody::complete(const Url&) {
    const bool is_short = expected_size_ && part_.size() < *expected_size_;
    // Without a length the end of the connection is the end of the file, or an accident.
    if (is_short && !part_.version().total) return Step::Broken;
    if (is_short) {
        return reject(base::Error(
            base::ErrorKind::Invalid,
            fmt::format(
                "`{}` has {} bytes, and {} were announced", display_, part_.size(), *expected_size_
            )
        ));
    }
    const std::vector<base::HashDigest> digests = part_.finish();
    sha256_ = digests.front().hex;
    for (const base::HashDigest& expected : expected_hashes_) {
        const auto found =
            std::ranges::find(digests, expected.algorithm, &base::HashDigest::algorithm);
        if (*found != expected) return reject(hash_error(expected, *found));
    }
    return Step::Proceed;
}

base::Error FileBody::hash_error(const base::HashDigest& expected, const base::HashDigest& received)
    const {
    return base::Error(
               base::ErrorKind::Invalid,
               fmt::format("`{}` does not have the expected hash", display_)
    )
        .cause(fmt::format("expected {}", expected.to_string()))
        .cause(fmt::format("received {}", received.to_string()))
        .hint("the file was changed after its hash was published, or on the way here");
}

// What another command left may have been damaged since; what we have received ourselves will not get better.
base::Result<Step> FileBody::reject(base::Error error) {
    if (resumed_from_ > 0) return start_over(std::move(error));
    return base::fail(std::move(error));
}

void FileBody::succeed(Answer answer) {
    DownloadResult result;
    result.path = part_.path();
    result.file = part_.release();
    result.sha256 = sha256_;
    result.size = part_.size();
    result.resumed_from = resumed_from_;
    result.final_url = std::move(answer.url);
    result.headers = std::move(answer.head.headers);
    done_(std::move(result));
}

void FileBody::fail(base::Error error) {
    // What the network did not finish can go on later; what is wrong, or does not fit, must not.
    const bool is_sound =
        error.kind() == base::ErrorKind::Network || error.kind() == base::ErrorKind::Interrupted;
    if (is_sound) {
        part_.keep_or_remove();
    } else {
        part_.remove();
    }
    done_(base::fail(std::move(error)));
}

std::uint64_t FileBody::largest_size() const {
    return std::min(size_limit_, expected_size_.value_or(size_limit_));
}

base::Error FileBody::too_large(std::uint64_t size) const {
    const std::string_view source =
        largest_size() == expected_size_ ? "were announced" : "are allowed";
    return base::Error(
        base::ErrorKind::Invalid,
        fmt::format("`{}` has {} bytes or more, and {} {}", display_, size, largest_size(), source)
    );
}

}  // namespace net
