// WatchList: what an answer depends on in the file system. Each entry is a path and what was there,
// or that nothing was. If all entries still hold, so does the answer.
#pragma once

#include "base/file.h"
#include "base/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace python {

class WatchList {
  public:
    // Looks at `path` (links followed) and notes what is there: to be called before the file or the
    // directory is read. A path is noted once. Returns its stamp, nullopt if there is nothing.
    std::optional<base::FileStamp> note(const std::string& path);

    // Notes what the caller knows of `path`, as if note() had seen it.
    void add(const std::string& path, std::optional<base::FileStamp> stamp);

    // One system call for each entry.
    bool holds() const;
    // Whether something changed so recently that a further change might not be seen.
    bool is_racy(std::int64_t now_ns) const;

    std::size_t size() const { return entries_.size(); }

    struct Entry {
        std::string path;
        std::optional<base::FileStamp> stamp;  // nullopt: nothing was there
    };

    const std::vector<Entry>& entries() const { return entries_; }

    // What was noted of `path`: a stamp, or that nothing was there; nullptr if it is not on the list.
    const std::optional<base::FileStamp>* find(std::string_view path) const;

    void encode(base::RecordWriter& writer) const;
    static WatchList decode(base::RecordReader& reader);

  private:
    std::vector<Entry> entries_;
};

}  // namespace python
