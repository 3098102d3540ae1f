#include "ops/start.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/record.h"
#include "python/facts.h"

#include <fmt/core.h>

#include <array>

namespace ops {

namespace {

using base::Result;

constexpr std::string_view kMagic = "ADRSTRT";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kSlots = 256;
constexpr std::array<std::string_view, 4> kNames = {
    "uv.toml", "pyproject.toml", ".python-version", ".python-versions"
};
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

// Before the ordinary way reads anything: whatever is noted now and is another later makes the next record a miss.
void look_around(const std::optional<Record>& record, StartQuestion& question) {
    for (const std::string& file : question.files)
        question.seen.note(file);
    if (!record) return;
    for (const auto& [path, stamp] : record->watch.entries()) {
        python::WatchList now;
        if (now.note(path) == stamp) {
            question.seen.add(path, stamp);
            continue;
        }
        for (const std::string_view name : kNames)
            question.seen.note(base::join_path(path, name));
    }
}

// A directory that has stayed as it was counts as a whole, and with it that the files are not there.
void note_directory(
    const std::string& directory, const StartQuestion& question, python::WatchList& watch
) {
    python::WatchList now;
    const std::optional<base::FileStamp> stamp = now.note(directory);
    if (now.is_racy(question.asked_ns)) {
        // A file may have gone since it was read. This record will not hold, and the next start looks around first.
        watch.add(directory, base::FileStamp{});
    } else {
        watch.add(directory, stamp);
    }
    for (const std::string_view name : kNames) {
        const std::string path = base::join_path(directory, name);
        if (now.note(path)) watch.note(path);
    }
}

// The files of a directory that was another at the last start were looked for one by one.
bool note_files(
    const std::string& directory, const StartQuestion& question, python::WatchList& watch
) {
    if (question.seen.find(directory) != nullptr) return false;
    for (const std::string_view name : kNames) {
        if (question.seen.find(base::join_path(directory, name)) == nullptr) return false;
    }
    for (const std::string_view name : kNames) {
        const std::string path = base::join_path(directory, name);
        watch.add(path, *question.seen.find(path));
    }
    return true;
}

Result<std::optional<RememberedStart>> take(const Record& record, const StartQuestion& question) {
    if (!record.watch.holds()) return std::nullopt;
    std::optional<Memo> memo = Memo::decode(record.memo);
    if (!memo || base::wall_clock_seconds() >= memo->expiry) return std::nullopt;
    store::Store store = store::Store::open_known(question.store, record.lock);
    std::optional<store::Lease> lease = TRY(store.lease(memo->environment));
    if (!lease) return std::nullopt;
    if (!record.group.empty()) {
        // Not worth failing for, as in an ordinary warm run.
        static_cast<void>(store.mark_current(record.group, memo->environment));
    }
    return RememberedStart{std::move(*memo), record.group, std::move(*lease)};
}

}  // namespace

Result<std::optional<RememberedStart>> recall_start(StartQuestion& question) {
    const std::optional<Record> record = read_record(question);
    std::optional<RememberedStart> start;
    if (record) start = TRY(take(*record, question));
    if (!start) look_around(record, question);
    return start;
}

Result<void> remember_start(
    store::Store& store,
    const StartQuestion& question,
    const std::vector<std::string>& directories,
    const StartAnswer& answer
) {
    Record record{
        .lock = TRY(store.lock_kind()),
        .memo = answer.memo.encode(),
        .group = answer.group,
        .watch = answer.interpreter
    };
    for (const std::string& directory : directories) {
        if (!note_files(directory, question, record.watch))
            note_directory(directory, question, record.watch);
    }
    for (const std::string& file : question.files) {
        if (const auto* stamp = question.seen.find(file)) record.watch.add(file, *stamp);
    }
    for (const std::string& file : answer.files)
        record.watch.note(file);
    if (record.watch.is_racy(question.asked_ns) || record.watch.size() > kWatchLimit) return {};
    return store.write_memo(slot_of(question), encode(question, record));
}

}  // namespace ops
