#include "ops/warm.h"

#include "base/clock.h"
#include "base/trace.h"

namespace ops {

void attempt(const base::Result<void>& result) {
    if (!result) base::trace([&] { return result.error().flat(); });
}

base::Result<std::optional<WarmHit>> recall(Session& session, const std::string& key) {
    store::Store& store = *TRY(session.store());
    const std::optional<std::string> bytes = TRY(store.read_memo(key));
    if (!bytes) return std::nullopt;
    std::optional<Memo> memo = Memo::decode(*bytes);
    if (!memo) return std::nullopt;
    const bool stale = memo->expiry != INT64_MAX && base::wall_clock_seconds() >= memo->expiry;
    if (stale && !session.options().offline()) return std::nullopt;
    std::optional<store::Lease> lease = TRY(store.lease(memo->environment));
    if (!lease) return std::nullopt;
    return WarmHit{std::move(*memo), std::move(*lease)};
}

}  // namespace ops
