#include "install/link_plan.h"

#include "base/file.h"
#include "base/record.h"
#include "install/script.h"

#include <fmt/core.h>

#include <algorithm>

namespace install {

namespace {

constexpr std::string_view kMagic = "ADRPLAN";
constexpr std::uint32_t kVersion = 2;
constexpr std::uint64_t kPlanLimit = 1ULL << 30U;

// Paths are stored with their NUL, so that the view handed out can go to a system call as it is.
void write_path(base::RecordWriter& writer, std::string_view path) {
    std::string terminated(path);
    terminated += '\0';
    writer.string(terminated);
}

// Empty when the NUL is missing; an empty path is written as a lone NUL, which comes back as an
// empty view too.
std::string_view read_path(base::RecordReader& reader, bool& valid) {
    std::string_view path = reader.string();
    valid = valid && !path.empty() && path.find('\0') == path.size() - 1;
    if (!path.empty()) path.remove_suffix(1);
    return path;
}

Scheme read_scheme(base::RecordReader& reader, bool& valid) {
    const std::uint8_t value = reader.u8();
    valid = valid && value < kSchemeCount;
    return valid ? static_cast<Scheme>(value) : Scheme::Purelib;
}

PlannedFile read_file(base::RecordReader& reader, bool& valid) {
    PlannedFile file;
    file.source = read_path(reader, valid);
    file.scheme = read_scheme(reader, valid);
    file.target_offset = reader.u32();
    const std::uint8_t role = reader.u8();
    file.size = reader.u64();
    file.record = reader.string();
    file.digest = reader.string();
    valid = valid && role <= static_cast<std::uint8_t>(FileRole::Superseded) &&
            file.target_offset < file.source.size();
    if (!valid) return {};
    file.role = static_cast<FileRole>(role);
    return file;
}

bool read_items(base::RecordReader& reader, LinkPlan& plan) {
    bool valid = true;
    for (std::uint32_t left = reader.count(); left > 0 && valid; --left) {
        plan.files.push_back(read_file(reader, valid));
    }
    for (std::uint32_t left = valid ? reader.count() : 0; left > 0 && valid; --left) {
        const Scheme scheme = read_scheme(reader, valid);
        plan.directories.push_back({scheme, read_path(reader, valid)});
    }
    for (std::uint32_t left = valid ? reader.count() : 0; left > 0 && valid && reader.good();
         --left) {
        PlannedEntryPoint point;
        point.name = reader.string();
        point.module = reader.string();
        point.attribute = reader.string();
        plan.entry_points.push_back(point);
    }
    return valid;
}

// "bin/tool" -> "tool" for a path directly below `bin`.
std::string_view program_in_data(std::string_view target) {
    constexpr std::string_view kBin = "bin/";
    if (!target.starts_with(kBin)) return {};
    return target.substr(kBin.size());
}

}  // namespace

std::string LinkPlan::encode() const {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(name);
    writer.string(version);
    writer.string(dist_info);
    writer.u8(static_cast<std::uint8_t>(root));
    writer.u64(bytes);
    writer.i64(modified_s);
    writer.u32(static_cast<std::uint32_t>(files.size()));
    for (const PlannedFile& file : files) {
        write_path(writer, file.source);
        writer.u8(static_cast<std::uint8_t>(file.scheme));
        writer.u32(file.target_offset);
        writer.u8(static_cast<std::uint8_t>(file.role));
        writer.u64(file.size);
        writer.string(file.record);
        writer.string(file.digest);
    }
    writer.u32(static_cast<std::uint32_t>(directories.size()));
    for (const PlannedDirectory& directory : directories) {
        writer.u8(static_cast<std::uint8_t>(directory.scheme));
        write_path(writer, directory.path);
    }
    writer.u32(static_cast<std::uint32_t>(entry_points.size()));
    for (const PlannedEntryPoint& point : entry_points) {
        writer.string(point.name);
        writer.string(point.module);
        writer.string(point.attribute);
    }
    return writer.finish();
}

base::Result<LinkPlan> LinkPlan::decode(std::string record) {
    LinkPlan plan;
    plan.storage = std::make_shared<const std::string>(std::move(record));
    auto reader = base::RecordReader::open(*plan.storage, kMagic, kVersion);
    if (!reader)
        return base::fail(
            base::ErrorKind::Invalid, "the link plan is damaged or of another version"
        );
    plan.name = reader->string();
    plan.version = reader->string();
    plan.dist_info = reader->string();
    bool valid = true;
    plan.root = read_scheme(*reader, valid);
    plan.bytes = reader->u64();
    plan.modified_s = reader->i64();
    if (!valid || !read_items(*reader, plan) || !reader->complete()) {
        return base::fail(base::ErrorKind::Invalid, "the link plan does not make sense");
    }
    return plan;
}

base::Result<LinkPlan> LinkPlan::read(const std::string& payload) {
    const std::string path = base::join_path(payload, kPlanFile);
    return base::with_context(
        decode(TRY(base::read_file(path, kPlanLimit))), fmt::format("failed to read `{}`", path)
    );
}

std::vector<std::string> executables_of(const LinkPlan& plan, std::uint32_t python_minor) {
    std::vector<std::string> names;
    for (const PlannedEntryPoint& point : plan.entry_points) {
        if (is_versioned_pip(point.name)) continue;
        names.emplace_back(point.name);
        if (point.name == "pip3") names.push_back(fmt::format("pip3.{}", python_minor));
    }
    for (const PlannedFile& file : plan.files) {
        std::string_view name;
        if (file.scheme == Scheme::Scripts) name = file.target();
        if (file.scheme == Scheme::Data) name = program_in_data(file.target());
        if (!name.empty() && !name.contains('/')) names.emplace_back(name);
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

}  // namespace install
