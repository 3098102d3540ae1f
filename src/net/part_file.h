// PartFile: a file that arrives over the network, possibly in several commands.
//
// The bytes are in the file itself; `<path>.resume` beside it says what they are a part of: the URL, the size of the
// whole, and the validator (strong ETag or Last-Modified) by which the server recognises the version. The sidecar is
// written once 1 MiB has arrived: what is smaller is fetched again faster than it is resumed. Bytes are hashed as they
// are written; a part that is continued is read and hashed first.
//
// One process writes at a time: the file is locked (flock(2)). Whoever finds it locked works in a file of his own
// beside it, which is not resumed. The kernel ends the lock with the process, so a kill leaves a part and no trouble.
//
// What a crash of the machine can do to unsynced bytes is caught by the expected hash; without one, a part is
// continued only within the same boot.
//
// Not thread-safe. Errors: Io. A full disk, or any other failed write, removes the part, so that other things still
// find room.
#pragma once

#include "base/fd.h"
#include "base/hash.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

struct PartRequest {
    std::string path;
    std::string url;  // what tells files apart; no secrets, it goes to disk
    std::optional<std::uint64_t> expected_size;
    std::vector<base::HashDigest>
        expected_hashes;  // none: bytes from before a reboot are not trusted
};

// The version of the file on the server.
struct PartVersion {
    std::string validator;               // for If-Range; "" = the server gave none
    std::optional<std::uint64_t> total;  // size of the whole

    bool operator==(const PartVersion&) const = default;
};

class PartFile {
  public:
    // Reads and hashes what an earlier command left; size() tells how much of it counts. Interrupted if base::cancel.
    static base::Result<PartFile> open(const PartRequest& request);
    PartFile(PartFile&&) noexcept = default;
    PartFile& operator=(PartFile&&) noexcept = default;
    // Leaves everything as it is, as a kill would.
    ~PartFile() = default;

    const std::string& path() const { return path_; }

    std::uint64_t size() const { return size_; }

    const PartVersion& version() const { return version_; }

    // Forgets what is there and begins with the first byte of `version`.
    base::Result<void> restart(PartVersion version);
    base::Result<void> write(std::string_view bytes);

    // Ends hashing: the digests of all that was written, SHA-256 first, then the algorithms of the expected hashes.
    std::vector<base::HashDigest> finish();
    // After a failure: keeps a part that can be continued, removes any other.
    void keep_or_remove();
    void remove();
    // After success: the sidecar goes, the open and locked file belongs to the caller.
    base::Fd release();

  private:
    PartFile() = default;

    static base::Result<PartFile> open_locked(const std::string& path);
    static base::Result<PartFile> open_private(const std::string& path);

    std::string sidecar_path() const { return path_ + ".resume"; }

    bool can_be_resumed() const;
    void read_sidecar(const PartRequest& request);
    void write_sidecar();
    base::Result<void> hash_present_bytes();
    void reset_hashers();

    std::string path_;
    base::Fd fd_;
    std::uint64_t size_ = 0;
    PartVersion version_;
    std::string url_;
    std::vector<base::HashAlgorithm> algorithms_;
    std::vector<base::Hasher> hashers_;
    bool has_expected_hash_ = false;
    bool is_private_ = false;
    bool has_sidecar_ = false;
};

}  // namespace net
