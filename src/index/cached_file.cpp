#include "index/cached_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/interrupted.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace package_index {

namespace {

constexpr std::uint64_t kMagic = 0x31'45'4c'49'46'52'44'41;  // "ADRFILE1" in little-endian order
constexpr std::uint32_t kSmallestCapacity = 448;             // head and slots fill 1 KiB
constexpr std::uint32_t kLargestCapacity = 256U << 10U;
constexpr std::uint64_t kLargestBody = 512U << 20U;

struct Head {
    std::uint64_t magic = kMagic;
    std::uint32_t capacity = 0;
    std::uint32_t reserved = 0;
    std::uint64_t body_size = 0;
    base::FastHash body_hash = {};
};

struct SlotHead {
    std::uint64_t sequence = 0;
    std::int64_t checked_ns = 0;
    std::uint32_t length = 0;
    std::uint32_t reserved = 0;
    base::FastHash hash = {};
};

static_assert(sizeof(Head) == 40 && sizeof(SlotHead) == 40);

template <class T>
void append_raw(std::string& bytes, const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::size_t slot_size(std::uint32_t capacity) {
    return sizeof(SlotHead) + capacity;
}

std::size_t slot_offset(std::uint32_t number, std::uint32_t capacity) {
    return sizeof(Head) + number * slot_size(capacity);
}

base::FastHash slot_hash(SlotHead head, std::string_view policy, const base::FastHash& body_hash) {
    head.hash = body_hash;  // a slot counts for its own body only
    std::string bytes;
    append_raw(bytes, head);
    bytes += policy;
    return base::fast_hash(bytes);
}

// A slot with its padding, ready to be written.
std::string slot_bytes(
    std::uint64_t sequence,
    const PolicySlot& slot,
    std::uint32_t capacity,
    const base::FastHash& body
) {
    SlotHead head{
        .sequence = sequence,
        .checked_ns = slot.checked_ns,
        .length = static_cast<std::uint32_t>(slot.policy.size()),
    };
    head.hash = slot_hash(head, slot.policy, body);
    std::string bytes;
    append_raw(bytes, head);
    bytes += slot.policy;
    bytes.resize(slot_size(capacity), '\0');
    return bytes;
}

struct ReadSlot {
    std::uint64_t sequence = 0;
    PolicySlot slot;
};

std::optional<ReadSlot> read_slot(std::string_view bytes, const base::FastHash& body_hash) {
    SlotHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.length > bytes.size() - sizeof head) return std::nullopt;
    const std::string_view policy = bytes.substr(sizeof head, head.length);
    const base::FastHash stored = head.hash;
    if (slot_hash(head, policy, body_hash) != stored) return std::nullopt;
    return ReadSlot{head.sequence, {std::string(policy), head.checked_ns}};
}

std::uint32_t capacity_for(std::size_t policy_size) {
    const std::size_t roomy =
        policy_size + policy_size / 2;  // the next policy may be a little longer
    return roomy < kSmallestCapacity ? kSmallestCapacity
                                     : static_cast<std::uint32_t>((roomy + 63) / 64 * 64);
}

base::Fd open_for_renewal(const std::string& path) {
    if (auto fd = base::open_at(AT_FDCWD, path, O_RDWR)) return std::move(*fd);
    if (auto fd = base::open_at(AT_FDCWD, path, O_RDONLY))
        return std::move(*fd);  // a read-only cache still reads
    return {};
}

}  // namespace

std::optional<CachedFile> CachedFile::read(const std::string& path) {
    CachedFile file;
    file.path_ = path;
    file.fd_ = open_for_renewal(path);
    Head head;
    if (!file.fd_ || !base::read_exactly_at(file.fd_.get(), &head, sizeof head, 0))
        return std::nullopt;
    if (head.magic != kMagic || head.capacity > kLargestCapacity || head.body_size > kLargestBody)
        return std::nullopt;
    const std::size_t body_offset = slot_offset(2, head.capacity);
    struct stat status = {};
    if (::fstat(file.fd_.get(), &status) != 0) return std::nullopt;
    if (static_cast<std::uint64_t>(status.st_size) != body_offset + head.body_size)
        return std::nullopt;

    std::string slots(2 * slot_size(head.capacity), '\0');
    file.body_.resize(head.body_size);
    if (!base::read_exactly_at(file.fd_.get(), slots.data(), slots.size(), sizeof head))
        return std::nullopt;
    if (!base::read_exactly_at(file.fd_.get(), file.body_.data(), file.body_.size(), body_offset))
        return std::nullopt;
    if (base::fast_hash(file.body_) != head.body_hash) return std::nullopt;

    std::optional<ReadSlot> best;
    for (std::uint32_t number = 0; number < 2; ++number) {
        const std::string_view bytes = std::string_view(slots).substr(
            number * slot_size(head.capacity), slot_size(head.capacity)
        );
        std::optional<ReadSlot> slot = read_slot(bytes, head.body_hash);
        if (!slot || (best && best->sequence >= slot->sequence)) continue;
        best = std::move(slot);
        file.slot_number_ = number;
    }
    if (!best) return std::nullopt;
    file.capacity_ = head.capacity;
    file.sequence_ = best->sequence;
    file.slot_ = std::move(best->slot);
    return file;
}

base::Result<void> CachedFile::write(
    const std::string& path, const PolicySlot& slot, std::string_view body
) {
    Head head{
        .capacity = capacity_for(slot.policy.size()),
        .body_size = body.size(),
        .body_hash = base::fast_hash(body)
    };
    std::string bytes;
    bytes.reserve(slot_offset(2, head.capacity) + body.size());
    append_raw(bytes, head);
    bytes += slot_bytes(1, slot, head.capacity, head.body_hash);
    bytes.append(slot_size(head.capacity), '\0');  // sequence 0 with a wrong hash: no slot
    bytes += body;
    TRY(base::make_directories(std::string(base::parent_path(path))));
    return base::write_file_atomically(path, bytes);
}

base::Result<void> CachedFile::renew(PolicySlot slot) {
    if (slot.policy.size() > capacity_) {
        TRY(write(path_, slot, body_));
        slot_ = std::move(slot);
        return {};
    }
    const std::uint32_t number = 1 - slot_number_;
    const std::string bytes = slot_bytes(sequence_ + 1, slot, capacity_, base::fast_hash(body_));
    const auto offset = static_cast<off_t>(slot_offset(number, capacity_));
    const auto write = [&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), offset); };
    if (base::retry_interrupted(write) != static_cast<ssize_t>(bytes.size())) {
        return base::fail_errno(errno, "renewing the cache file " + path_);
    }
    ++sequence_;
    slot_number_ = number;
    slot_ = std::move(slot);
    return {};
}

}  // namespace package_index
