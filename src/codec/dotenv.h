// Environment files (`--env-file`). There is no standard; this is the dialect uv 0.13 reads, found by trying:
//
//     # comment
//     export NAME=value            # blanks around "=" are allowed; a comment follows a blank
//     SINGLE='as it is'            may span lines
//     DOUBLE="escapes \n \$ \" \' \\ and $NAME"   may span lines
//     JOINED=pre${NAME}"x"'y'\ z   parts without a blank between them are one value
//
// `$NAME` takes letters and digits (no underscore!), `${...}` everything up to the brace; both look outside the file
// first and into the lines above second, and unknown names give nothing. The first line of a name counts, later ones
// only for substitution. A line that cannot be read ends the file: what stands above it counts, the rest is skipped
// and a warning says so.
//
// Two differences from uv on purpose: it takes a quote directly behind `$NAME` for text, so that "$NAME" is never
// closed, and it refuses a last line that ends in a blank without a line break. Here both work.
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
    std::size_t position = 0;  // characters from the start of `line` to what could not be read
    std::string line;  // the line, or only its value when the trouble is there; may hold a secret
    std::size_t line_number = 0;  // where that line starts in the file, from 1
};

struct Dotenv {
    std::vector<std::pair<std::string, std::string>> variables;  // in file order, each name once
    std::vector<DotenvWarning> warnings;                         // none or one
};

// The value of a variable outside the file, nullopt when it is not set.
using DotenvLookup = std::function<std::optional<std::string>(std::string_view name)>;

// `text` is expected to be UTF-8; the caller refuses files that are not.
Dotenv parse_dotenv(std::string_view text, const DotenvLookup& lookup);

}  // namespace codec
