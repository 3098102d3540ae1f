// Payloads: wheels unpacked once, in `pay/<2 hex>/<sha256>/`, from which bodies are linked.
//
// A payload has no lease of its own: bodies of hard links, reflinks and copies outlive it. What
// must not happen is that it goes away while somebody links from it; for that there are permanent
// lock files, `lock/pay.00` to `lock/pay.ff`, one byte per payload: read lock = being linked from,
// write lock = being collected. They are never unlinked, so after locking, what the directory says
// is the truth.
//
// Beside `.meta` a payload has `.synced` once its data is known to be on disk. Without it, it is
// trusted only in the boot that wrote it.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/layout.h"
#include "store/lock.h"
#include "store/stage.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace store {

enum class PayloadOrigin : std::uint8_t {
    Prebuilt = 0,  // as an index had it: can be downloaded again
    Built = 1,     // by us from source: dear, kept by `prune --ci`
};

struct PayloadInfo {
    std::string package;  // normalised name; `clean PACKAGE` goes by it
    std::string version;
    PayloadOrigin origin = PayloadOrigin::Prebuilt;
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t bytes = 0;

    bool operator==(const PayloadInfo&) const = default;
};

// The read locks of one process: one descriptor per lock file, counted per byte, because all locks
// taken through one descriptor are one owner's and the first unlock would end them all.
// Thread-safe.
class PayloadLocks {
  public:
    PayloadLocks(Layout layout, LockKind kind) : layout_(std::move(layout)), kind_(kind) {}

    // Waits at most one second for a collector; false: it did not let go. Stores that cannot be
    // written to and have no lock file have no collector either: true.
    base::Result<bool> acquire(std::string_view sha256);
    void release(std::string_view sha256);

  private:
    struct Shard {
        base::Fd fd;
        std::map<std::uint64_t, int> holders;
    };

    Shard& shard_of(std::string_view sha256);
    std::uint64_t holder_key(LockRange range) const;

    Layout layout_;
    LockKind kind_;
    std::mutex mutex_;
    std::array<Shard, 256> shards_;
};

// The byte of a payload in its lock file, and the file (created if need be; empty when it cannot be opened).
LockRange payload_range(std::string_view sha256);
base::Fd open_payload_lock(const Layout& layout, std::string_view sha256);

// Holds a payload in place while it is linked from. Keep it until the body is published. Move-only;
// may be given to another thread.
class PayloadGuard {
  public:
    PayloadGuard(PayloadGuard&& other) noexcept = default;
    PayloadGuard& operator=(PayloadGuard&& other) noexcept;
    PayloadGuard(const PayloadGuard&) = delete;
    PayloadGuard& operator=(const PayloadGuard&) = delete;
    ~PayloadGuard();

    const std::string& path() const { return path_; }

    const std::string& sha256() const { return sha256_; }

  private:
    friend class PayloadAccess;
    PayloadGuard() = default;
    void release();

    std::string path_;
    std::string sha256_;
    std::shared_ptr<PayloadLocks> locks_;  // null: the payload is private
    LeasedDirectory own_;                  // of a private payload: removed with the guard
};

// A payload under construction. Move-only; dropped without being published it is removed.
class PayloadStage {
  public:
    PayloadStage(PayloadStage&& other) noexcept = default;
    PayloadStage& operator=(PayloadStage&& other) noexcept;
    PayloadStage(const PayloadStage&) = delete;
    PayloadStage& operator=(const PayloadStage&) = delete;
    ~PayloadStage();

    // Where to unpack: a new directory that holds nothing but the store's own `.lease`.
    const std::string& path() const { return directory_.path; }

    const std::string& sha256() const { return sha256_; }

  private:
    friend class PayloadAccess;
    PayloadStage() = default;
    void discard();

    std::string sha256_;
    LeasedDirectory directory_;
    std::shared_ptr<PayloadLocks>
        locks_;  // null: a collector holds the place; the payload stays private
};

std::string encode_payload_record(const PayloadInfo& info, std::string_view boot);

struct PayloadRecord {
    PayloadInfo info;
    std::string boot;  // of the kernel that wrote it
};

std::optional<PayloadRecord> decode_payload_record(std::string_view bytes);
std::optional<PayloadRecord> read_payload_record(const std::string& directory);

// The work behind Store's functions of the same names.
class PayloadAccess {
  public:
    static base::Result<std::optional<PayloadGuard>> lock(
        const Layout& layout, const std::shared_ptr<PayloadLocks>& locks, std::string_view sha256
    );
    static base::Result<PayloadStage> begin(
        const Layout& layout,
        LockKind kind,
        const std::shared_ptr<PayloadLocks>& locks,
        std::string_view sha256
    );
    static base::Result<PayloadGuard> publish(
        const Layout& layout, LockKind kind, PayloadStage stage, const PayloadInfo& info
    );
};

}  // namespace store
