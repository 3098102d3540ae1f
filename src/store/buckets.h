// Buckets: directories in which other modules keep files that can be had again, and memos, small
// answers remembered. Their files are replaced whole and read through one descriptor, so removing
// one disturbs nobody who has it open; but a command that is at work may be about to rename a
// download into place. So it holds a read lock on `lock/bucket` while it works (not inherited by
// programs), and the collector takes buckets only with the write lock.
#pragma once

#include "base/fd.h"
#include "base/file.h"
#include "store/collector.h"

#include <set>
#include <span>
#include <string>

namespace store {

// Empty where it cannot be had: the files are read and written all the same, and the next one to ask tries again.
base::Fd share_buckets(const Layout& layout, LockKind kind);

struct CollectedFiles {
    base::RemovedCount removed;
    bool is_busy = false;  // a command is at work; nothing was touched
};

// All buckets and memos.
CollectedFiles collect_buckets(const Collection& collection);
// One bucket, with everything in it.
CollectedFiles collect_bucket(const Collection& collection, const std::string& name);
// The files of packages, by the rule of Store::bucket.
CollectedFiles collect_package_files(
    const Collection& collection, const std::set<std::string>& packages
);
// Files that were being written by a process that died.
CollectedFiles collect_torn_files(const Collection& collection);

// These files of buckets and memos, by their paths.
CollectedFiles collect_files(const Collection& collection, std::span<const std::string> paths);

// Whether an entry of a bucket belongs to one of the packages.
bool belongs_to(const std::string& entry, const std::set<std::string>& packages);

}  // namespace store
