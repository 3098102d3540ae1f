#include "install/dist_info.h"

#include "base/fd.h"
#include "base/file.h"
#include "install/record_text.h"
#include "install/script.h"

#include <fmt/core.h>

#include <utility>

namespace install {

namespace {

constexpr std::uint64_t kScriptLimit = 64U << 20U;

class Writer {
  public:
    Writer(const LinkPlan& plan, const WheelInstall& wheel, const TargetLayout& target)
        : plan_(plan), wheel_(wheel), target_(target), site_(target.directory(plan.root)) {}

    base::Result<void> write_programs(const ProgramFilter& is_written_by_another);
    base::Result<void> write_metadata(const InstallOptions& options);
    base::Result<void> write_record();
    void record_linked_files();

    const WrittenFiles& written() const { return written_; }

  private:
    base::Result<void> write_program(
        std::string_view name, std::string_view text, const ProgramFilter& is_written_by_another
    );
    base::Result<void> write_in_dist_info(std::string_view name, std::string_view text);
    base::Result<void> write(
        int directory, const std::string& path, std::string_view text, Executable executable
    );
    std::string record_path(Scheme scheme, std::string_view path) const;

    const LinkPlan& plan_;
    const WheelInstall& wheel_;
    const TargetLayout& target_;
    const std::string& site_;
    base::Fd scripts_;
    base::Fd site_directory_;
    RecordText record_;
    WrittenFiles written_;
};

// As RECORD names the file: relative to the directory that holds the dist-info.
std::string Writer::record_path(Scheme scheme, std::string_view path) const {
    const std::string directory = scheme_directory(target_, scheme, plan_.name);
    if (directory == site_) return std::string(path);
    return relative_path(site_, base::join_path(directory, path));
}

base::Result<void> Writer::write(
    int directory, const std::string& path, std::string_view text, Executable executable
) {
    TRY(write_in_place(directory, path, text, executable));
    ++written_.files;
    written_.bytes += text.size();
    return {};
}

base::Result<void> Writer::write_program(
    std::string_view name, std::string_view text, const ProgramFilter& is_written_by_another
) {
    record_.add_written(record_path(Scheme::Scripts, name), text);
    if (is_written_by_another(name)) return {};
    if (!scripts_) scripts_ = TRY(base::open_directory(target_.scripts));
    return write(scripts_.get(), std::string(name), text, Executable::Yes);
}

base::Result<void> Writer::write_programs(const ProgramFilter& is_written_by_another) {
    for (const PlannedFile& file : plan_.files) {
        if (file.role != FileRole::Script) continue;
        const std::string tree = base::join_path(wheel_.payload, kTreeDirectory);
        const std::string path = base::join_path(tree, file.source);
        const std::string text = with_shebang(target_, TRY(base::read_file(path, kScriptLimit)));
        TRY(write_program(file.target(), text, is_written_by_another));
    }
    for (const PlannedEntryPoint& point : plan_.entry_points) {
        if (is_versioned_pip(point.name)) continue;
        const std::string text = entry_point_script(target_, point.module, point.attribute);
        TRY(write_program(point.name, text, is_written_by_another));
        if (point.name != "pip3") continue;
        TRY(write_program(fmt::format("pip3.{}", target_.python_minor), text, is_written_by_another)
        );
    }
    return {};
}

base::Result<void> Writer::write_in_dist_info(std::string_view name, std::string_view text) {
    if (!site_directory_) site_directory_ = TRY(base::open_directory(site_));
    const std::string path = base::join_path(plan_.dist_info, name);
    record_.add_written(path, text);
    return write(site_directory_.get(), path, text, Executable::No);
}

base::Result<void> Writer::write_metadata(const InstallOptions& options) {
    if (options.metadata == InstallerMetadata::Omit) return {};
    // uv calls every distribution requested, dependencies too, and tools that read environments
    // rely on it.
    TRY(write_in_dist_info("REQUESTED", ""));
    TRY(write_in_dist_info("INSTALLER", options.installer));
    if (!wheel_.direct_url.empty()) TRY(write_in_dist_info("direct_url.json", wheel_.direct_url));
    if (!wheel_.cache_info.empty()) TRY(write_in_dist_info("uv_cache.json", wheel_.cache_info));
    return {};
}

void Writer::record_linked_files() {
    for (const PlannedFile& file : plan_.files) {
        if (file.role == FileRole::Superseded || file.role == FileRole::Script) continue;
        record_.add(record_path(file.scheme, file.target()), file.record);
    }
}

base::Result<void> Writer::write_record() {
    const std::string path = base::join_path(plan_.dist_info, "RECORD");
    record_.add(path, ",");
    if (!site_directory_) site_directory_ = TRY(base::open_directory(site_));
    return write(site_directory_.get(), path, record_.finish(), Executable::No);
}

}  // namespace

std::string scheme_directory(
    const TargetLayout& target, Scheme scheme, std::string_view distribution
) {
    if (scheme == Scheme::Headers) return base::join_path(target.headers, distribution);
    return target.directory(scheme);
}

base::Result<WrittenFiles> write_installer_files(
    const LinkPlan& plan,
    const WheelInstall& wheel,
    const TargetLayout& target,
    const InstallOptions& options,
    const ProgramFilter& is_written_by_another
) {
    Writer writer(plan, wheel, target);
    writer.record_linked_files(
    );  // first: what is written takes the place of a linked file in RECORD
    TRY(writer.write_programs(is_written_by_another));
    TRY(writer.write_metadata(options));
    TRY(writer.write_record());
    return writer.written();
}

void for_each_program(
    const LinkPlan& plan,
    std::uint32_t python_minor,
    const std::function<void(std::string_view)>& use
) {
    for (const PlannedFile& file : plan.files) {
        if (file.role == FileRole::Script) use(file.target());
    }
    for (const PlannedEntryPoint& point : plan.entry_points) {
        if (is_versioned_pip(point.name)) continue;
        use(point.name);
        if (point.name == "pip3") use(fmt::format("pip3.{}", python_minor));
    }
}

}  // namespace install
