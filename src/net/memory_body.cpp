#include "net/memory_body.h"

#include "base/text.h"

#include <fmt/format.h>

namespace net {

std::optional<std::uint64_t> content_length(const Headers& headers) {
    const auto value = headers.find("content-length");
    if (!value || headers.find("content-encoding")) return std::nullopt;
    return base::parse_unsigned(base::trim(*value));
}

MemoryBody::MemoryBody(
    const Request& request, std::shared_ptr<MemoryBudget> budget, Client::FetchDone done
)
    : method_(request.method),
      range_(request.range),
      limit_(request.size_limit),
      display_(request.url.display()),
      budget_(std::move(budget)),
      done_(std::move(done)) {}

MemoryBody::~MemoryBody() {
    clear();
}

// A range is one of the bytes as they are stored: of compressed ones it would be a meaningless piece.
BodyCoding MemoryBody::coding() const {
    return range_.empty() ? BodyCoding::Decoded : BodyCoding::AsStored;
}

void MemoryBody::add_headers(Headers& headers) {
    if (!range_.empty()) headers.set("Range", "bytes=" + range_);
}

base::Result<Step> MemoryBody::begin(const ResponseHead& head, const Url&) {
    clear();
    // The length that a HEAD or a 304 names is the one of a body that does not come.
    const bool has_body = method_ == Method::Get && head.status != 304;
    const auto length = content_length(head.headers);
    if (has_body && length && *length > limit_) return base::fail(too_large());
    return Step::Proceed;
}

base::Result<void> MemoryBody::write(std::string_view bytes) {
    if (bytes.size() > limit_ - bytes_.size()) return base::fail(too_large());
    if (bytes.size() > budget_->limit - budget_->used) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format(
                "`{}` and the other answers under way are larger than {}",
                display_,
                base::format_bytes(budget_->limit)
            )
        );
    }
    budget_->used += bytes.size();
    bytes_ += bytes;
    return {};
}

base::Result<Step> MemoryBody::complete(const Url&) {
    return Step::Proceed;
}

void MemoryBody::succeed(Answer answer) {
    budget_->used -= bytes_.size();
    done_(Response{
        .status = answer.head.status,
        .headers = std::move(answer.head.headers),
        .body = std::exchange(bytes_, {}),
        .final_url = std::move(answer.url),
        .requested_at = answer.requested_at,
        .received_at = answer.received_at,
    });
}

void MemoryBody::fail(base::Error error) {
    done_(base::fail(std::move(error)));
}

void MemoryBody::clear() {
    // A body that was refused ends on the thread of the caller, who may not touch the budget; it holds nothing.
    if (bytes_.empty()) return;
    budget_->used -= bytes_.size();
    bytes_.clear();
}

base::Error MemoryBody::too_large() const {
    return base::Error(
        base::ErrorKind::Invalid,
        fmt::format("the answer of `{}` is larger than {}", display_, base::format_bytes(limit_))
    );
}

}  // namespace net
