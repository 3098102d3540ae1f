// LinkPlan: what installing an unpacked wheel comes down to, worked out once when it was unpacked
// and stored beside its files. An install reads one file instead of walking a tree and parsing
// RECORD, WHEEL and entry_points.txt.
//
// A payload directory holds
//     tree/    the members of the wheel, at the paths they have in the archive (normalised)
//     .plan    this record (base/record.h: checksummed, so a torn one is a miss)
//
// The plan owns its bytes and everything else points into them: it is cheap to read and can be
// moved, and paths can be handed to system calls as they are (they end with a NUL).
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "install/target.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace install {

inline constexpr const char* kPlanFile = ".plan";
inline constexpr const char* kTreeDirectory = "tree";

enum class FileRole : std::uint8_t {
    Plain = 0,
    Executable = 1,  // linked with its execute bits
    Script = 2,  // of .data/scripts, starts with "#!python": written anew with a real interpreter
    Superseded = 3,  // INSTALLER, REQUESTED, RECORD: in the wheel, but the installer writes its own
};

// One member of the wheel. Files are sorted by `source`.
struct PlannedFile {
    std::string_view source;  // below tree/; NUL-terminated
    Scheme scheme = Scheme::Purelib;
    std::uint32_t target_offset =
        0;  // where in `source` the path below the scheme's directory begins
    FileRole role = FileRole::Plain;
    std::uint64_t size = 0;
    std::string_view record;  // the last two RECORD columns: "sha256=...,12"
    // "sha256=..." of a file whose `record` tells no digest (RECORD itself); else empty.
    std::string_view digest = {};

    // The path below the scheme's directory; NUL-terminated.
    std::string_view target() const { return source.substr(target_offset); }

    // The digest its content had when it was unpacked: "sha256=...".
    std::string_view unpacked_digest() const {
        return digest.empty() ? record.substr(0, record.find(',')) : digest;
    }

    // For system calls; only of a plan that was decoded.
    // NOLINTBEGIN(bugprone-suspicious-stringview-data-usage): LinkPlan::decode checked the NUL
    const char* source_text() const { return source.data(); }

    const char* target_text() const { return source.data() + target_offset; }

    // NOLINTEND(bugprone-suspicious-stringview-data-usage)
};

struct PlannedDirectory {
    Scheme scheme = Scheme::Purelib;
    std::string_view path;  // below the scheme's directory; NUL-terminated
};

// A program that entry_points.txt asks for.
struct PlannedEntryPoint {
    std::string_view name;
    std::string_view module;
    std::string_view attribute;  // "main" or "cli.main"
};

struct LinkPlan {
    std::string_view name;          // normalised distribution name
    std::string_view version;       // normalised
    std::string_view dist_info;     // "flask-3.0.0.dist-info"
    Scheme root = Scheme::Purelib;  // the scheme of everything outside X.data
    std::uint64_t bytes = 0;        // sum of the sizes
    // All files of the payload were given this modification time, in whole seconds: who writes to
    // one of them through a hard link changes it. 0: the file system keeps no such time.
    std::int64_t modified_s = 0;

    std::vector<PlannedFile> files;
    std::vector<PlannedDirectory> directories;  // sorted: parents first
    std::vector<PlannedEntryPoint> entry_points;

    std::string encode() const;
    // Invalid when the bytes are no plan of this version.
    static base::Result<LinkPlan> decode(std::string bytes);
    // The plan of the payload at `path`.
    static base::Result<LinkPlan> read(const std::string& payload);

    // Keeps alive what the views point to.
    std::shared_ptr<const std::string> storage;
};

// The names this wheel puts directly into the scripts directory: entry points, .data/scripts and
// .data/data/bin. Sorted and unique.
std::vector<std::string> executables_of(const LinkPlan& plan, std::uint32_t python_minor);

}  // namespace install
