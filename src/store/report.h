// What collecting, listing and waiting say.
#pragma once

#include "store/body.h"
#include "store/limits.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace store {

// A process that uses a body.
struct User {
    std::int64_t pid = 0;
    std::string command;           // its words, joined by blanks
    std::int64_t age_seconds = 0;  // since it started

    bool operator==(const User&) const = default;
};

// Called once by who has waited for half a second for another builder of what it wants, with its
// process if it can be seen.
using WaitNotice = std::function<void(std::optional<pid_t> builder)>;

struct StoredBody {
    std::string id;
    std::string key;  // "" when no name leads here any more: it goes when its last user ends
    BodyKind kind = BodyKind::Venv;
    std::string label;
    std::vector<std::string> packages;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::int64_t created_ns = 0;
    std::int64_t last_used_ns = 0;
    bool in_use = false;      // leased, or seen in use
    std::vector<User> users;  // empty although in_use: programs of another user or container
};

struct StoreSize {
    std::uint64_t bytes = 0;  // all of it
    std::uint64_t environments = 0;
    std::uint64_t environment_bytes = 0;
    std::uint64_t payloads = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t file_bytes = 0;  // cached pages, metadata, downloads
};

struct CleanOptions {
    std::vector<std::string> packages;  // normalised names; empty: everything
    bool dry_run = false;
    // Do not mind anybody's lock but a lease: never deletes what is leased or seen in use. Where
    // the file system has no locks, it takes bodies of any age that are not seen in use.
    bool force = false;
    bool wait = false;  // until every lease on what is to go has ended
};

struct PruneOptions {
    bool ci = false;  // also payloads and downloads that can be had from an index again
    bool dry_run = false;
    bool force = false;
    Limits limits;  // also what passes these, however lately it was used
};

enum class UnitKind : std::uint8_t {
    Environment,
    Package,  // unpacked
    File,     // a cached page, metadata, a download, a remembered answer
};

enum class Reason : std::uint8_t {
    Nameless,     // nothing leads to it any more
    Superseded,   // the script has a newer environment
    NotRunning,   // of a tool or `--with`: made anew when it is wanted
    Distrusted,   // not known to be whole
    Fetchable,    // an index has it (--ci)
    TooOld,       // the limit on age
    TooLarge,     // the limit on the size of the store
    LittleSpace,  // the limit on the space left
};

// One thing that was removed, or would be, and why.
struct Removal {
    UnitKind kind = UnitKind::Environment;
    std::string name;  // id, digest or path
    std::string label;
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;
    Reason reason = Reason::Nameless;
};

struct CollectionReport {
    bool store_exists = true;  // false: there is no directory; nothing was done in it
    std::uint64_t files = 0;   // removed, or with dry_run: that would be
    std::uint64_t directories = 0;
    std::uint64_t bytes = 0;
    std::uint64_t environments = 0;  // among them
    std::uint64_t payloads = 0;
    std::vector<Removal> removals;   // of prune: them one by one, except for torn files and stages
    std::vector<StoredBody> kept;    // should have gone, are in use
    std::vector<std::string> notes;  // what else was kept, and why
};

}  // namespace store
