#include "install/unpack.h"

#include "base/cancel.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/synced.h"
#include "codec/wheel_record.h"
#include "codec/zip.h"
#include "install/first_error.h"
#include "install/link_plan.h"
#include "install/script.h"
#include "install/wheel_contents.h"
#include "store/store.h"

#include <fmt/core.h>

#include <algorithm>
#include <fcntl.h>
#include <numeric>
#include <optional>
#include <utility>

namespace install {

namespace {

// Files of the store are shared by every environment that links to them, so nobody may write to
// them by accident.
constexpr mode_t kPlainMode = 0444;
constexpr mode_t kExecutableMode = 0555;

// Longest "#!" word that is looked for in a script.
constexpr std::size_t kMarkSize = 16;

bool is_executable(const WheelFile& file) {
    return file.role == FileRole::Executable || file.scheme == Scheme::Scripts;
}

// Writes the members of one wheel below tree/.
class Extraction {
  public:
    Extraction(const codec::ZipReader& zip, WheelContents& contents, RecordPolicy policy)
        : zip_(zip), contents_(contents), policy_(policy) {}

    base::Result<void> run(const std::string& directory, base::TaskPool& pool);

  private:
    base::Result<void> make_directories() const;
    base::Result<void> extract(WheelFile& file);
    base::Result<void> compare(WheelFile& file, std::string digest);

    const codec::ZipReader& zip_;
    WheelContents& contents_;
    RecordPolicy policy_;
    base::Fd tree_;
    base::Synced<RecordDoubts> doubts_;
};

base::Result<void> Extraction::make_directories() const {
    std::vector<std::string_view> paths;
    paths.reserve(contents_.files.size());
    for (const WheelFile& file : contents_.files)
        paths.emplace_back(file.member.path);
    for (const std::string& directory : directories_of(paths)) {
        if (::mkdirat(tree_.get(), directory.c_str(), 0777) == 0) continue;
        return base::fail_errno(errno, fmt::format("failed to make the directory `{}`", directory));
    }
    return {};
}

base::Result<void> Extraction::compare(WheelFile& file, std::string digest) {
    if (digest == file.claim.hash->hex) return {};
    const std::string text =
        fmt::format("its RECORD tells another digest for `{}`", file.member.path);
    if (policy_ == RecordPolicy::Refuse) return refuse_record(text);
    doubts_.with([&](RecordDoubts& doubts) { doubts.add(text); });
    file.claim.hash->hex = std::move(digest);
    return {};
}

base::Result<void> Extraction::extract(WheelFile& file) {
    TRY(base::check_cancelled());
    const base::Fd fd = TRY(base::open_at(
        tree_.get(),
        file.member.path,
        O_WRONLY | O_CREAT | O_EXCL,
        is_executable(file) ? kExecutableMode : kPlainMode
    ));
    std::optional<base::Hasher> hasher;
    if (file.claim.hash) hasher.emplace(file.claim.hash->algorithm);
    std::string first_bytes;
    TRY(zip_.extract(*file.member.entry, [&](std::string_view bytes) -> base::Result<void> {
        if (hasher) hasher->update(bytes);
        if (first_bytes.size() < kMarkSize) first_bytes += bytes.substr(0, kMarkSize);
        return base::write_all(fd.get(), bytes);
    }));
    const bool is_live_script = file.scheme == Scheme::Scripts && file.role != FileRole::Superseded;
    if (is_live_script)
        file.role = asks_for_python(first_bytes) ? FileRole::Script : FileRole::Executable;
    if (!hasher) return {};
    return compare(file, hasher->finish_hex());
}

base::Result<void> Extraction::run(const std::string& directory, base::TaskPool& pool) {
    const std::string tree = base::join_path(directory, kTreeDirectory);
    TRY(base::make_directory(tree));
    tree_ = TRY(base::open_directory(tree));
    TRY(make_directories());

    // The largest first: one that starts last would keep a single thread busy at the end.
    std::vector<std::uint32_t> order(contents_.files.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, std::greater<>(), [&](std::uint32_t index) {
        return contents_.files[index].member.entry->size;
    });
    FirstError first_error;
    pool.for_each(order.size(), [&](std::size_t position) {
        if (first_error.is_set()) return;
        WheelFile& file = contents_.files[order[position]];
        if (base::Result<void> extracted = extract(file); !extracted) {
            first_error.set(std::move(extracted.error())
                                .context(fmt::format("failed to unpack `{}`", file.member.path)));
        }
    });
    TRY(first_error.result());
    doubts_.with([&](RecordDoubts& found) {
        if (contents_.doubts.count == 0) contents_.doubts.first = found.first;
        contents_.doubts.count += found.count;
    });
    return {};
}

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

// The record to store; returns the sum of the sizes as well.
std::string encode_plan(
    const WheelContents& contents, const pep::WheelFilename& filename, std::uint64_t& bytes
) {
    const std::string version = filename.version.to_string();
    LinkPlan plan;
    plan.name = filename.name.text();
    plan.version = version;
    plan.dist_info = contents.dist_info;
    plan.root = contents.root;
    std::vector<std::string> columns;
    columns.reserve(contents.files.size());
    for (const WheelFile& file : contents.files) {
        columns.push_back(record_columns(file.claim));
        plan.files.push_back({
            .source = file.member.path,
            .scheme = file.scheme,
            .target_offset = file.target_offset,
            .role = file.role,
            .size = file.member.entry->size,
            .record = columns.back(),
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
    bytes = plan.bytes;
    return plan.encode();
}

base::Result<PayloadInfo> unpack(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const std::string& directory,
    base::TaskPool& pool
) {
    const pep::WheelFilename filename = TRY(pep::WheelFilename::parse(expectation.file_name));
    const std::shared_ptr<codec::FileSource> source = TRY(codec::FileSource::open(wheel));
    const codec::ZipLimits limits{.total_size = expectation.size_limit};
    const std::unique_ptr<codec::ZipReader> zip = TRY(codec::ZipReader::open(source, limits));
    WheelContents contents = TRY(examine_wheel(*zip, filename, expectation.record));
    TRY(Extraction(*zip, contents, expectation.record).run(directory, pool));

    PayloadInfo info{.name = filename.name.text(), .version = filename.version.to_string()};
    info.files = contents.files.size();
    TRY(base::write_file(
        base::join_path(directory, kPlanFile),
        encode_plan(contents, filename, info.bytes),
        kPlainMode
    ));
    if (contents.doubts.count > 0) {
        info.warnings.push_back(fmt::format(
            "the wheel `{}` is installed although {}{}",
            expectation.file_name,
            contents.doubts.first,
            contents.doubts.count > 1 ? fmt::format(" (and {} more)", contents.doubts.count - 1)
                                      : ""
        ));
    }
    return info;
}

}  // namespace

base::Result<PayloadInfo> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const std::string& directory,
    base::TaskPool& pool
) {
    base::Result<PayloadInfo> info = unpack(wheel, expectation, directory, pool);
    if (info) return info;
    const bool is_refusal = info.error().kind() == base::ErrorKind::Invalid;
    const std::string_view what = is_refusal ? "refused" : "failed to unpack";
    return base::with_context(std::move(info), fmt::format("{} the wheel `{}`", what, expectation.file_name));
}

base::Result<PayloadInfo> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    store::PayloadStage& stage,
    base::TaskPool& pool
) {
    return unpack_wheel(wheel, expectation, stage.path(), pool);
}

}  // namespace install
