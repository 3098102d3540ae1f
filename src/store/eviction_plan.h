// What goes when a limit is passed, as a pure function of what is there: no clock, no files.
//
// The order is that of the last use, oldest first. What others are made from (the payloads a body
// shares its files with, the bodies it is layered on) counts as used when they are, and comes
// behind them: removing it first would free nothing.
#pragma once

#include "store/limits.h"
#include "store/report.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace store {

// The pieces that come and go as a whole.
struct Unit {
    UnitKind kind = UnitKind::Environment;
    std::string name;   // id of a body, digest of a payload, path of a file
    std::string label;  // for people
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;
    bool is_in_use = false;              // leased: never chosen
    std::vector<std::string> made_from;  // names of units it needs or shares files with
};

// Sorts the units into the order in which they may go. Their `last_used_ns` becomes that of the
// youngest unit that is made from them; a unit in use counts as used `now`.
void put_in_order(std::vector<Unit>& units, std::int64_t now_ns);

struct Situation {
    std::uint64_t used = 0;       // bytes in the store
    std::uint64_t available = 0;  // bytes left on the file system
    Bounds bounds;
    std::int64_t now_ns = 0;
    std::int64_t min_age_ns = 0;  // what was used later than this before now stays
};

struct Choice {
    std::size_t unit = 0;  // index
    Reason reason = Reason::TooOld;
};

// Of units in order: those that go. Nothing is chosen within the limits; past them, units are chosen
// until what is left is 90 % of the size allowed, and the space wanted is free.
std::vector<Choice> choose_units(const std::vector<Unit>& units, const Situation& situation);

// Whether a limit on size or space is passed.
bool is_passed(const Situation& situation);

}  // namespace store
