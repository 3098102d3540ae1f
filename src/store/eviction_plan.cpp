#include "store/eviction_plan.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

namespace store {

namespace {

// So that the next publish does not pass the limit again.
constexpr std::uint64_t kGoalTenths = 9;

bool is_larger(std::uint64_t used, const std::optional<std::uint64_t>& limit) {
    return limit && used > *limit;
}

bool is_smaller(std::uint64_t available, const std::optional<std::uint64_t>& limit) {
    return limit && available < *limit;
}

std::uint64_t less(std::uint64_t from, std::uint64_t amount) {
    return from - std::min(from, amount);
}

}  // namespace

void put_in_order(std::vector<Unit>& units, std::int64_t now_ns) {
    std::map<std::string, std::size_t, std::less<>> by_name;
    for (std::size_t i = 0; i < units.size(); ++i) {
        by_name.emplace(units[i].name, i);
        // Clocks jump: a time to come is no better than now.
        const bool is_now = units[i].is_in_use || units[i].last_used_ns > now_ns;
        if (is_now) units[i].last_used_ns = now_ns;
    }
    // Times go down along chains; each round carries them one link further.
    for (bool changed = true; changed;) {
        changed = false;
        for (const Unit& unit : units) {
            for (const std::string& name : unit.made_from) {
                const auto source = by_name.find(name);
                if (source == by_name.end()) continue;
                std::int64_t& time = units[source->second].last_used_ns;
                changed = changed || time < unit.last_used_ns;
                time = std::max(time, unit.last_used_ns);
            }
        }
    }
    // Of equal age: bodies before what they are made of; of two bodies, the one with more beneath it.
    std::ranges::stable_sort(units, [](const Unit& a, const Unit& b) {
        return std::tuple(a.last_used_ns, a.kind, b.made_from.size()) <
               std::tuple(b.last_used_ns, b.kind, a.made_from.size());
    });
}

bool is_passed(const Situation& situation) {
    return is_larger(situation.used, situation.bounds.max_bytes) ||
           is_smaller(situation.available, situation.bounds.min_free);
}

std::vector<Choice> choose_units(const std::vector<Unit>& units, const Situation& situation) {
    const Bounds& bounds = situation.bounds;
    std::optional<std::uint64_t> goal;
    if (is_larger(situation.used, bounds.max_bytes)) goal = *bounds.max_bytes / 10 * kGoalTenths;
    std::vector<Choice> choices;
    std::uint64_t freed = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const Unit& unit = units[i];
        const std::int64_t age = situation.now_ns - unit.last_used_ns;
        if (unit.is_in_use || age < situation.min_age_ns) continue;
        Choice choice{.unit = i};
        if (bounds.max_age_ns && age > *bounds.max_age_ns) {
            choice.reason = Reason::TooOld;
        } else if (is_larger(less(situation.used, freed), goal)) {
            choice.reason = Reason::TooLarge;
        } else if (is_smaller(situation.available + freed, bounds.min_free)) {
            choice.reason = Reason::LittleSpace;
        } else {
            break;
        }
        freed += unit.bytes;
        choices.push_back(choice);
    }
    return choices;
}

}  // namespace store
