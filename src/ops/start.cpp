#include "ops/start.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/record.h"
#include "python/facts.h"

#include <fmt/core.h>

namespace ops {

namespace {

using base::Result;

constexpr std::string_view kMagic = "ADRSTRT";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kSlots = 256;
// Beyond this, looking whether all is as it was is no faster than the ordinary way.
constexpr std::size_t kWatchLimit = 64;

struct Record {
    store::LockKind lock = store::LockKind::None;
    std::string memo;  // encoded
    std::string group;
    python::WatchList watch;
};

std::string slot_of(const StartQuestion& question) {
    return fmt::format("start-{}", base::fast_hash(question.text)[0] % kSlots);
}

// The kernel's release is among the markers, and two hosts may share a store. A digest, because the text may hold
// passwords.
std::string identity_of(const StartQuestion& question) {
    return base::fast_hash_hex(question.text + '\n' + python::host_identity());
}

std::string encode(const StartQuestion& question, const Record& record) {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(identity_of(question));
    writer.u32(static_cast<std::uint32_t>(record.lock));
    writer.string(record.memo);
    writer.string(record.group);
    record.watch.encode(writer);
    return writer.finish();
}

std::optional<Record> read_record(const StartQuestion& question) {
    const Result<std::optional<std::string>> bytes =
        store::Store::peek_memo(question.store.root, slot_of(question));
    if (!bytes || !*bytes) return std::nullopt;
    std::optional<base::RecordReader> reader = base::RecordReader::open(**bytes, kMagic, kVersion);
    if (!reader || reader->string() != identity_of(question)) return std::nullopt;
    Record record;
    const std::uint32_t lock = reader->u32();
    if (lock > static_cast<std::uint32_t>(store::LockKind::None)) return std::nullopt;
    record.lock = static_cast<store::LockKind>(lock);
    record.memo = reader->string();
    record.group = reader->string();
    record.watch = python::WatchList::decode(*reader);
    if (!reader->complete()) return std::nullopt;
    return record;
}

// Notes one directory that was looked through. False: it has changed since the question was asked.
bool note_directory(
    const std::string& directory,
    const StartSources& sources,
    const std::optional<Record>& before,
    const StartQuestion& question,
    python::WatchList& watch
) {
    python::WatchList look;
    const std::optional<base::FileStamp> now = look.note(directory);
    if (look.is_racy(question.asked_ns)) return false;
    const auto* stamp = before ? before->watch.find(directory) : nullptr;
    // Changed between two starts, or known for that already.
    const bool is_restless = before && (stamp == nullptr || *stamp != now);
    if (!is_restless) watch.note(directory);
    for (const std::string& name : sources.names) {
        const std::string path = base::join_path(directory, name);
        if (is_restless || look.note(path)) watch.note(path);
    }
    return true;
}

}  // namespace

Result<std::optional<RememberedStart>> recall_start(const StartQuestion& question) {
    const std::optional<Record> record = read_record(question);
    if (!record || !record->watch.holds()) return std::nullopt;
    std::optional<Memo> memo = Memo::decode(record->memo);
    if (!memo || base::wall_clock_seconds() >= memo->expiry) return std::nullopt;
    store::Store store = store::Store::open_known(question.store, record->lock);
    std::optional<store::Lease> lease = TRY(store.lease(memo->environment));
    if (!lease) return std::nullopt;
    if (!record->group.empty()) {
        // Not worth failing for, as in an ordinary warm run.
        static_cast<void>(store.mark_current(record->group, memo->environment));
    }
    return RememberedStart{std::move(*memo), record->group, std::move(*lease)};
}

Result<void> remember_start(
    store::Store& store,
    const StartQuestion& question,
    const StartSources& sources,
    const StartAnswer& answer
) {
    const std::optional<Record> before = read_record(question);
    Record record{
        .lock = TRY(store.lock_kind()),
        .memo = answer.memo.encode(),
        .group = answer.group,
        .watch = answer.interpreter
    };
    for (const std::string& directory : sources.directories) {
        if (!note_directory(directory, sources, before, question, record.watch)) return {};
    }
    for (const std::string& file : sources.files)
        record.watch.note(file);
    if (record.watch.is_racy(question.asked_ns) || record.watch.size() > kWatchLimit) return {};
    return store.write_memo(slot_of(question), encode(question, record));
}

}  // namespace ops
