// The small files of the store that check themselves: remembered answers and cached files.
#pragma once

#include "store/layout.h"

#include <string>
#include <vector>

namespace ops {

enum class RecordState {
    Whole,
    Damaged,
    Unfinished,  // empty: it had a name before it had bytes when the machine stopped
    Unknown,     // nothing that checks itself (a download), or gone by now
};

struct RecordFile {
    std::string path;
    bool is_memo = false;  // nothing but records lies there; in the buckets other files do too
};

std::vector<RecordFile> list_records(const store::Layout& layout);
RecordState check_record(const RecordFile& file);

}  // namespace ops
