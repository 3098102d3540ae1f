// The page of `cache report --html`: one file that loads nothing. Pure: from values to text.
//
// Labels, commands and names of files come from outside, and somebody may have chosen them to be
// taken for markup. Nothing of them gets into the page but through escaped text (tables) and
// through JSON in which `<`, `>` and `&` are written as numbers (the map, which sets them as text).
// Behind that stands a content security policy that runs only the page's own script and loads
// nothing at all.
//
// The page is src/cli/report/page.html with its @MARKERS@ filled in; page.css and page.js beside it
// are its style and its script.
#pragma once

#include "store/limits.h"
#include "store/usage.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct HtmlReport {
    std::string program;  // "adder 0.1.0"
    std::string root;     // of the store
    std::int64_t made_ns = 0;
    store::StoreUsage usage;
    std::optional<store::Disk> disk;
    std::vector<store::Removal> prune;  // what prune would remove
};

std::string html_report(const HtmlReport& report);

// Text between tags and in quoted attributes. What is no UTF-8, and control characters, are
// replaced.
std::string escape_html(std::string_view text);
// JSON that may stand in a script element.
std::string escape_json_for_html(std::string_view json);

}  // namespace cli
