// What a wheel's members mean (binary distribution format, version 1): who it says it is, where
// each file belongs, the programs it asks for, and whether its RECORD tells the truth.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "codec/zip.h"
#include "install/link_plan.h"
#include "install/target.h"
#include "install/unpack.h"
#include "install/wheel_members.h"
#include "pep/entry_points.h"
#include "pep/wheel_filename.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace install {

// What RECORD says about one member.
struct RecordClaim {
    bool listed = false;
    std::optional<base::HashDigest> hash;
    std::optional<std::uint64_t> size;
};

struct WheelFile {
    WheelMember member;
    Scheme scheme = Scheme::Purelib;
    std::uint32_t target_offset = 0;  // as in PlannedFile
    FileRole role = FileRole::Plain;
    RecordClaim claim;
    std::optional<base::HashDigest> digest = {};  // of what was written, where RECORD tells none

    std::string_view target() const { return std::string_view(member.path).substr(target_offset); }
};

// Where RECORD and the members disagree, when that is tolerated.
struct RecordDoubts {
    std::string first;
    std::uint64_t count = 0;

    void add(std::string doubt);
};

struct WheelContents {
    std::string dist_info;  // "flask-3.0.0.dist-info"
    Scheme root = Scheme::Purelib;
    std::vector<WheelFile> files;  // sorted by path
    std::vector<pep::EntryPoint> programs;
    RecordDoubts doubts;          // empty with RecordPolicy::Refuse
    std::int64_t modified_s = 0;  // the time that all files were given (LinkPlan)
};

// An Invalid error with the hint how to install such a wheel all the same.
std::unexpected<base::Error> refuse_record(std::string doubt);

// Reads and checks everything but the files themselves. Errors are Invalid and name the member; the
// caller adds the wheel's name.
base::Result<WheelContents> examine_wheel(
    const codec::ZipReader& zip, const pep::WheelFilename& filename, RecordPolicy policy
);

}  // namespace install
