// Layout: where things are below the root, and the few files that are made once. See docs/store.md
// for the picture.
//
// A value: a root and path arithmetic. No function here keeps anything open.
#pragma once

#include "base/result.h"
#include "store/lock.h"

#include <optional>
#include <string>
#include <string_view>

namespace store {

struct Layout {
    std::string root;

    std::string names() const { return root + "/key"; }

    std::string name(std::string_view key) const;

    std::string groups() const { return root + "/ref"; }

    std::string bodies() const { return root + "/env"; }

    std::string body(std::string_view id) const;

    std::string payloads() const { return root + "/pay"; }

    std::string payload_shard(std::string_view sha256) const;
    std::string payload(std::string_view sha256) const;

    std::string stages() const { return root + "/stage"; }

    std::string trash() const { return root + "/trash"; }

    std::string memos() const { return root + "/memo"; }

    std::string buckets() const { return root + "/cache-v1"; }

    std::string locks() const { return root + "/lock"; }

    std::string lock_file(std::string_view name) const;

    std::string counters() const { return root + "/size"; }

    std::string foreign_lock() const { return root + "/.lock"; }
};

// Keys, memo names and groups.
bool is_valid_key(std::string_view text);
bool is_valid_id(std::string_view text);
bool is_valid_sha256(std::string_view text);
// Fails with kind Invalid, naming what the text was meant to be.
base::Result<void> check_key(std::string_view text);

// How the store at `layout` locks; nullopt: there is no store yet. A store of a format that is not
// ours is an error.
base::Result<std::optional<LockKind>> read_store_file(const Layout& layout);
// Makes what is missing: directories, CACHEDIR.TAG, .gitignore, permanent lock files, and STORE
// last. Any number of processes may do this at once; the first STORE decides how everybody locks.
base::Result<LockKind> make_scaffold(const Layout& layout);

// The first eight hex digits of the kernel's boot id; "" where it cannot be read.
std::string boot_id();

}  // namespace store
