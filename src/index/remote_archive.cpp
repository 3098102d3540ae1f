#include "index/remote_archive.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace package_index {

namespace {

constexpr int kPartialContent = 206;
constexpr int kNotModified = 304;

// A server that ignores ranges sends the whole file; more than this is not waited for.
constexpr std::uint64_t kWholeAnswerLimit = 1U << 20U;

net::Request range_request(const RemoteFile& file, std::string range, std::uint64_t limit) {
    return {
        .url = file.url,
        .headers = {{"Accept-Encoding", "identity"}},
        .range = std::move(range),
        .size_limit = limit,
        .credential_use = file.credential_use,
    };
}

std::string validator_of(const net::Headers& headers) {
    const auto etag = headers.find("ETag");
    return std::string(etag ? *etag : headers.find("Last-Modified").value_or(""));
}

// The server is there and knows the file, but does not like this way of asking.
bool means_unsupported(int status) {
    return status == 400 || status == 405 || status == 416 || status == 501;
}

class HttpSource final : public codec::RandomSource {
  public:
    HttpSource(
        net::Client& client, RemoteFile file, const net::ContentRange& place, net::Response tail
    )
        : client_(client),
          file_(std::move(file)),
          size_(*place.total),
          tail_offset_(*place.first),
          tail_(std::move(tail.body)),
          validator_(validator_of(tail.headers)) {}

    std::uint64_t size() const override { return size_; }

    base::Result<void> read(std::uint64_t offset, std::span<char> buffer) override {
        if (offset > size_ || size_ - offset < buffer.size()) {
            return base::fail(
                base::ErrorKind::Invalid, fmt::format("{} ends too early", file_.url.display())
            );
        }
        if (offset >= tail_offset_) {
            std::memcpy(buffer.data(), tail_.data() + (offset - tail_offset_), buffer.size());
            return {};
        }
        if (buffer.empty()) return {};
        return fetch(offset, buffer);
    }

  private:
    base::Result<void> fetch(std::uint64_t offset, std::span<char> buffer) {
        const std::string range = fmt::format("{}-{}", offset, offset + buffer.size() - 1);
        const net::Response answer =
            TRY(client_.fetch(range_request(file_, range, buffer.size())).get());
        const auto place =
            net::ContentRange::parse(answer.headers.find("Content-Range").value_or(""));
        const bool is_the_part = answer.status == kPartialContent && place &&
                                 place->first == offset && place->total == size_ &&
                                 answer.body.size() == buffer.size();
        if (!is_the_part || validator_of(answer.headers) != validator_) {
            return base::fail(
                base::ErrorKind::Network,
                fmt::format("{} did not give a part of the same file again", file_.url.display())
            );
        }
        std::memcpy(buffer.data(), answer.body.data(), buffer.size());
        return {};
    }

    net::Client& client_;
    RemoteFile file_;
    std::uint64_t size_;
    std::uint64_t tail_offset_;
    std::string tail_;
    std::string validator_;
};

}  // namespace

void RemoteArchives::lower(const net::Url& url, Support support) {
    support_.with([&](auto& known) {
        const auto [entry, is_new] = known.emplace(url.origin(), support);
        if (!is_new) entry->second = std::max(entry->second, support);
    });
}

base::Result<OpenedArchive> RemoteArchives::open(const RemoteFile& file) {
    const Support support = support_.with([&](auto& known) {
        const auto found = known.find(file.url.origin());
        return found == known.end() ? Support::Suffix : found->second;
    });
    if (support == Support::None) return OpenedArchive{};
    if (support == Support::Plain) return open_by_size(file);
    return open_by_suffix(file);
}

OpenedArchive RemoteArchives::opened(const RemoteFile& file, net::Response answer) {
    OpenedArchive archive{.kind = OpenedArchive::Kind::Open};
    if (answer.status == kPartialContent) {
        const auto place =
            net::ContentRange::parse(answer.headers.find("Content-Range").value_or(""));
        const bool is_tail = place && place->first && place->last && place->total &&
                             *place->first <= *place->last && *place->last + 1 == *place->total &&
                             *place->last - *place->first + 1 == answer.body.size();
        if (!is_tail) {
            lower(file.url, Support::None);
            return {};
        }
        archive.source = std::make_shared<HttpSource>(client_, file, *place, answer);
    } else {
        archive.source =
            std::make_shared<codec::MemorySource>(std::move(answer.body));  // small, and all of it
    }
    answer.body.clear();
    archive.answer = std::move(answer);
    return archive;
}

base::Result<OpenedArchive> RemoteArchives::open_by_suffix(const RemoteFile& file) {
    net::Request request = range_request(file, fmt::format("-{}", kTailSize), kWholeAnswerLimit);
    for (const net::Header& field : file.conditions.fields())
        request.headers.add(field.name, field.value);
    base::Result<net::Response> answer = client_.fetch(std::move(request)).get();
    if (!answer) {
        if (answer.error().kind() != base::ErrorKind::Invalid)
            return base::fail(std::move(answer.error()));
        lower(file.url, Support::None);  // the whole of a large file was coming
        return OpenedArchive{};
    }
    if (answer->status == kNotModified && !file.conditions.empty()) {
        return OpenedArchive{
            .kind = OpenedArchive::Kind::NotModified, .answer = std::move(*answer)
        };
    }
    if (answer->is_success()) return opened(file, std::move(*answer));
    if (!means_unsupported(answer->status))
        return base::fail(status_error(file.url, answer->status));
    lower(file.url, Support::Plain);
    return open_by_size(file);
}

base::Result<OpenedArchive> RemoteArchives::open_by_size(const RemoteFile& file) {
    net::Request head = range_request(file, "", UINT64_MAX);  // no body comes
    head.method = net::Method::Head;
    const net::Response facts = TRY(client_.fetch(std::move(head)).get());
    const auto size = base::parse_unsigned(facts.headers.find("Content-Length").value_or(""));
    const bool refuses =
        base::equals_ignoring_case(facts.headers.find("Accept-Ranges").value_or(""), "none");
    if (!facts.is_success() || !size || *size == 0 || refuses) {
        if (!facts.is_success() && !means_unsupported(facts.status)) {
            return base::fail(status_error(file.url, facts.status));
        }
        lower(file.url, Support::None);
        return OpenedArchive{};
    }
    const std::uint64_t first = *size > kTailSize ? *size - kTailSize : 0;
    net::Request request =
        range_request(file, fmt::format("{}-{}", first, *size - 1), kWholeAnswerLimit);
    base::Result<net::Response> answer = client_.fetch(std::move(request)).get();
    if (answer && answer->is_success()) return opened(file, std::move(*answer));
    if (!answer && answer.error().kind() != base::ErrorKind::Invalid)
        return base::fail(std::move(answer.error()));
    if (answer && !means_unsupported(answer->status))
        return base::fail(status_error(file.url, answer->status));
    lower(file.url, Support::None);
    return OpenedArchive{};
}

base::Error status_error(const net::Url& url, int status) {
    const bool is_absent = status == 404 || status == 410;
    base::Error error(
        is_absent ? base::ErrorKind::NotFound : base::ErrorKind::Network,
        fmt::format("{} answered {}", url.display(), net::status_text(status))
    );
    if (status != 401 && status != 403) return error;
    return std::move(error).hint(
        "give credentials for this host in the URL of its index or in netrc"
    );
}

}  // namespace package_index
