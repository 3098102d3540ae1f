#include "ops/verify_records.h"

#include "base/file.h"
#include "base/record_check.h"
#include "index/cached_file.h"

#include <array>
#include <string_view>

namespace ops {

namespace {

constexpr std::uint64_t kLargestRecord = 1ULL << 30U;
constexpr std::string_view kCachedFileMagic = "ADRFILE1";
constexpr std::string_view kRecordMagic = "ADR";
// Names that end so are downloads and their companions, or on their way to another name.
constexpr std::array<std::string_view, 4> kForeignNames = {".whl", ".part", ".tar.gz", ".zip"};
constexpr std::string_view kTemporaryMark = ".tmp-";

bool is_foreign(std::string_view name) {
    if (name.contains(kTemporaryMark)) return true;
    for (const std::string_view ending : kForeignNames)
        if (name.ends_with(ending)) return true;
    return false;
}

void list_below(const std::string& directory, bool is_memo, std::vector<RecordFile>& files) {
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        std::string path = directory + "/" + entry.name;
        if (entry.type == base::EntryType::Directory) {
            list_below(path, is_memo, files);
        } else if (entry.type == base::EntryType::File && !is_foreign(entry.name)) {
            files.push_back({std::move(path), is_memo});
        }
    }
}

RecordState look_at(const RecordFile& file) {
    const base::Result<std::string> bytes = base::read_file(file.path, kLargestRecord);
    if (!bytes) return RecordState::Unknown;
    // Blocks that never reached the disk read as zeros.
    if (bytes->find_first_not_of('\0') == std::string::npos) return RecordState::Unfinished;
    if (bytes->starts_with(kCachedFileMagic)) {
        const bool is_whole = package_index::CachedFile::read(file.path).has_value();
        return is_whole ? RecordState::Whole : RecordState::Damaged;
    }
    if (base::is_whole_record(*bytes)) return RecordState::Whole;
    const bool is_record = file.is_memo || bytes->starts_with(kRecordMagic);
    return is_record ? RecordState::Damaged : RecordState::Unknown;
}

}  // namespace

std::vector<RecordFile> list_records(const store::Layout& layout) {
    std::vector<RecordFile> files;
    list_below(layout.memos(), true, files);
    list_below(layout.buckets(), false, files);
    return files;
}

RecordState check_record(const RecordFile& file) {
    const RecordState state = look_at(file);
    // Replaced between two reads: the second look is at one file from beginning to end.
    return state == RecordState::Damaged ? look_at(file) : state;
}

}  // namespace ops
