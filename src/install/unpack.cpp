#include "install/unpack.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/synced.h"
#include "codec/zip.h"
#include "install/first_error.h"
#include "install/link_plan.h"
#include "install/plan_builder.h"
#include "install/script.h"
#include "install/wheel_contents.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fcntl.h>
#include <numeric>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace install {

namespace {

// Files of the store are shared by every environment that links to them, so nobody may write to
// them by accident.
constexpr mode_t kPlainMode = 0444;
constexpr mode_t kExecutableMode = 0555;

// Longest "#!" word that is looked for in a script.
constexpr std::size_t kMarkSize = 16;

// Whole seconds, as archives of a store keep them, and even, as FAT does. A later write has a time
// with a fraction, so even one within the same second shows.
std::int64_t time_for_files() {
    return base::wall_clock_seconds() & ~std::int64_t{1};
}

bool is_executable(const WheelFile& file) {
    return file.role == FileRole::Executable || file.scheme == Scheme::Scripts;
}

// Writes the members of one wheel below tree/.
class Extraction {
  public:
    Extraction(const codec::ZipReader& zip, WheelContents& contents, RecordPolicy policy)
        : zip_(zip), contents_(contents), policy_(policy) {}

    // Returns the number of directories made.
    base::Result<std::uint64_t> run(const std::string& directory, base::TaskPool& pool);

  private:
    base::Result<std::uint64_t> make_directories() const;
    base::Result<void> extract(WheelFile& file);
    base::Result<void> compare(WheelFile& file, std::string digest);
    void set_time(int fd);

    const codec::ZipReader& zip_;
    WheelContents& contents_;
    RecordPolicy policy_;
    base::Fd tree_;
    std::int64_t modified_s_ = time_for_files();
    std::atomic<bool> keeps_times_ = true;
    base::Synced<RecordDoubts> doubts_;
};

base::Result<std::uint64_t> Extraction::make_directories() const {
    std::vector<std::string_view> paths;
    paths.reserve(contents_.files.size());
    for (const WheelFile& file : contents_.files)
        paths.emplace_back(file.member.path);
    const std::vector<std::string> directories = directories_of(paths);
    for (const std::string& directory : directories) {
        if (::mkdirat(tree_.get(), directory.c_str(), 0777) == 0) continue;
        return base::fail_errno(errno, fmt::format("failed to make the directory `{}`", directory));
    }
    return directories.size();
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

void Extraction::set_time(int fd) {
    const timespec time{.tv_sec = modified_s_, .tv_nsec = 0};
    const std::array<timespec, 2> times = {time, time};
    if (::futimens(fd, times.data()) != 0) keeps_times_ = false;
}

base::Result<void> Extraction::extract(WheelFile& file) {
    TRY(base::check_cancelled());
    const base::Fd fd = TRY(base::open_at(
        tree_.get(),
        file.member.path,
        O_WRONLY | O_CREAT | O_EXCL,
        is_executable(file) ? kExecutableMode : kPlainMode
    ));
    base::Hasher hasher(file.claim.hash ? file.claim.hash->algorithm : base::HashAlgorithm::Sha256);
    std::string first_bytes;
    TRY(zip_.extract(*file.member.entry, [&](std::string_view bytes) -> base::Result<void> {
        hasher.update(bytes);
        if (first_bytes.size() < kMarkSize) first_bytes += bytes.substr(0, kMarkSize);
        return base::write_all(fd.get(), bytes);
    }));
    set_time(fd.get());
    const bool is_live_script = file.scheme == Scheme::Scripts && file.role != FileRole::Superseded;
    if (is_live_script)
        file.role = asks_for_python(first_bytes) ? FileRole::Script : FileRole::Executable;
    if (file.claim.hash) return compare(file, hasher.finish_hex());
    file.digest = base::HashDigest{base::HashAlgorithm::Sha256, hasher.finish_hex()};
    return {};
}

base::Result<std::uint64_t> Extraction::run(const std::string& directory, base::TaskPool& pool) {
    const std::string tree = base::join_path(directory, kTreeDirectory);
    TRY(base::make_directory(tree));
    tree_ = TRY(base::open_directory(tree));
    const std::uint64_t directories = 1 + TRY(make_directories());

    // The largest first: one that starts last would keep a single thread busy at the end.
    std::vector<std::uint32_t> order(contents_.files.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, std::greater<>(), [&](std::uint32_t index) {
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
    contents_.modified_s = keeps_times_ ? modified_s_ : 0;
    doubts_.with([&](RecordDoubts& found) {
        if (contents_.doubts.count == 0) contents_.doubts.first = found.first;
        contents_.doubts.count += found.count;
    });
    return directories;
}

std::string warning_of(const RecordDoubts& doubts, const WheelExpectation& expectation) {
    const std::string more =
        doubts.count > 1 ? fmt::format(" (and {} more)", doubts.count - 1) : std::string();
    return fmt::format(
        "the wheel `{}` is installed although {}{}", expectation.file_name, doubts.first, more
    );
}

base::Result<UnpackedWheel> unpack(
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
    const std::uint64_t directories =
        TRY(Extraction(*zip, contents, expectation.record).run(directory, pool));
    // From here on tree/ is complete and every digest was right, or the difference noted.

    const std::string plan = encode_plan_of(contents, filename);
    TRY(base::write_file(base::join_path(directory, kPlanFile), plan, kPlainMode));
    UnpackedWheel unpacked{
        .payload =
            {.package = filename.name.text(),
             .version = filename.version.to_string(),
             .origin = expectation.origin,
             .files = contents.files.size() + 1,
             .directories = directories,
             .bytes = plan.size()},
    };
    for (const WheelFile& file : contents.files)
        unpacked.payload.bytes += file.member.entry->size;
    if (contents.doubts.count > 0)
        unpacked.warnings.push_back(warning_of(contents.doubts, expectation));
    return unpacked;
}

}  // namespace

base::Result<UnpackedWheel> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const std::string& directory,
    base::TaskPool& pool
) {
    base::Result<UnpackedWheel> info = unpack(wheel, expectation, directory, pool);
    if (info) return info;
    const bool is_refusal = info.error().kind() == base::ErrorKind::Invalid;
    const std::string_view what = is_refusal ? "refused" : "failed to unpack";
    return base::with_context(
        std::move(info), fmt::format("{} the wheel `{}`", what, expectation.file_name)
    );
}

base::Result<UnpackedWheel> unpack_wheel(
    const std::string& wheel,
    const WheelExpectation& expectation,
    const store::PayloadStage& stage,
    base::TaskPool& pool
) {
    return unpack_wheel(wheel, expectation, stage.path(), pool);
}

}  // namespace install
