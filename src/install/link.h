// Putting a file of the store into an environment: sharing its blocks (clone), its inode
// (hardlink), its bytes (copy) or its name (symlink).
//
// Not every mode works between any two directories, and finding that out for each file is slow (a
// clone that fails costs three system calls). A LinkDecision is what is known about one pair of
// devices: it starts with the mode that was asked for and only ever goes down (clone -> hardlink ->
// copy, symlink -> copy), by the first file that shows a mode cannot work. All threads share it.
#pragma once

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace install {

enum class LinkMode : std::uint8_t { Clone, Hardlink, Copy, Symlink };

std::string_view name_of(LinkMode mode);
// "clone", "reflink" (the same), "hardlink", "copy", "symlink".
std::optional<LinkMode> link_mode_from_name(std::string_view name);

class LinkDecision {
  public:
    explicit LinkDecision(LinkMode wanted) : wanted_(wanted), mode_(wanted) {}

    LinkMode wanted() const { return wanted_; }

    LinkMode mode() const { return mode_.load(std::memory_order_relaxed); }

    // `failed` cannot work here; goes down from it unless another thread already did.
    void give_up(LinkMode failed);

    // The asked-for hardlinks or symlinks became full copies: worth one warning.
    bool fell_to_copy() const { return wanted_ != LinkMode::Copy && mode() == LinkMode::Copy; }

  private:
    LinkMode wanted_;
    std::atomic<LinkMode> mode_;
};

enum class Executable { No, Yes };

struct LinkRequest {
    int source_directory = -1;               // descriptor
    const char* source = nullptr;            // path below it
    std::string_view source_root;            // the same directory as an absolute path, for symlinks
    int target_directory = -1;               // descriptor
    const char* target = nullptr;            // path below it; its parent exists
    Executable executable = Executable::No;  // of the file that a copy or clone makes
};

// Makes the target, replacing an existing file in one step. A directory in its place is an error.
base::Result<void> link_file(const LinkRequest& request, LinkDecision& decision);

// Writes a file, replacing an existing one in one step.
base::Result<void> write_in_place(
    int directory, const std::string& path, std::string_view bytes, Executable executable
);

}  // namespace install
