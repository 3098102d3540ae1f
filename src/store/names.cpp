#include "store/names.h"

#include "base/file.h"
#include "base/random.h"
#include "store/acquire.h"
#include "store/build_lock.h"
#include "store/listing.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace store {

using base::Result;

namespace {

constexpr int kReplaceAttempts = 5;

std::string temporary_link(const Layout& layout) {
    return layout.stages() + "/p-" + base::random_id();
}

}  // namespace

std::optional<Name> Name::parse(std::string_view text) {
    const std::size_t tilde = text.find('~');
    Name name{.id = std::string(text.substr(0, tilde)), .boot = {}};
    if (tilde != std::string_view::npos) name.boot = text.substr(tilde + 1);
    if (!is_valid_id(name.id) || (tilde != std::string_view::npos && name.boot.empty()))
        return std::nullopt;
    return name;
}

Result<std::optional<std::string>> read_link_text(const std::string& path) {
    std::array<char, 256> buffer;
    const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
    if (size >= 0) return std::string(buffer.data(), static_cast<std::size_t>(size));
    // EINVAL: not a link. ESTALE: gone on the server.
    if (errno == ENOENT || errno == ENOTDIR || errno == EINVAL || errno == ESTALE)
        return std::nullopt;
    return base::fail_errno(errno, fmt::format("failed to read `{}`", path));
}

Result<void> replace_link(const Layout& layout, const std::string& path, const std::string& text) {
    int error = 0;
    // A collector may take the temporary link for a dead one; it is made again then.
    for (int attempt = 0; attempt < kReplaceAttempts; ++attempt) {
        const std::string temporary = temporary_link(layout);
        if (::symlink(text.c_str(), temporary.c_str()) != 0) {
            return base::fail_errno(
                errno, fmt::format("failed to create the link `{}`", temporary)
            );
        }
        sync_point("link.before-rename");
        if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
        error = errno;
        static_cast<void>(::unlink(temporary.c_str()));
        if (error != ENOENT) break;
    }
    return base::fail_errno(error, fmt::format("failed to create the link `{}`", path));
}

Result<std::optional<Name>> read_name(const Layout& layout, std::string_view key) {
    const std::optional<std::string> text = TRY(read_link_text(layout.name(key)));
    if (!text) return std::nullopt;
    return Name::parse(*text);
}

Result<void> write_name(const Layout& layout, std::string_view key, const Name& name) {
    return replace_link(layout, layout.name(key), name.text());
}

Result<void> remove_name(const Layout& layout, std::string_view key, std::string_view id) {
    const std::optional<Name> now = TRY(read_name(layout, key));
    // Between this look and the unlink the name may have been replaced: the new body then has no
    // name, is leased by its builder, and is built again by the next run.
    if (!now || now->id != id) return {};
    const std::string path = layout.name(key);
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return base::fail_errno(errno, fmt::format("failed to remove the name `{}`", path));
}

Result<std::vector<KeyedName>> list_names(const Layout& layout) {
    std::vector<KeyedName> names;
    for (base::DirectoryEntry& entry : TRY(list_if_exists(layout.names()))) {
        std::optional<Name> name;
        if (const Result<std::optional<Name>> read = read_name(layout, entry.name)) name = *read;
        names.push_back({std::move(entry.name), name.value_or(Name{})});
    }
    return names;
}

void sync_names(const Layout& layout) {
    const Result<base::Fd> directory = base::open_directory(layout.names());
    if (directory) static_cast<void>(::fsync(directory->get()));
    sync_point("names.synced");
}

void settle_name(const Layout& layout, LockKind kind, const KeyedName& entry) {
    const base::Fd build_lock = try_build_lock(layout, kind, entry.key);
    const base::Fd lease = hold_body(layout, kind, entry.name.id);
    if (!build_lock || !lease) return;
    const Result<std::optional<Name>> now = read_name(layout, entry.key);
    if (!now || *now != entry.name) return;
    const std::string path = layout.name(entry.key);
    const std::string temporary = temporary_link(layout);
    if (::symlink(entry.name.id.c_str(), temporary.c_str()) != 0) return;
    sync_point("settle.before-exchange");
    // Exchanged, not renamed over: a name that was removed meanwhile must not come back. One that was replaced, by a
    // builder that went on without the lock, is not put back: its body may be gone by then, and the one that we hold is
    // as good.
    static_cast<void>(
        ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE)
    );
    static_cast<void>(::unlink(temporary.c_str()));
}

}  // namespace store
