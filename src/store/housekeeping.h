// What is done after a publish, by a detached child at the lowest priority, and by nobody if that
// one is killed: the next publish does it then.
//
//     syncfs, then names and payloads lose the mark that says "written in this boot, maybe not on disk"
//     bodies without a name whose last user has ended, and dead stages, go to trash/; trash/ is emptied
//     bodies that nobody has used for a while are measured, and all is counted
//     if a limit is passed, what was not used for longest goes (evict.h)
//
// One process at a time does this. Others that come meanwhile ring (they set the time of
// lock/house) and leave; who works then begins again at the end, so that nobody's publish is
// forgotten.
#pragma once

#include "store/collector.h"
#include "store/limits.h"

namespace store {

void keep_house_detached(const Layout& layout, LockKind kind, const Limits& limits = {});
// The work itself; one process at a time, the others return at once.
void keep_house(const Layout& layout, LockKind kind, const Limits& limits = {});

// Bodies that no name leads to.
base::Result<std::vector<BodyEntry>> find_orphans(const Layout& layout);

}  // namespace store
