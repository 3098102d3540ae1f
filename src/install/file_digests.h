// FileDigests: digests of files, each inode read once however many hard links lead to it. A
// verification asks for the files of the unpacked wheels first and then for those of the
// environments, which are mostly the same inodes.
//
// Thread-safe. A file that changes between two questions (its change time tells) is read again.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "base/synced.h"

#include <atomic>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace install {

class FileDigests {
  public:
    // As RECORD writes it: "sha256=...". `path` below the descriptor `directory`; a symbolic link is
    // followed. What is no regular file is an Invalid error.
    base::Result<std::string> digest_of(
        int directory, const std::string& path, base::HashAlgorithm algorithm
    );

    // Files and bytes read so far; may be asked while others are at work.
    std::uint64_t files_read() const { return files_; }

    std::uint64_t bytes_read() const { return bytes_; }

  private:
    struct Key {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t changed_ns = 0;
        base::HashAlgorithm algorithm = base::HashAlgorithm::Sha256;

        auto operator<=>(const Key&) const = default;
    };

    base::Synced<std::map<Key, std::string>> known_;
    std::atomic<std::uint64_t> files_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
};

// The algorithm of "sha256=..."; Sha256 when the text names none that is known.
base::HashAlgorithm algorithm_of(std::string_view digest);

}  // namespace install
