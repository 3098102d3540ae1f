#include "solve/sentence.h"

#include "base/text.h"

#include <fmt/core.h>

namespace solve {

namespace {

constexpr std::size_t kShownIntervals = 4;

}  // namespace

std::string joined(const std::vector<std::string>& parts, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) text += i + 1 == parts.size() ? last : ", ";
        text += parts[i];
    }
    return text;
}

std::string shown(const std::string& package, const pep::VersionRange& range) {
    if (range.is_full()) return fmt::format("`{}`", package);
    // Intervals are divided by " | ", the comparisons of one by ", ".
    const std::string text = base::replace_all(range.to_string(), ", ", ",");
    std::vector<std::string> intervals;
    for (std::string_view interval : base::split(text, '|')) {
        intervals.push_back(fmt::format("`{}{}`", package, base::trim(interval)));
    }
    if (intervals.size() > kShownIntervals) {
        std::size_t more = intervals.size() - kShownIntervals;
        intervals.resize(kShownIntervals);
        intervals.push_back(fmt::format("{} more ranges", more));
    }
    return joined(intervals, " or ");
}

}  // namespace solve
