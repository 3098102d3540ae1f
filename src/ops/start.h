// A whole start, remembered: the answer to one command line in one directory, with everything the answer depends on.
// The second `run script.py` then reads no configuration, looks for no Python and asks no memo (memo.h): it reads one
// record, stamps what is named there, and takes the lease. Who finds no record, or one that no longer holds, goes the
// ordinary way, which is always right; so a record is only written where the ordinary way had nothing to warn about.
//
// A record holds as long as
//   - the question is the same: words, variables, working directory, the script's block, this very build and kernel;
//   - no directory that was looked through for configuration or version files has changed, and none of the files
//     found there. A directory that changes all the time (/tmp, a home where the shell keeps its history) is told by a
//     record that did not hold for it; from then on its files are looked for one by one;
//   - the search for the interpreter would go the same way (python/watch.h);
//   - its answer has not expired, and the store still has the environment.
//
// Records lie in a fixed number of memos (`start-<n>`), so one question may push another out. They repeat how the
// store locks: a format that changes this must empty `memo/`.
#pragma once

#include "base/result.h"
#include "ops/memo.h"
#include "python/watch.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ops {

struct StartQuestion {
    store::StoreOptions store;       // as it follows from words and variables alone
    std::string text;                // these, and all else that is no file
    std::int64_t asked_ns = 0;       // wall clock, before the first file was looked at
    std::vector<std::string> files;  // looked for by their paths, whether they exist or not

    // Filled by recall_start when there is no answer: what was there before the ordinary way read anything.
    python::WatchList seen;
};

struct StartAnswer {
    Memo memo;
    std::string group;  // what the environment is a generation of (store::BodyInfo); empty: nothing
    python::WatchList interpreter;
    std::vector<std::string> files = {};  // further sources: looked for by their paths
};

struct RememberedStart {
    Memo memo;
    std::string group;
    store::Lease lease;
};

// nullopt: go the ordinary way.
base::Result<std::optional<RememberedStart>> recall_start(StartQuestion& question);

// Does nothing if a file changed so recently that a further change might not be seen.
// `directories`: those looked through for uv.toml, pyproject.toml, .python-version and .python-versions.
base::Result<void> remember_start(
    store::Store& store,
    const StartQuestion& question,
    const std::vector<std::string>& directories,
    const StartAnswer& answer
);

}  // namespace ops
