#include "python/stamp_record.h"

namespace python {

namespace {
// Two ticks of the slowest usual kernel clock (100 Hz).
constexpr std::int64_t kTickNs = 20'000'000;
}  // namespace

void encode_stamp(base::RecordWriter& writer, const base::FileStamp& stamp) {
    writer.u64(stamp.device);
    writer.u64(stamp.inode);
    writer.u64(stamp.size);
    writer.i64(stamp.modified_ns);
    writer.i64(stamp.changed_ns);
}

base::FileStamp decode_stamp(base::RecordReader& reader) {
    base::FileStamp stamp;
    stamp.device = reader.u64();
    stamp.inode = reader.u64();
    stamp.size = reader.u64();
    stamp.modified_ns = reader.i64();
    stamp.changed_ns = reader.i64();
    return stamp;
}

bool is_racy(const base::FileStamp& stamp, std::int64_t now_ns) {
    return stamp.changed_ns > now_ns - kTickNs;
}

}  // namespace python
