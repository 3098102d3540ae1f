#include "store/own_sizes.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/record.h"

#include <fcntl.h>
#include <set>
#include <sys/stat.h>

namespace store {

namespace {

constexpr std::string_view kMagic = "ADRMEAS";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kSizeLimit = 64U << 20U;
constexpr std::int64_t kIdleNs = 3600LL * 1'000'000'000;

std::string path_of(const Layout& layout) {
    return layout.root + "/measured";
}

std::uint64_t measure_at(int directory, const std::string& name) {
    struct stat status{};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    if (!S_ISDIR(status.st_mode))
        return status.st_nlink == 1 ? static_cast<std::uint64_t>(status.st_size) : 0;
    const base::Fd fd =
        base::try_open_at(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) return 0;
    std::uint64_t sum = 0;
    const auto entries = base::list_directory_fd(fd.get());
    if (!entries) return 0;
    for (const base::DirectoryEntry& entry : *entries)
        sum += measure_at(fd.get(), entry.name);
    return sum;
}

}  // namespace

std::string encode_own_sizes(const OwnSizes& sizes) {
    base::RecordWriter writer(kMagic, kVersion);
    writer.u32(static_cast<std::uint32_t>(sizes.size()));
    for (const auto& [id, size] : sizes) {
        writer.string(id);
        writer.u64(size.bytes);
        writer.i64(size.last_used_ns);
    }
    return writer.finish();
}

std::optional<OwnSizes> decode_own_sizes(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    if (!reader) return std::nullopt;
    OwnSizes sizes;
    for (std::uint32_t left = reader->count(); left > 0 && reader->good(); --left) {
        std::string id(reader->string());
        OwnSize size;
        size.bytes = reader->u64();
        size.last_used_ns = reader->i64();
        sizes.emplace(std::move(id), size);
    }
    if (!reader->complete()) return std::nullopt;
    return sizes;
}

OwnSizes read_own_sizes(const Layout& layout) {
    const base::Result<std::string> bytes = base::read_file(path_of(layout), kSizeLimit);
    return bytes ? decode_own_sizes(*bytes).value_or(OwnSizes()) : OwnSizes();
}

bool measure_idle_bodies(
    const Layout& layout, std::span<const BodyEntry> bodies, std::int64_t now_ns
) {
    OwnSizes known = read_own_sizes(layout);
    OwnSizes sizes;
    bool changed = false;
    for (const BodyEntry& body : bodies) {
        const auto found = known.find(body.id);
        const bool is_known = found != known.end();
        if (is_known) sizes.emplace(*found);
        const bool is_current = is_known && found->second.last_used_ns == body.last_used_ns;
        if (is_current || now_ns - body.last_used_ns < kIdleNs) continue;
        sizes[body.id] = {measure_own(layout.body(body.id)), body.last_used_ns};
        changed = true;
    }
    changed = changed || sizes.size() != known.size();
    // In place: a temporary file beside it would outlive a kill. What is torn is a miss.
    if (changed) static_cast<void>(base::write_file(path_of(layout), encode_own_sizes(sizes)));
    return changed;
}

std::uint64_t own_bytes_of(const OwnSizes& sizes, const BodyEntry& body) {
    if (const auto found = sizes.find(body.id); found != sizes.end()) return found->second.bytes;
    return body.record ? body.record->own_bytes : 0;
}

std::uint64_t measure_own(const std::string& path) {
    return measure_at(AT_FDCWD, path);
}

}  // namespace store
