#include "install/plan_builder.h"

#include "codec/wheel_record.h"
#include "install/link_plan.h"

#include <utility>

namespace install {

namespace {

// The digest and size columns of a RECORD line.
std::string record_columns(const RecordClaim& claim) {
    std::string columns = claim.hash ? codec::format_record_hash(*claim.hash) : std::string();
    columns += ',';
    if (claim.size) columns += std::to_string(*claim.size);
    return columns;
}

// Directories by scheme; a parent is made before what lies in it.
void plan_directories(
    const WheelContents& contents, std::vector<std::pair<Scheme, std::string>>& planned
) {
    for (std::size_t i = 0; i < kSchemeCount; ++i) {
        const Scheme scheme = static_cast<Scheme>(i);
        std::vector<std::string_view> targets;
        for (const WheelFile& file : contents.files) {
            if (file.scheme == scheme && !file.target().empty()) targets.push_back(file.target());
        }
        for (std::string& directory : directories_of(targets))
            planned.emplace_back(scheme, std::move(directory));
    }
}

}  // namespace

std::string encode_plan_of(const WheelContents& contents, const pep::WheelFilename& filename) {
    const std::string version = filename.version.to_string();
    LinkPlan plan;  // its views point into the arguments and the locals of this function
    plan.name = filename.name.text();
    plan.version = version;
    plan.dist_info = contents.dist_info;
    plan.root = contents.root;
    plan.modified_s = contents.modified_s;
    std::vector<std::string> columns;
    std::vector<std::string> digests;
    columns.reserve(contents.files.size());
    digests.reserve(contents.files.size());
    for (const WheelFile& file : contents.files) {
        columns.push_back(record_columns(file.claim));
        digests.push_back(file.digest ? codec::format_record_hash(*file.digest) : std::string());
        plan.files.push_back({
            .source = file.member.path,
            .scheme = file.scheme,
            .target_offset = file.target_offset,
            .role = file.role,
            .size = file.member.entry->size,
            .record = columns.back(),
            .digest = digests.back(),
        });
        plan.bytes += file.member.entry->size;
    }
    std::vector<std::pair<Scheme, std::string>> directories;
    plan_directories(contents, directories);
    for (const auto& [scheme, path] : directories)
        plan.directories.push_back({scheme, path});
    for (const pep::EntryPoint& program : contents.programs) {
        plan.entry_points.push_back({program.name, program.module, program.attribute});
    }
    return plan.encode();
}

}  // namespace install
