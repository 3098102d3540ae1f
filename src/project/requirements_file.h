// Requirements files (`--with-requirements`, `--constraints`, `--overrides`): pip's format as far
// as it says which packages are wanted. One requirement a line; `#` comments; backslash joins
// lines; `-r`/`-c` name further files, relative to this one; `${NAME}` is replaced; `--hash`
// belongs to the requirement before it; options of indexes are collected.
//
// Pure but for `read`, which the caller gives: it fetches the text of a file or URL.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "pep/requirement.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace project {

struct FileRequirement {
    pep::Requirement requirement;
    std::vector<base::HashDigest> hashes;
    std::string origin;  // "requirements.txt:3"
};

struct RequirementsFile {
    std::vector<FileRequirement> requirements;
    std::vector<FileRequirement> constraints;  // from -c lines
    std::optional<std::string> index_url;
    std::vector<std::string> extra_index_urls;
    std::vector<std::string> find_links;
    bool no_index = false;
};

struct RequirementsReader {
    std::function<base::Result<std::string>(const std::string& path)> read;
    std::function<std::optional<std::string>(const std::string& name)> variable;
};

base::Result<RequirementsFile> read_requirements_file(
    const std::string& path, const RequirementsReader& reader
);

// A requirement as people type it: PEP 508, or a wheel's path or URL, which gets the name in its
// file name. `directory` is what a relative path starts from.
base::Result<pep::Requirement> parse_loose_requirement(
    std::string_view text, const std::string& directory
);

}  // namespace project
