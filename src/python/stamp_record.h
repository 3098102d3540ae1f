// FileStamp in records.
#pragma once

#include "base/file.h"
#include "base/record.h"

namespace python {

void encode_stamp(base::RecordWriter& writer, const base::FileStamp& stamp);
base::FileStamp decode_stamp(base::RecordReader& reader);

// Whether a file changed so shortly ago that a second change could leave the same stamp: file
// systems count time in ticks of a few milliseconds. What was learnt of such a file is not
// remembered.
bool is_racy(const base::FileStamp& stamp, std::int64_t now_ns);

}  // namespace python
