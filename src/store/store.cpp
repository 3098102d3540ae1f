#include "store/store.h"

#include "base/small_file.h"
#include "base/trace.h"
#include "store/acquire.h"
#include "store/buckets.h"
#include "store/build_lock.h"
#include "store/clean.h"
#include "store/counters.h"
#include "store/foreign.h"
#include "store/housekeeping.h"
#include "store/last_use.h"
#include "store/names.h"
#include "store/private_root.h"
#include "store/summary.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

// As long as a real uv waits for a lock.
constexpr std::int64_t kForeignPatienceMs = 300'000;

Result<void> check_sha256(std::string_view text) {
    if (is_valid_sha256(text)) return {};
    return base::fail(base::ErrorKind::Invalid, fmt::format("`{}` is not a SHA-256 digest", text));
}

}  // namespace

struct Store::State {
    StoreOptions options;
    Layout layout;
    std::unique_ptr<PrivateRoot> private_root;  // before all that may lie in it

    // What is found out or opened once, by whoever needs it first.
    std::mutex mutex;
    std::optional<LockKind> kind;
    bool is_writable = false;
    bool has_looked_for_uv = false;
    std::shared_ptr<InheritedLock> foreign_lock;
    std::shared_ptr<PayloadLocks> payload_locks;
    Fd bucket_lock;

    // nullopt: there is no store yet.
    std::optional<LockKind> present_kind() {
        const std::lock_guard guard(mutex);
        return kind;
    }

    // Makes the store if there is none.
    Result<LockKind> writable_kind() {
        const std::lock_guard guard(mutex);
        if (is_writable && kind) return *kind;
        kind = TRY(explain(make_scaffold(layout)));
        is_writable = true;
        return *kind;
    }

    // What must live as long as any lease of this process. Taken before a name is read: a uv that
    // cleans the root would remove our bodies as well.
    Result<Lease::Companions> companions() {
        if (private_root) return private_root->companions();
        const std::lock_guard guard(mutex);
        if (!has_looked_for_uv) foreign_lock = TRY(share_foreign_lock(layout, kForeignPatienceMs));
        has_looked_for_uv = true;
        return foreign_lock ? Lease::Companions{foreign_lock} : Lease::Companions{};
    }

    std::shared_ptr<PayloadLocks> locks_for_payloads(LockKind lock_kind) {
        const std::lock_guard guard(mutex);
        if (!payload_locks) payload_locks = std::make_shared<PayloadLocks>(layout, lock_kind);
        return payload_locks;
    }

    void hold_buckets(LockKind lock_kind) {
        const std::lock_guard guard(mutex);
        if (!bucket_lock) bucket_lock = share_buckets(layout, lock_kind);
    }

    // Before collecting: our own locks would stand in the way.
    void let_go() {
        const std::lock_guard guard(mutex);
        bucket_lock.reset();
        if (foreign_lock.use_count() == 1) {
            foreign_lock.reset();
            has_looked_for_uv = false;
        }
    }

    template <class T>
    Result<T> explain(Result<T> result) const {
        if (result || result.error().kind() == base::ErrorKind::Interrupted) return result;
        return base::fail(
            std::move(result.error())
                .context(fmt::format("failed to write to the cache at `{}`", layout.root))
                .hint("choose another directory with `--cache-dir`, or use none with `--no-cache`")
        );
    }

    Name name_of_new(const std::string& id) const {
        const bool is_settled = private_root || options.durability == base::Durability::Synced;
        return {.id = id, .boot = is_settled ? "" : boot_id()};
    }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

const std::string& Store::root() const {
    return state_->layout.root;
}

Result<Store> Store::open(const StoreOptions& options) {
    auto state = std::make_unique<State>();
    state->options = options;
    state->layout.root = options.root;
    if (options.mode == CacheMode::Private) {
        state->private_root = TRY(PrivateRoot::create(options.temporary_directory));
        state->layout.root = state->private_root->path();
        TRY(state->writable_kind());
    } else {
        state->kind = TRY(read_store_file(state->layout));
    }
    return Store(std::move(state));
}

Store Store::open_known(const StoreOptions& options, LockKind kind) {
    auto state = std::make_unique<State>();
    state->options = options;
    state->layout.root = options.root;
    state->kind = kind;
    return Store(std::move(state));
}

Result<LockKind> Store::lock_kind() {
    return state_->writable_kind();
}

Result<std::optional<Lease>> Store::lease(std::string_view key) {
    TRY(check_key(key));
    const std::optional<LockKind> kind = state_->present_kind();
    if (!kind) return std::nullopt;
    const Lease::Companions companions = TRY(state_->companions());
    return acquire_lease(state_->layout, *kind, key, companions);
}

Result<LeaseOrStage> Store::begin(std::string_view key) {
    TRY(check_key(key));
    const LockKind kind = TRY(state_->writable_kind());
    Fd turn = TRY(wait_build_lock(
        state_->layout, kind, key, state_->options.builder_patience_ms, state_->options.on_wait
    ));
    sync_point("begin.turn");
    if (std::optional<Lease> lease = TRY(this->lease(key))) return std::move(*lease);
    return TRY(state_->explain(StageAccess::create(state_->layout, kind, key, std::move(turn))));
}

Result<Lease> Store::publish(Stage stage, const BodyInfo& info) {
    const Layout& layout = state_->layout;
    const LockKind kind = TRY(state_->writable_kind());
    Lease::Companions companions = TRY(state_->companions());
    const BodyRecord record = make_body_record(info, stage.key(), state_->options.creator);
    TRY(state_->explain(base::write_file(stage.path() + "/.meta", encode_body_record(record))));
    if (state_->options.durability == base::Durability::Synced) {
        const Fd directory = TRY(base::open_directory(stage.path()));
        if (::syncfs(directory.get()) != 0)
            return base::fail_errno(errno, "failed to write the environment to disk");
    }
    sync_point("publish.before-rename");
    TRY(state_->explain(StageAccess::move_to_final(stage)));
    sync_point("publish.before-name");

    // From here on the body is there and ours. Without a name it serves this run and is collected
    // after it: better than failing now on a disk that has just become full.
    Lease lease(stage.final_path(), StageAccess::take_lease(stage), std::move(companions));
    Result<void> named = write_name(layout, stage.key(), state_->name_of_new(stage.id()));
    sync_point("publish.named");
    if (named && !info.group.empty()) named = mark_current(info.group, stage.key());
    if (!named) base::trace([&] { return named.error().flat(); });
    StageAccess::end_build(stage);
    add_to_counters(layout, kind, {.environments = 1, .environment_bytes = info.own_bytes});
    note_use_of_payloads(layout, info.payloads);
    note_use_of_payloads(layout, info.source_payloads);
    if (!state_->private_root) keep_house_detached(layout, kind, state_->options.limits);
    return lease;
}

Result<void> Store::mark_current(std::string_view group, std::string_view key) {
    TRY(check_key(group));
    TRY(check_key(key));
    const std::string path = fmt::format("{}/{}", state_->layout.groups(), group);
    if (const std::optional<std::string> known = TRY(read_link_text(path)); known == key) return {};
    TRY(state_->writable_kind());
    return replace_link(state_->layout, path, std::string(key));
}

std::optional<BodyRecord> Store::describe(const Lease& lease) const {
    return read_body_record(lease.body_path());
}

Result<std::optional<PayloadGuard>> Store::lock_payload(std::string_view sha256) {
    TRY(check_sha256(sha256));
    const std::optional<LockKind> kind = state_->present_kind();
    if (!kind) return std::nullopt;
    return PayloadAccess::lock(state_->layout, state_->locks_for_payloads(*kind), sha256);
}

Result<PayloadStage> Store::begin_payload(std::string_view sha256) {
    TRY(check_sha256(sha256));
    const LockKind kind = TRY(state_->writable_kind());
    return state_->explain(
        PayloadAccess::begin(state_->layout, kind, state_->locks_for_payloads(kind), sha256)
    );
}

Result<PayloadGuard> Store::publish_payload(PayloadStage stage, const PayloadInfo& info) {
    const LockKind kind = TRY(state_->writable_kind());
    return state_->explain(PayloadAccess::publish(state_->layout, kind, std::move(stage), info));
}

Result<std::optional<std::string>> Store::peek_memo(
    const std::string& root, std::string_view name
) {
    return base::read_small_file(fmt::format("{}/{}", Layout{.root = root}.memos(), name));
}

Result<std::optional<std::string>> Store::read_memo(std::string_view name) {
    TRY(check_key(name));
    return peek_memo(state_->layout.root, name);
}

Result<void> Store::write_memo(std::string_view name, std::string_view bytes) {
    TRY(check_key(name));
    TRY(state_->writable_kind());
    return base::write_file_atomically(fmt::format("{}/{}", state_->layout.memos(), name), bytes);
}

std::string Store::bucket_path(std::string_view name) const {
    return fmt::format("{}/{}", state_->layout.buckets(), name);
}

Result<std::string> Store::bucket(std::string_view name) {
    TRY(check_key(name));
    std::string path = bucket_path(name);
    const bool existed = state_->present_kind().has_value();
    if (const std::optional<LockKind> kind = state_->present_kind()) state_->hold_buckets(*kind);
    if (existed && (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST)) return path;
    const bool is_read_only = existed && (errno == EROFS || errno == EACCES || errno == EPERM);
    if (is_read_only) return path;
    state_->hold_buckets(TRY(state_->writable_kind()));
    TRY(state_->explain(base::make_directories(path)));
    return path;
}

Result<CollectionReport> Store::clean(const CleanOptions& options) {
    state_->let_go();
    CollectionReport report;
    report.store_exists = base::exists(root());
    if (report.store_exists) {
        // Without a STORE file nobody has ever locked anything here; there may be entries of a uv.
        const LockKind kind = state_->present_kind().value_or(LockKind::Ofd);
        report = TRY(clean_store(state_->layout, kind, options));
    }
    if (!options.packages.empty()) return report;
    const SweepMode mode = options.dry_run ? SweepMode::Count : SweepMode::Remove;
    add(report, sweep_private_roots(state_->options.temporary_directory, mode));
    return report;
}

Result<CollectionReport> Store::prune(const PruneOptions& options) {
    state_->let_go();
    CollectionReport report;
    report.store_exists = base::exists(root());
    if (report.store_exists) {
        const LockKind kind = state_->present_kind().value_or(LockKind::Ofd);
        report = TRY(prune_store(state_->layout, kind, options));
    }
    const SweepMode mode = options.dry_run ? SweepMode::Count : SweepMode::Remove;
    add(report, sweep_private_roots(state_->options.temporary_directory, mode));
    return report;
}

void Store::tend() {
    const std::optional<LockKind> kind = state_->present_kind();
    if (kind && !state_->private_root)
        keep_house_detached(state_->layout, *kind, state_->options.limits);
}

Result<Explanation> Store::explain(std::span<const std::string> names) {
    const std::optional<LockKind> kind = state_->present_kind();
    if (!kind) return Explanation{};
    return explain_names(state_->layout, *kind, state_->options.limits, names);
}

Result<StoreSize> Store::size() {
    const std::optional<LockKind> kind = state_->present_kind();
    if (!kind) return StoreSize{};
    return read_counters(state_->layout, *kind);
}

Result<std::vector<StoredBody>> Store::list() {
    const std::optional<LockKind> kind = state_->present_kind();
    if (!kind) return std::vector<StoredBody>();
    return list_store(state_->layout, *kind);
}

}  // namespace store
