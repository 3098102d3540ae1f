// `cache verify`: reads everything in the store and says what is not as it was published.
//
// Unpacked wheels and environments are hashed with all cores, each inode once; names, remembered
// answers and cached files are checked by their own checksums. Nothing is changed, nobody waits and
// nobody is waited for (store/inspection.h); what is published or collected meanwhile is passed
// over. With Repair::Yes, what is damaged is taken out of service, so that the next command that
// needs it makes it again; programs that run from a damaged environment keep it.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "ops/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ops {

enum class Repair { No, Yes };

enum class DamagedThing { Package, Environment, Name, Record };

std::string_view name_of(DamagedThing thing);  // "package", "environment", "name", "record"

struct Damage {
    DamagedThing thing = DamagedThing::Package;
    std::string title;                 // for people: "flask 3.0.0", "report.py"
    std::string path;                  // absolute
    std::vector<std::string> reasons;  // the first few
    std::uint64_t count = 0;           // of all reasons
    bool repaired = false;
    std::string note;  // why it is not, or what stays: "a program uses it"
};

struct VerifyReport {
    bool store_exists = true;
    std::uint64_t packages = 0;  // looked at
    std::uint64_t environments = 0;
    std::uint64_t records = 0;
    std::uint64_t files = 0;  // hashed
    std::uint64_t bytes = 0;
    std::vector<Damage> damage;
    std::vector<std::string> unchecked;  // could not be read, and why

    // What is no damage, and worth a word.
    std::uint64_t passed_over = 0;  // being collected just now
    std::uint64_t outdated = 0;     // unfinished when the machine stopped: made again when needed
    std::uint64_t added = 0;        // files that programs added to their environments
    std::vector<std::string> strays;
    bool strays_removed = false;
    bool counters_wrong = false;

    // Damage that is still there.
    bool is_damaged() const;
};

// `root`: of the store, absolute. Interrupted when the user stops it. Progress goes to `events`.
base::Result<VerifyReport> verify_store(
    const std::string& root, Repair repair, base::TaskPool& pool, EventSink& events
);

}  // namespace ops
