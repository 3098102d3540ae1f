// The look into /proc: which processes use which bodies, whether or not they still have the descriptor of their lease.
//
// It is the second guard, for daemons that closed every descriptor, and the source of what `cache
// ls` shows. It sees the processes of this user (of all users as root) in this PID namespace and
// nobody else; so it can find that a body is in use, never that it is not. The lease decides; the
// look only adds.
//
// A process uses a body when the body's id occurs in one of: exe, cwd, cmdline, environ, the links
// of fd/, maps. Ids are 26 random characters, so the name alone is proof, however the path is
// spelled.
#pragma once

#include "store/report.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace store {

// What is looked at.
enum class Depth {
    Descriptors,  // fd/ only: who holds leases; cheap
    Everything,
};

struct ProcessScan {
    std::map<std::string, std::vector<pid_t>> users;  // by id
    // False: processes came faster than they could be looked at, or there was no descriptor left to look
    // with; nothing may be concluded from absence.
    bool is_complete = true;
};

// Looks for the ids in all processes but this one. Passes over /proc are repeated until one meets nobody new.
ProcessScan scan_processes(const std::set<std::string>& ids, Depth depth);

// The ids among `ids` that occur in `text` with no letter or digit before or after.
void find_ids(
    std::string_view text, const std::set<std::string>& ids, std::set<std::string>& found
);

// Of a living process; empty fields where /proc says nothing.
User describe_user(pid_t pid);

}  // namespace store
