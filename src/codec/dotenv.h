// Environment files (`--env-file`). There is no standard; this is the dialect uv reads, found by
// trying:
//
//     # comment
//     export NAME=value            # blanks around `=` allowed, comment after a blank
//     SINGLE='as it is'            QUOTED="escapes \n \t \" \\ \$, may span lines"
//     JOINED=$NAME/${OTHER}"x"'y'  substitution outside single quotes; unknown names give nothing
//
// A line that cannot be read ends the file: what came before it counts, the rest is skipped and a
// warning says so.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codec {

struct DotenvWarning {
    std::size_t position = 0;  // bytes from the start of `line` to what could not be read
    std::string line;          // the line (of several, when a quote spans them); may hold a secret
    std::size_t line_number = 0;  // of the line's start, from 1
};

struct Dotenv {
    std::vector<std::pair<std::string, std::string>> variables;  // in file order; a later one wins
    std::vector<DotenvWarning> warnings;                         // at most one today
};

// The value of a variable outside the file, nullopt when it is not set.
using DotenvLookup = std::function<std::optional<std::string>(std::string_view name)>;

Dotenv parse_dotenv(std::string_view text, const DotenvLookup& lookup);

}  // namespace codec
