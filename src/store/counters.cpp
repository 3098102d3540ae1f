#include "store/counters.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/record.h"
#include "store/body.h"
#include "store/measure.h"
#include "store/own_sizes.h"
#include "store/owner.h"
#include "store/pause.h"
#include "store/payload.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kMagic = "ADRSIZE";
constexpr std::uint32_t kVersion = 1;
constexpr int kLockAttempts = 50;
constexpr std::uint64_t kSizeLimit = 4096;

// Exclusive for the few microseconds of a change; after 50 ms the change is made without it: a
// counter may be wrong, a command may not hang.
Fd lock_counters(const Layout& layout, LockKind kind) {
    Fd fd = base::try_open(layout.lock_file("size"), O_RDWR);
    for (int attempt = 0; fd && attempt < kLockAttempts; ++attempt) {
        if (try_lock(fd.get(), kind, LockMode::Write) != LockResult::Busy) break;
        pause_for_ms(1);
    }
    return fd;
}

std::optional<StoreSize> read_record(const Layout& layout) {
    const Result<std::string> bytes = base::read_file(layout.counters(), kSizeLimit);
    return bytes ? decode_counters(*bytes) : std::nullopt;
}

// In place, in one write: on a full disk there is no room for a new file. Readers tell a torn record by its checksum.
void write_record(const Layout& layout, const StoreSize& size) {
    const Fd fd = open_shared_file(layout, layout.counters());
    const std::string bytes = encode_counters(size);
    const auto write = [&] { return ::pwrite(fd.get(), bytes.data(), bytes.size(), 0); };
    const auto forget = [&] { return ::ftruncate(fd.get(), 0); };
    if (fd && base::retry_interrupted(write) < 0)
        static_cast<void>(base::retry_interrupted(forget));
}

void count_bodies(const Layout& layout, StoreSize& size) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(layout.bodies());
    if (!entries) return;
    const OwnSizes own_sizes = read_own_sizes(layout);
    for (const base::DirectoryEntry& entry : *entries) {
        const BodyEntry body{.id = entry.name, .record = read_body_record(layout.body(entry.name))};
        if (!body.record) continue;
        ++size.environments;
        size.environment_bytes += own_bytes_of(own_sizes, body);
    }
}

void count_payloads(const Layout& layout, StoreSize& size) {
    const Result<std::vector<base::DirectoryEntry>> shards =
        base::list_directory(layout.payloads());
    if (!shards) return;
    for (const base::DirectoryEntry& shard : *shards) {
        const std::string directory = layout.payloads() + "/" + shard.name;
        const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
        if (!entries) continue;
        for (const base::DirectoryEntry& entry : *entries) {
            const std::optional<PayloadRecord> record =
                read_payload_record(directory + "/" + entry.name);
            if (!record) continue;
            ++size.payloads;
            size.payload_bytes += record->info.bytes;
        }
    }
}

void count_files(const Layout& layout, StoreSize& size) {
    size.file_bytes = measure_tree(layout.buckets()).bytes + measure_tree(layout.memos()).bytes;
}

void total(StoreSize& size) {
    size.bytes = size.environment_bytes + size.payload_bytes + size.file_bytes;
}

}  // namespace

std::string encode_counters(const StoreSize& size) {
    base::RecordWriter writer(kMagic, kVersion);
    writer.u64(size.environments);
    writer.u64(size.environment_bytes);
    writer.u64(size.payloads);
    writer.u64(size.payload_bytes);
    writer.u64(size.file_bytes);
    return writer.finish();
}

std::optional<StoreSize> decode_counters(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    if (!reader) return std::nullopt;
    StoreSize size;
    size.environments = reader->u64();
    size.environment_bytes = reader->u64();
    size.payloads = reader->u64();
    size.payload_bytes = reader->u64();
    size.file_bytes = reader->u64();
    if (!reader->complete()) return std::nullopt;
    total(size);
    return size;
}

void add_to_counters(const Layout& layout, LockKind kind, const StoreSize& change) {
    const Fd lock = lock_counters(layout, kind);
    std::optional<StoreSize> size = read_record(layout);
    // A damaged record is left for the next question to count again; the first one starts from nothing.
    if (!size && base::exists(layout.counters())) return;
    StoreSize sum = size.value_or(StoreSize{});
    sum.environments += change.environments;
    sum.environment_bytes += change.environment_bytes;
    sum.payloads += change.payloads;
    sum.payload_bytes += change.payload_bytes;
    sum.file_bytes += change.file_bytes;
    write_record(layout, sum);
}

StoreSize count(const Layout& layout) {
    StoreSize size;
    count_bodies(layout, size);
    count_payloads(layout, size);
    count_files(layout, size);
    total(size);
    return size;
}

StoreSize recount(const Layout& layout, LockKind kind) {
    const StoreSize size = count(layout);
    const Fd lock = lock_counters(layout, kind);
    write_record(layout, size);
    return size;
}

void recount_files(const Layout& layout, LockKind kind) {
    StoreSize files;
    count_files(layout, files);
    const Fd lock = lock_counters(layout, kind);
    std::optional<StoreSize> size = read_record(layout);
    if (!size) return;
    size->file_bytes = files.file_bytes;
    write_record(layout, *size);
}

Result<StoreSize> read_counters(const Layout& layout, LockKind kind) {
    if (const std::optional<StoreSize> size = read_record(layout)) return *size;
    return recount(layout, kind);
}

}  // namespace store
