// What is done after a publish, by a detached child at the lowest priority, and by nobody if that
// one is killed: the next publish does it then.
//
//     syncfs, then names and payloads lose the mark that says "written in this boot, maybe not on disk"
//     bodies without a name whose last user has ended, and dead stages, go to trash/; trash/ is emptied
//     the size of the small files is counted
#pragma once

#include "store/collector.h"

namespace store {

void keep_house_detached(const Layout& layout, LockKind kind);
// The work itself; one process at a time, the others return at once.
void keep_house(const Layout& layout, LockKind kind);

// Bodies that no name leads to.
base::Result<std::vector<BodyEntry>> find_orphans(const Layout& layout);

}  // namespace store
