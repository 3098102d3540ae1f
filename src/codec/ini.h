// The two small formats of Python that look like INI files.
//
// parse_ini reads what configparser reads with the settings used for entry_points.txt: sections, `key = value`
// (also `:` when asked for), comment lines, values continued by indented lines; keys keep their case.
// parse_key_values reads pyvenv.cfg as the `site` module does.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codec {

struct IniSection {
    std::string name;
    std::vector<std::pair<std::string, std::string>> entries;

    // The value of a key, or nullptr.
    const std::string* find(std::string_view key) const;
};

struct IniFile {
    std::vector<IniSection> sections;

    const IniSection* find(std::string_view section) const;
};

enum class IniDelimiters { EqualsOnly, EqualsOrColon };

// Errors (Invalid) name the line: an entry before the first section, a line that is none, a section or key twice.
base::Result<IniFile> parse_ini(
    std::string_view text, IniDelimiters delimiters = IniDelimiters::EqualsOnly
);

// Lines with "=" as (lower-case key, value), both trimmed; other lines are ignored.
std::vector<std::pair<std::string, std::string>> parse_key_values(std::string_view text);

}  // namespace codec
