// Collisions: files that more than one wheel of an install brings. The wheel that comes later in
// the request wins, independently of which thread is faster. Wheels mostly have directories of
// their own, so only files in directories that several wheels share are looked at one by one.
#pragma once

#include "install/link_plan.h"
#include "install/target.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace install {

class Collisions {
  public:
    Collisions() = default;
    Collisions(std::span<const LinkPlan> plans, const TargetLayout& target);

    // A later wheel brings the file with this index, too.
    bool is_overridden(std::size_t wheel, std::size_t file) const {
        return !overridden_.empty() && overridden_[wheel].contains(file);
    }

    // A later wheel brings a program of this name, too.
    bool is_program_overridden(std::size_t wheel, std::string_view program) const;

  private:
    class Survey;

    std::unordered_map<std::string, std::size_t> program_owner_;  // by name; the wheel that wins
    std::vector<std::unordered_set<std::size_t>> overridden_;     // by wheel
};

}  // namespace install
