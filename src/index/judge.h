// Judging: from the files of a project to one Candidate for each version.
//
// For a version the files of all pages of a group compete. Among wheels that fit, the one with the
// best tag wins, then the higher build tag, then the earlier page. A wheel that is not yanked beats
// one that is; a source distribution that could be built beats a yanked wheel. Where nothing fits,
// the reason names what came nearest. Order of the rules and what a lower bound of Requires-Python
// means: resolution-and-lock.md 1.6, 3.1-3.4.
#pragma once

#include "index/index_options.h"
#include "index/page.h"
#include "index/project.h"
#include "index/registry.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace package_index {

// Pages whose files are alternatives of each other: one index and the find-links places.
struct PageGroup {
    std::vector<std::uint16_t> pages;  // positions, in order of preference
};

// How candidates of several groups become one list.
enum class GroupOrder {
    BestVersion,  // one candidate for each version: of the first group that has a usable one
    FirstGroup,   // the same, with index_rank = number of the first group that has the version
};

struct JudgeRules {
    const IndexOptions& options;
    const TargetPython& target;
};

struct Judged {
    std::vector<Candidate> candidates;  // ascending
    std::vector<std::string> warnings;
};

Judged judge(
    std::span<const std::shared_ptr<const Page>> pages,
    std::span<const PageGroup> groups,
    GroupOrder order,
    const JudgeRules& rules
);

// Whether a distribution that declares `requires_python` may be used by Python `version`: only
// lower bounds count, and only release numbers. Text that does not parse is never satisfied.
bool allows_python(std::string_view requires_python, const pep::Version& version);

}  // namespace package_index
