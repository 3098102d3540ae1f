#include "python/watch.h"

#include "python/stamp_record.h"

namespace python {

namespace {

std::optional<base::FileStamp> look_at(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return base::stamp_of(status);
}

}  // namespace

std::optional<base::FileStamp> WatchList::note(const std::string& path) {
    for (const Entry& entry : entries_) {
        if (entry.path == path) return entry.stamp;
    }
    entries_.push_back({path, look_at(path)});
    return entries_.back().stamp;
}

void WatchList::add(const std::string& path, std::optional<base::FileStamp> stamp) {
    if (find(path) == nullptr) entries_.push_back({path, stamp});
}

const std::optional<base::FileStamp>* WatchList::find(std::string_view path) const {
    for (const Entry& entry : entries_) {
        if (entry.path == path) return &entry.stamp;
    }
    return nullptr;
}

bool WatchList::holds() const {
    for (const Entry& entry : entries_) {
        if (look_at(entry.path) != entry.stamp) return false;
    }
    return true;
}

bool WatchList::is_racy(std::int64_t now_ns) const {
    for (const Entry& entry : entries_) {
        if (entry.stamp && python::is_racy(*entry.stamp, now_ns)) return true;
    }
    return false;
}

void WatchList::encode(base::RecordWriter& writer) const {
    writer.u32(static_cast<std::uint32_t>(entries_.size()));
    for (const Entry& entry : entries_) {
        writer.string(entry.path);
        writer.boolean(entry.stamp.has_value());
        if (entry.stamp) encode_stamp(writer, *entry.stamp);
    }
}

WatchList WatchList::decode(base::RecordReader& reader) {
    WatchList list;
    const std::uint32_t count = reader.count();
    for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
        Entry entry;
        entry.path = reader.string();
        if (reader.boolean()) entry.stamp = decode_stamp(reader);
        list.entries_.push_back(std::move(entry));
    }
    return list;
}

}  // namespace python
