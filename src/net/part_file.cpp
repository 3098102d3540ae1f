#include "net/part_file.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"
#include "base/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace net {

namespace {

constexpr std::string_view kMagic = "ADRPART";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kWorthKeeping = 1 << 20;
constexpr std::size_t kReadSize = 256 << 10;
constexpr int kLockAttempts = 16;

std::string boot_id() {
    return base::read_file("/proc/sys/kernel/random/boot_id", 64).value_or("");
}

base::Error write_error(int error_number, const std::string& path) {
    base::Error error =
        base::errno_error(error_number, fmt::format("writing the download `{}`", path));
    if (error_number != ENOSPC && error_number != EDQUOT) return error;
    return std::move(error).hint(
        "the partial download was removed; free some space, or use another cache directory"
    );
}

// Whether `path` still names the open file: whoever held the lock before may have moved it away.
bool is_at(const base::Fd& fd, const std::string& path) {
    struct stat open_file{};
    struct stat named_file{};
    if (::fstat(fd.get(), &open_file) != 0 || ::stat(path.c_str(), &named_file) != 0) return false;
    return open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

}  // namespace

base::Result<PartFile> PartFile::open(const PartRequest& request) {
    PartFile part = TRY(open_locked(request.path));
    part.url_ = request.url;
    part.has_expected_hash_ = !request.expected_hashes.empty();
    part.algorithms_ = {base::HashAlgorithm::Sha256};
    for (const base::HashDigest& expected : request.expected_hashes) {
        const bool is_new =
            std::ranges::find(part.algorithms_, expected.algorithm) == part.algorithms_.end();
        if (is_new) part.algorithms_.push_back(expected.algorithm);
    }
    part.reset_hashers();
    if (!part.is_private_) part.read_sidecar(request);
    if (part.size_ > 0) TRY(part.hash_present_bytes());
    return part;
}

base::Result<PartFile> PartFile::open_locked(const std::string& path) {
    for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
        PartFile part;
        part.path_ = path;
        base::Result<base::Fd> fd = base::open_at(AT_FDCWD, path, O_RDWR | O_CREAT);
        if (!fd && fd.error().kind() == base::ErrorKind::NotFound) {
            TRY(base::make_directories(std::string(base::parent_path(path))));
            fd = base::open_at(AT_FDCWD, path, O_RDWR | O_CREAT);
        }
        part.fd_ = TRY(std::move(fd));
        // Taken by another process, or a file system that has no locks: in both cases the file is not ours alone.
        const auto lock = [&] { return ::flock(part.fd_.get(), LOCK_EX | LOCK_NB); };
        if (base::retry_interrupted(lock) != 0) return open_private(path);
        if (is_at(part.fd_, path)) return part;
    }
    return open_private(path);
}

base::Result<PartFile> PartFile::open_private(const std::string& path) {
    PartFile part;
    part.path_ = fmt::format("{}.{}", path, base::random_id());
    part.fd_ = TRY(base::open_at(AT_FDCWD, part.path_, O_RDWR | O_CREAT | O_EXCL));
    part.is_private_ = true;
    return part;
}

void PartFile::read_sidecar(const PartRequest& request) {
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0 || status.st_size <= 0) return;
    const auto present = static_cast<std::uint64_t>(status.st_size);
    const auto bytes = base::read_optional_file(sidecar_path());
    if (!bytes || !*bytes) {
        // A whole file that was never moved to its place needs no sidecar: its hash says what it is.
        if (has_expected_hash_ && request.expected_size == present) {
            size_ = present;
            version_.total = present;
        }
        return;
    }
    has_sidecar_ = true;
    auto reader = base::RecordReader::open(**bytes, kMagic, kVersion);
    if (!reader) return;
    const std::string_view url = reader->string();
    const std::string_view boot = reader->string();
    PartVersion version{.validator = std::string(reader->string()), .total = std::nullopt};
    const bool has_total = reader->boolean();
    const std::uint64_t total = reader->u64();
    if (has_total) version.total = total;
    if (!reader->complete() || url != request.url || present > version.total.value_or(present))
        return;
    if (!has_expected_hash_ && boot != boot_id()) return;
    size_ = present;
    version_ = std::move(version);
}

// Written in place: half a sidecar is told by its checksum, and a temporary name would outlive a kill. One that cannot
// be written costs a later command some time and this one nothing.
void PartFile::write_sidecar() {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(url_);
    writer.string(boot_id());
    writer.string(version_.validator);
    writer.boolean(version_.total.has_value());
    writer.u64(version_.total.value_or(0));
    has_sidecar_ = base::write_file(sidecar_path(), writer.finish()).has_value();
}

base::Result<void> PartFile::hash_present_bytes() {
    std::string buffer(kReadSize, '\0');
    for (std::uint64_t offset = 0; offset < size_;) {
        TRY(base::check_cancelled());
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
        TRY(base::with_context(
            base::read_exactly_at(fd_.get(), buffer.data(), count, offset),
            fmt::format("reading the partial download `{}`", path_)
        ));
        for (base::Hasher& hasher : hashers_)
            hasher.update(std::string_view(buffer).substr(0, count));
        offset += count;
    }
    return {};
}

void PartFile::reset_hashers() {
    hashers_.clear();
    for (const base::HashAlgorithm algorithm : algorithms_)
        hashers_.emplace_back(algorithm);
}

base::Result<void> PartFile::restart(PartVersion version) {
    // The sidecar first: it may never describe bytes of another version.
    if (has_sidecar_) ::unlink(sidecar_path().c_str());
    has_sidecar_ = false;
    size_ = 0;
    version_ = std::move(version);
    reset_hashers();
    const auto empty = [&] { return ::ftruncate(fd_.get(), 0); };
    if (base::retry_interrupted(empty) != 0) return base::fail(write_error(errno, path_));
    return {};
}

base::Result<void> PartFile::write(std::string_view bytes) {
    std::string_view rest = bytes;
    std::uint64_t offset = size_;
    while (!rest.empty()) {
        const ssize_t count =
            ::pwrite(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int error_number = errno;
            remove();
            return base::fail(write_error(error_number, path_));
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    for (base::Hasher& hasher : hashers_)
        hasher.update(bytes);
    size_ = offset;
    if (!has_sidecar_ && size_ >= kWorthKeeping && can_be_resumed()) write_sidecar();
    return {};
}

// Without a validator only the hash can tell that the rest belongs to the beginning.
bool PartFile::can_be_resumed() const {
    return !is_private_ && (has_expected_hash_ || !version_.validator.empty());
}

std::vector<base::HashDigest> PartFile::finish() {
    std::vector<base::HashDigest> digests;
    digests.reserve(hashers_.size());
    for (std::size_t i = 0; i < hashers_.size(); ++i) {
        digests.push_back({.algorithm = algorithms_[i], .hex = hashers_[i].finish_hex()});
    }
    hashers_.clear();
    return digests;
}

void PartFile::keep_or_remove() {
    if (!has_sidecar_ || size_ < kWorthKeeping) remove();
}

void PartFile::remove() {
    if (!fd_) return;
    ::unlink(sidecar_path().c_str());
    ::unlink(path_.c_str());
    fd_.reset();
}

base::Fd PartFile::release() {
    if (has_sidecar_) ::unlink(sidecar_path().c_str());
    return std::move(fd_);
}

}  // namespace net
