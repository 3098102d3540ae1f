#include "store/payload.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"
#include "base/record.h"
#include "store/build_lock.h"
#include "store/counters.h"
#include "store/owner.h"
#include "store/pause.h"
#include "store/sync_point.h"
#include "store/trash.h"
#include "store/trust.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kMagic = "ADRPAYL";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kRecordLimit = 1U << 20U;
constexpr int kLockAttempts = 100;
constexpr std::int64_t kLockPauseMs = 10;
constexpr std::int64_t kPublishPatienceMs = 2000;

void remove_own(LeasedDirectory& directory) {
    // What cannot be removed now is swept later: the lease ends here.
    if (directory.lease) static_cast<void>(base::remove_tree(directory.path));
    directory.lease.reset();
}

// Puts the stage where the payload belongs. A distrusted one that is there makes way in the same
// step where the file system can do that: bodies of symbolic links may lead to it.
Result<void> move_into_place(
    const Layout& layout, const LeasedDirectory& directory, std::string_view sha256
) {
    const std::string shard = layout.payload_shard(sha256);
    const std::string to = layout.payload(sha256);
    if (::mkdir(shard.c_str(), 0777) != 0 && errno != EEXIST) {
        return base::fail_errno(errno, fmt::format("failed to create the directory `{}`", shard));
    }
    sync_point("payload.before-rename");
    const char* from = directory.path.c_str();
    const bool is_taken = base::exists(to);
    if (is_taken && ::renameat2(AT_FDCWD, from, AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
        // What was there is a stage without a lock now, and dead to everybody.
        static_cast<void>(move_to_trash(layout, directory.path));
    } else {
        if (is_taken) TRY(move_to_trash(layout, to));
        if (::rename(from, to.c_str()) != 0)
            return base::fail_errno(errno, fmt::format("failed to publish `{}`", to));
    }
    static_cast<void>(::unlink((to + "/.lease").c_str()));
    return {};
}

}  // namespace

LockRange payload_range(std::string_view sha256) {
    std::uint64_t start = 0;
    // The first two digits choose the file, the next 15 the byte: 60 bits, as offsets are signed.
    const std::string_view digits = sha256.substr(2, 15);
    std::from_chars(digits.data(), digits.data() + digits.size(), start, 16);
    return {.start = start, .length = 1};
}

Fd open_payload_lock(const Layout& layout, std::string_view sha256) {
    const std::string path = layout.lock_file(fmt::format("pay.{}", sha256.substr(0, 2)));
    Fd fd = open_shared_file(layout, path);
    if (!fd && is_refused(errno)) fd = base::try_open(path, O_RDONLY);
    return fd;
}

Result<bool> PayloadLocks::acquire(std::string_view sha256) {
    const LockRange range = payload_range(sha256);
    for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
        if (attempt > 0) pause_for_ms(kLockPauseMs);
        const std::lock_guard guard(mutex_);
        Shard& shard = shard_of(sha256);
        if (!shard.fd) shard.fd = open_payload_lock(layout_, sha256);
        const int open_error = shard.fd ? 0 : errno;
        if (open_error != 0 && open_error != ENOENT && open_error != EACCES &&
            open_error != EROFS) {
            return base::fail_errno(
                open_error, fmt::format("failed to lock the payload `{}`", sha256)
            );
        }
        int& holders = shard.holders[holder_key(range)];
        const bool is_held =
            holders > 0 || open_error != 0 ||
            try_lock(shard.fd.get(), kind_, LockMode::Read, range) != LockResult::Busy;
        if (!is_held) continue;
        ++holders;
        return true;
    }
    return false;
}

void PayloadLocks::release(std::string_view sha256) {
    const LockRange range = payload_range(sha256);
    const std::lock_guard guard(mutex_);
    Shard& shard = shard_of(sha256);
    const auto holders = shard.holders.find(holder_key(range));
    if (holders == shard.holders.end() || --holders->second > 0) return;
    shard.holders.erase(holders);
    if (shard.fd) unlock(shard.fd.get(), kind_, range);
}

PayloadLocks::Shard& PayloadLocks::shard_of(std::string_view sha256) {
    unsigned index = 0;
    const std::string_view digits = sha256.substr(0, 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), index, 16);
    return shards_[index % shards_.size()];
}

// flock knows no ranges: all payloads of one file share its lock.
std::uint64_t PayloadLocks::holder_key(LockRange range) const {
    return kind_ == LockKind::Flock ? 0 : range.start;
}

PayloadGuard& PayloadGuard::operator=(PayloadGuard&& other) noexcept {
    if (this == &other) return *this;
    release();
    path_ = std::move(other.path_);
    sha256_ = std::move(other.sha256_);
    locks_ = std::move(other.locks_);
    own_ = std::move(other.own_);
    return *this;
}

PayloadGuard::~PayloadGuard() {
    release();
}

void PayloadGuard::release() {
    if (locks_) locks_->release(sha256_);
    locks_.reset();
    remove_own(own_);
}

PayloadStage& PayloadStage::operator=(PayloadStage&& other) noexcept {
    if (this == &other) return *this;
    discard();
    sha256_ = std::move(other.sha256_);
    directory_ = std::move(other.directory_);
    locks_ = std::move(other.locks_);
    return *this;
}

PayloadStage::~PayloadStage() {
    discard();
}

void PayloadStage::discard() {
    remove_own(directory_);
    if (locks_) locks_->release(sha256_);
    locks_.reset();
}

std::string encode_payload_record(const PayloadInfo& info, std::string_view boot) {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(info.package);
    writer.string(info.version);
    writer.u8(static_cast<std::uint8_t>(info.origin));
    writer.u64(info.files);
    writer.u64(info.directories);
    writer.u64(info.bytes);
    writer.string(boot);
    return writer.finish();
}

std::optional<PayloadRecord> decode_payload_record(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    if (!reader) return std::nullopt;
    PayloadRecord record;
    record.info.package = reader->string();
    record.info.version = reader->string();
    record.info.origin = reader->u8() == 0 ? PayloadOrigin::Prebuilt : PayloadOrigin::Built;
    record.info.files = reader->u64();
    record.info.directories = reader->u64();
    record.info.bytes = reader->u64();
    record.boot = reader->string();
    if (!reader->complete()) return std::nullopt;
    return record;
}

std::optional<PayloadRecord> read_payload_record(const std::string& directory) {
    const Result<std::string> bytes = base::read_file(directory + "/.meta", kRecordLimit);
    return bytes ? decode_payload_record(*bytes) : std::nullopt;
}

Result<std::optional<PayloadGuard>> PayloadAccess::lock(
    const Layout& layout, const std::shared_ptr<PayloadLocks>& locks, std::string_view sha256
) {
    if (!TRY(locks->acquire(sha256))) return std::nullopt;
    PayloadGuard guard;
    guard.path_ = layout.payload(sha256);
    guard.sha256_ = sha256;
    guard.locks_ = locks;
    sync_point("payload.locked");
    if (!is_trusted(guard.path_)) return std::nullopt;
    return guard;
}

Result<PayloadStage> PayloadAccess::begin(
    const Layout& layout,
    LockKind kind,
    const std::shared_ptr<PayloadLocks>& locks,
    std::string_view sha256
) {
    PayloadStage stage;
    stage.sha256_ = sha256;
    // From here to the end of linking nobody collects the payload. If a collector does not let go
    // of its place, ours gets no place and serves this process alone.
    if (TRY(locks->acquire(sha256))) stage.locks_ = locks;
    stage.directory_ = TRY(create_leased_directory(layout.stages(), base::random_id(), kind));
    return stage;
}

Result<PayloadGuard> PayloadAccess::publish(
    const Layout& layout, LockKind kind, PayloadStage stage, const PayloadInfo& info
) {
    PayloadInfo whole = info;
    ++whole.files;  // .meta
    ++whole.directories;
    TRY(base::write_file(stage.path() + "/.meta", encode_payload_record(whole, boot_id())));

    PayloadGuard guard;
    guard.sha256_ = stage.sha256_;
    if (!stage.locks_) {
        guard.path_ = stage.path();
        guard.own_ = std::move(stage.directory_);
        return guard;
    }
    // Among publishers of one payload, one looks and renames at a time.
    const std::string key = "payload-" + stage.sha256_;
    const Fd turn = TRY(wait_build_lock(layout, kind, key, kPublishPatienceMs));
    guard.path_ = layout.payload(stage.sha256_);
    if (!is_trusted(guard.path_)) {
        TRY(move_into_place(layout, stage.directory_, stage.sha256_));
        stage.directory_.lease.reset();
        add_to_counters(layout, kind, {.payloads = 1, .payload_bytes = info.bytes});
    }
    guard.locks_ = std::move(stage.locks_);
    return guard;
}

}  // namespace store
