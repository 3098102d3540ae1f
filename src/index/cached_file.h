// CachedFile: one answer of a server on disk, with the HTTP policy that says how long it is good.
//
//     head     magic, capacity of a slot, size and XXH3-128 of the body
//     slot 0   sequence, time of the last check, policy, XXH3-128 of all that and of the body's
//     hash slot 1   the same body
//
// A revalidation ("304 Not Modified") changes the policy and nothing else: it writes the slot that
// is not in use, with the next sequence, by one pwrite(2). The highest sequence whose hash is right
// counts, so a torn write leaves the policy from before. It writes through the descriptor that the
// body was read from: if another process has put a newer file under the name meanwhile, the write
// goes to the old file and is lost, never to the wrong body.
//
// Anything damaged reads as absent. Files are written beside their name and renamed.
#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace package_index {

// What a slot holds.
struct PolicySlot {
    std::string policy;           // net::CachePolicy, encoded
    std::int64_t checked_ns = 0;  // wall clock of the last answer from the server
};

class CachedFile {
  public:
    // nullopt: no such file, or none of ours, or damaged.
    static std::optional<CachedFile> read(const std::string& path);
    static base::Result<void> write(
        const std::string& path, const PolicySlot& slot, std::string_view body
    );

    const PolicySlot& slot() const { return slot_; }

    const std::string& body() const { return body_; }

    std::string take_body() { return std::move(body_); }

    // Replaces the policy in place; the whole file if the policy outgrew its slot. Call before
    // take_body().
    base::Result<void> renew(PolicySlot slot);

  private:
    CachedFile() = default;

    std::string path_;
    base::Fd fd_;
    std::uint32_t capacity_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint32_t slot_number_ = 0;
    PolicySlot slot_;
    std::string body_;
};

}  // namespace package_index
