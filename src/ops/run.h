// `run`: a program in the environment it needs (cache-and-run.md 4, without projects).
//
// The life of a run, with what holds between the steps:
//   1. the target is classified and its script read           (cli; so that its settings count)
//   2. the interpreter is recalled or found                   from here on: one Python
//   3. the request's memo is read                             a hit goes straight to 7
//   4. requirements are resolved                              every package has one version and one
//   file
//   5. payloads are fetched and unpacked                      every file was checked against its
//   digests
//   6. the environment is built in a leased stage, published  it never changes again
//   7. the lease is passed on and the process becomes the program
#pragma once

#include "base/result.h"
#include "ops/child.h"
#include "ops/launch.h"
#include "ops/memo.h"
#include "ops/run_target.h"
#include "ops/script_source.h"
#include "ops/session.h"
#include "ops/start.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ops {

enum class Isolation { Shared, Own };
enum class MemoUse { ReadAndWrite, WriteOnly };  // WriteOnly: --refresh, --upgrade, --reinstall

// --with, --with-editable, --with-requirements as written.
struct ExtraRequirements {
    std::vector<std::string> with;
    std::vector<std::string> editable;
    std::vector<std::string> files;

    bool empty() const { return with.empty() && editable.empty() && files.empty(); }
};

struct RunRequest {
    RunTarget target;
    std::optional<ScriptSource> script;
    ExtraRequirements extra;
    Isolation isolation = Isolation::Shared;
    MemoUse memo = MemoUse::ReadAndWrite;
    // Everything on the command line and in configuration files that can change what gets
    // installed, as one text.
    std::string settings_fingerprint;
    ChildSettings child;
    std::uint64_t recursion_depth = 1;  // of the program to be started; at least 1
    std::uint64_t recursion_limit = 100;
};

// A program ready to be started, with the leases that must live as long as it.
struct ReadyLaunch {
    Launch launch;
    std::vector<store::Lease> leases;
    // What the next start of this kind may begin with; nullopt: there is more to it than such a record can say.
    std::optional<StartAnswer> answer;
};

base::Result<ReadyLaunch> prepare_run(Session& session, RunRequest request);

// Whether starts of this kind are remembered as a whole (start.h): local scripts with a block.
bool is_rememberable(const RunRequest& request);
// The seventh step alone, for a start that was remembered. Of `session` only the events and the path of this program
// are used.
base::Result<ReadyLaunch> resume_run(
    const Session& session, const RunRequest& request, RememberedStart start
);

// Names of the programs in the environment a run without a target would use, sorted.
base::Result<std::vector<std::string>> runnable_commands(
    Session& session, const RunRequest& request
);

// What --with and the files ask for, parsed.
struct ExtraNeeds {
    std::vector<solve::RootRequirement> requirements;
    std::vector<pep::Requirement> constraints;  // of `-c` lines

    // Whether it names nothing but packages of an index.
    bool is_plain() const;
    // Everything of it that can change an answer: texts, and stamps of local wheels.
    void add_to(Fingerprint& fingerprint) const;
};

// Reads standard input for the file `-`. `environment` expands ${NAME} in requirements files.
base::Result<ExtraNeeds> read_extra(
    Session& session, const ExtraRequirements& extra, const base::Environment& environment
);

}  // namespace ops
