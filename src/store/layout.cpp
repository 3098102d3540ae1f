#include "store/layout.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"
#include "base/small_file.h"
#include "store/foreign.h"
#include "store/owner.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace store {

using base::ErrorKind;
using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kStoreFormat = "format=1 lock=";
constexpr std::size_t kMaximumKeyLength = 120;
constexpr int kCreateAttempts = 5;
constexpr std::size_t kIdLength = 26;
constexpr std::string_view kCacheTag = "Signature: 8a477f597d28d172789f06886806bc55";

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_id_character(char c) {
    return ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) && c != 'i' && c != 'l' && c != 'o' &&
           c != 'u';
}

bool is_hex_digit(char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
}

std::string store_file(const Layout& layout) {
    return layout.root + "/STORE";
}

Result<void> make_directory_if_missing(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
    return base::fail_errno(errno, fmt::format("failed to create the directory `{}`", path));
}

// Two processes may write it at once: they write the same bytes.
Result<void> write_if_missing(const std::string& path, std::string_view bytes) {
    const Fd fd = base::try_open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (!fd && errno == EEXIST) return {};
    if (!fd) return base::fail_errno(errno, fmt::format("failed to create `{}`", path));
    return base::write_all(fd.get(), bytes);
}

Result<void> make_lock_file(const Layout& layout, const std::string& path) {
    if (base::exists(path) || open_shared_file(layout, path)) return {};
    return base::fail_errno(errno, fmt::format("failed to create `{}`", path));
}

// Gives the finished file its name unless there is one by now.
Result<void> link_first(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return {};
    // A file system without hard links.
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ||
        errno == EEXIST)
        return {};
    return base::fail_errno(errno, fmt::format("failed to create `{}`", to));
}

Result<void> try_create_store_file(const Layout& layout) {
    const std::string path = store_file(layout);
    const std::string temporary = layout.stages() + "/p-" + base::random_id();
    const Fd fd =
        TRY(base::open_at(AT_FDCWD, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    const std::string text =
        fmt::format("{}{}\n", kStoreFormat, name_of(probe_lock_kind(fd.get())));
    Result<void> made = base::write_all(fd.get(), text);
    // Nothing else in a store is worth a wait for the disk, but this file is read before everything
    // else for ever.
    if (made) static_cast<void>(::fdatasync(fd.get()));
    sync_point("scaffold.before-store");
    if (made) made = link_first(temporary, path);
    static_cast<void>(::unlink(temporary.c_str()));
    return made;
}

// A collector that works in a directory which is only now becoming a store may take the temporary file for a dead one.
Result<void> create_store_file(const Layout& layout) {
    Result<void> made = try_create_store_file(layout);
    for (int attempt = 1; attempt < kCreateAttempts; ++attempt) {
        if (made || made.error().kind() != ErrorKind::NotFound) break;
        made = try_create_store_file(layout);
    }
    return made;
}

Result<LockKind> parse_store_file(const Layout& layout, std::string_view text) {
    for (const LockKind kind : {LockKind::Ofd, LockKind::Flock, LockKind::None}) {
        if (text == fmt::format("{}{}\n", kStoreFormat, name_of(kind))) return kind;
    }
    return base::fail(base::Error(
                          ErrorKind::Unsupported,
                          fmt::format(
                              "the cache at `{}` has a format that this version does not know",
                              layout.root
                          )
    )
                          .hint("use another directory with `--cache-dir`, or remove this one"));
}

}  // namespace

std::string Layout::name(std::string_view key) const {
    return fmt::format("{}/key/{}", root, key);
}

std::string Layout::body(std::string_view id) const {
    return fmt::format("{}/env/{}", root, id);
}

std::string Layout::payload_shard(std::string_view sha256) const {
    return fmt::format("{}/pay/{}", root, sha256.substr(0, 2));
}

std::string Layout::payload(std::string_view sha256) const {
    return fmt::format("{}/pay/{}/{}", root, sha256.substr(0, 2), sha256);
}

std::string Layout::lock_file(std::string_view name) const {
    return fmt::format("{}/lock/{}", root, name);
}

bool is_valid_key(std::string_view text) {
    return !text.empty() && text.size() <= kMaximumKeyLength &&
           std::ranges::all_of(text, is_key_character);
}

bool is_valid_id(std::string_view text) {
    return text.size() == kIdLength && std::ranges::all_of(text, is_id_character);
}

bool is_valid_sha256(std::string_view text) {
    return text.size() == 64 && std::ranges::all_of(text, is_hex_digit);
}

Result<void> check_key(std::string_view text) {
    if (is_valid_key(text)) return {};
    return base::fail(ErrorKind::Invalid, fmt::format("`{}` cannot be a key of the store", text));
}

Result<std::optional<LockKind>> read_store_file(const Layout& layout) {
    const std::optional<std::string> text = TRY(base::read_small_file(store_file(layout)));
    // Without bytes it was never whole: a power cut before the first use.
    if (!text || text->empty()) return std::nullopt;
    return TRY(parse_store_file(layout, *text));
}

Result<LockKind> make_scaffold(const Layout& layout) {
    const bool is_new = !base::exists(layout.root);
    if (is_new) TRY(base::make_directories(layout.root));
    const mode_t owned = mode_of_owned_directory(layout);
    for (const std::string& directory : {layout.names(), layout.bodies()})
        TRY(make_directory_if_missing(directory, owned));
    for (const std::string& directory :
         {layout.groups(),
          layout.payloads(),
          layout.stages(),
          layout.trash(),
          layout.memos(),
          layout.buckets(),
          layout.locks()}) {
        TRY(make_directory_if_missing(directory, 0777));
    }
    TRY(write_if_missing(layout.root + "/CACHEDIR.TAG", kCacheTag));
    TRY(write_if_missing(layout.root + "/.gitignore", "*"));
    // Those that are taken while cleaning are here already when the disk is full.
    for (const std::string_view name : {"gc", "house", "build", "trash", "size", "bucket"}) {
        TRY(make_lock_file(layout, layout.lock_file(name)));
    }
    if (!is_new) TRY(prepare_foreign_lock(layout));

    std::optional<LockKind> kind = TRY(read_store_file(layout));
    if (!kind) {
        static_cast<void>(::unlink((store_file(layout)).c_str()));  // an empty one
        TRY(create_store_file(layout));
        kind = TRY(read_store_file(layout));
    }
    if (kind) return *kind;
    return base::fail(ErrorKind::Io, fmt::format("failed to create `{}`", store_file(layout)));
}

std::string boot_id() {
    const Result<std::string> text = base::read_file("/proc/sys/kernel/random/boot_id");
    return text && text->size() >= 8 ? text->substr(0, 8) : "";
}

}  // namespace store
