#include "index/wheel_fetch.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/hash.h"
#include "index/file_url.h"
#include "index/remote_archive.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace package_index {

namespace {

base::Error mismatch(
    const DistributionFile& file, std::string_view what, std::string expected, std::string actual
) {
    return base::Error(
               base::ErrorKind::Invalid,
               fmt::format("`{}` has another {} than announced", file.file_name, what)
    )
        .cause(fmt::format("{} says {}", file.index_name, expected))
        .cause(fmt::format("the file has {}", actual));
}

// One pass over the file for all algorithms; SHA-256 is always the first.
base::Result<std::vector<base::HashDigest>> hash_file(
    const DistributionFile& file, const std::string& path
) {
    struct Running {
        base::HashAlgorithm algorithm;
        base::Hasher hasher;
    };

    std::vector<Running> running;
    running.push_back({base::HashAlgorithm::Sha256, base::Hasher(base::HashAlgorithm::Sha256)});
    for (const base::HashDigest& announced : file.hashes) {
        if (announced.algorithm == base::HashAlgorithm::Sha256) continue;
        running.push_back({announced.algorithm, base::Hasher(announced.algorithm)});
    }
    const base::Fd fd = TRY(base::open_at(AT_FDCWD, path, O_RDONLY));
    std::string buffer(1U << 18U, '\0');
    for (;;) {
        TRY(base::check_cancelled());
        const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return base::fail_errno(errno, fmt::format("cannot read `{}`", path));
        if (count == 0) break;
        for (Running& one : running)
            one.hasher.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    }
    std::vector<base::HashDigest> digests;
    digests.reserve(running.size());
    for (Running& one : running)
        digests.push_back({one.algorithm, one.hasher.finish_hex()});
    return digests;
}

// Gives a whole part its name. False: at its path lies nothing, or what another process has begun
// after a collector took ours away.
base::Result<bool> move_into_place(const net::DownloadResult& loaded, const std::string& path) {
    const base::Result<void> renamed = base::rename_path(loaded.path, path);
    if (!renamed && renamed.error().kind() == base::ErrorKind::NotFound) return false;
    if (!renamed) return base::fail(renamed.error());
    struct stat ours{};
    struct stat named{};
    return ::fstat(loaded.file.get(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 &&
           ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

// Error of a download, told for people: which file, from where, and what to do about refusals.
base::Error download_error(const DistributionFile& file, base::Error error) {
    return std::move(error).context(
        fmt::format("downloading `{}` from {}", file.file_name, file.index_name)
    );
}

}  // namespace

std::string content_key(const DistributionFile& file) {
    if (const base::HashDigest* digest = file.sha256()) return digest->hex.substr(0, 32);
    return base::sha256_hex(file.url.without_credentials().text()).substr(0, 32);
}

base::Result<WheelFile> check_wheel(const DistributionFile& file, const std::string& path) {
    const base::FileStamp stamp = TRY(base::stamp_of(path));
    if (file.size && *file.size != stamp.size) {
        return base::fail(mismatch(
            file, "size", fmt::format("{} bytes", *file.size), fmt::format("{} bytes", stamp.size)
        ));
    }
    const std::vector<base::HashDigest> digests = TRY(hash_file(file, path));
    for (const base::HashDigest& announced : file.hashes) {
        for (const base::HashDigest& actual : digests) {
            if (actual.algorithm != announced.algorithm || actual.hex == announced.hex) continue;
            return base::fail(mismatch(file, "hash", announced.to_string(), actual.to_string()));
        }
    }
    return WheelFile{.path = path, .sha256 = digests.front().hex, .size = stamp.size};
}

struct WheelFetch::Job {
    DistributionFile file;
    Deliver deliver;
    Progress progress;
    std::string path;  // in the cache
};

void WheelFetch::start(const DistributionFile& file, Deliver deliver, Progress progress) {
    activity_.begin();
    auto job = std::make_shared<Job>();
    job->file = file;
    job->deliver = std::move(deliver);
    job->progress = std::move(progress);
    context_.services.pool.submit([this, job] { begin(job); });
}

void WheelFetch::begin(const JobPointer& job) {
    const DistributionFile& file = job->file;
    if (!file.url.is_http()) {
        const auto check = [&]() -> base::Result<WheelFile> {
            const std::string path = TRY(path_of(file.url));
            WheelFile wheel = TRY(check_wheel(file, path));
            wheel.is_cached = false;
            return wheel;
        };
        return finish(job, check());
    }
    const std::string& wheels = context_.services.directories.wheels;
    job->path =
        fmt::format("{}/{}/{}/{}", wheels, file.name.text(), content_key(file), file.file_name);
    // Without a hash nobody knows whether a file from before is still the same.
    if (file.sha256() != nullptr && base::exists(job->path)) {
        if (auto wheel = check_wheel(file, job->path)) return finish(job, std::move(wheel));
    }
    download(job);
}

void WheelFetch::download(const JobPointer& job) {
    const DistributionFile& file = job->file;
    if (auto made = base::make_directories(std::string(base::parent_path(job->path))); !made) {
        return finish(job, base::fail(std::move(made.error())));
    }
    net::DownloadRequest request{
        .url = file.url,
        .part_path = job->path + ".part",
        .expected_size = file.size,
        .expected_hashes = file.hashes,
        .headers = {{"Accept-Encoding", "identity"}},
        .credential_use = context_.credential_use(file),
    };
    if (job->progress) {
        request.progress = [job](std::uint64_t received, std::optional<std::uint64_t>) {
            job->progress(job->file, received);
        };
    }
    context_.services.client.download(
        std::move(request),
        [this, job](base::Result<net::DownloadResult> loaded) {
            const auto place = [&]() -> base::Result<WheelFile> {
                if (!loaded)
                    return base::fail(download_error(job->file, std::move(loaded.error())));
                const bool is_in_place = TRY(move_into_place(*loaded, job->path));
                return WheelFile{
                    .path = job->path,
                    .sha256 = std::move(loaded->sha256),
                    .size = loaded->size,
                    .is_gone = !is_in_place
                };
            };
            context_.services.pool.submit([this, job, wheel = place()]() mutable {
                finish(job, std::move(wheel));
            });
        }
    );
}

// On a pool thread.
void WheelFetch::finish(const JobPointer& job, base::Result<WheelFile> wheel) {
    job->deliver(std::move(wheel));
    job->deliver = nullptr;
    activity_.end();
}

}  // namespace package_index
