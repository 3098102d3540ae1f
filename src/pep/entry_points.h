// The programs that entry_points.txt asks for (entry points specification).
#pragma once

#include "base/result.h"
#include "pep/name.h"

#include <string>
#include <string_view>
#include <vector>

namespace pep {

// `name = module:attribute [extra, ...]`
struct EntryPoint {
    std::string name;
    std::string module;  // "package.cli"
    std::string
        attribute;  // "main" or "app.run"; empty if none is given, which no program can do without
    std::vector<ExtraName> extras;

    bool operator==(const EntryPoint&) const = default;
};

struct EntryPoints {
    std::vector<EntryPoint> console_scripts;
    std::vector<EntryPoint> gui_scripts;

    bool operator==(const EntryPoints&) const = default;
};

// Other groups are ignored. Errors: Invalid, with the entry.
base::Result<EntryPoints> parse_entry_points(std::string_view text);

}  // namespace pep
