// DirectUrl: the record direct_url.json of a distribution that was installed from a URL (PEP 610).
#pragma once

#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace pep {

struct ArchiveInfo {
    std::map<std::string, std::string> hashes;  // "sha256" -> hex

    bool operator==(const ArchiveInfo&) const = default;
};

struct DirectoryInfo {
    bool editable = false;

    bool operator==(const DirectoryInfo&) const = default;
};

struct VcsInfo {
    std::string vcs;  // "git"
    std::string commit_id;
    std::optional<std::string> requested_revision;

    bool operator==(const VcsInfo&) const = default;
};

struct DirectUrl {
    std::string url;  // the caller keeps passwords out of it
    std::variant<ArchiveInfo, DirectoryInfo, VcsInfo> origin;
    std::optional<std::string> subdirectory;

    // Errors: Invalid.
    static base::Result<DirectUrl> parse(std::string_view json);
    std::string to_json() const;

    bool operator==(const DirectUrl&) const = default;
};

}  // namespace pep
