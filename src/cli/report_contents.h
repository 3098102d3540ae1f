// What the page of `cache report` shows, as a tree: the store, its three parts, groups, things.
// Pure: from the usage of a store to values; html_report.h makes text of them.
#pragma once

#include "store/usage.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cli {

struct ReportNode {
    std::string section;  // of the three parts: "environments", "packages", "files"
    std::string name;
    std::string detail;  // "tool, 12 packages: ..."
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;  // of the youngest below it; 0: unknown
    bool in_use = false;            // something below it is
    std::vector<ReportNode> children;
};

// A part of the store has at most so many things on the page; the smallest others are one.
inline constexpr std::size_t kMostThings = 2'000;

// Children are sorted, the largest first. All three parts are there, also when they are empty.
ReportNode report_tree(const store::StoreUsage& usage);

// The things below a node, the largest first.
std::vector<const ReportNode*> things_of(const ReportNode& node);

}  // namespace cli
