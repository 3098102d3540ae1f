// What one thread needs to read members: the two decompressors and their buffers. Internal to the ZIP reader.
//
// Members that fit in memory go through libdeflate, which is twice as fast as zlib and needs the whole input and
// output at once; larger ones through zlib in pieces. Both libraries are seen in zip_inflate.cpp only.
#pragma once

#include "base/result.h"
#include "codec/zip.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace codec {

// Members up to this size are always decompressed in one go; buffers for them are kept.
inline constexpr std::uint64_t kZipSmallMember = 1U << 20U;

std::uint32_t zip_crc32(std::uint32_t crc, std::string_view bytes);

class ZipInflater {
  public:
    ZipInflater();
    ~ZipInflater();

    // A buffer of at least `size` bytes whose content is lost at the next call.
    std::span<char> input(std::size_t size);

    // Exactly `size` bytes from exactly `compressed`; valid until the next call.
    base::Result<std::string_view> inflate(std::string_view compressed, std::size_t size);

    // Gives out `size` bytes in pieces; `next` returns the following piece of the compressed data,
    // empty at its end. All of it must be used up and exactly `size` bytes come out.
    using Next = std::function<base::Result<std::string_view>()>;
    base::Result<void> inflate(const Next& next, std::uint64_t size, const ZipSink& sink);

    // Gives the memory of large buffers back.
    void trim();

  private:
    struct Decompressors;

    std::span<char> output(std::size_t size);

    std::unique_ptr<Decompressors> decompressors_;
    std::unique_ptr<char[]> input_;
    std::unique_ptr<char[]> output_;
    std::size_t input_size_ = 0;
    std::size_t output_size_ = 0;
};

// A share of the memory that all readers of the process together may use for members of more than kZipSmallMember.
// Nobody waits for it: who gets none streams.
class ZipMemory {
  public:
    static constexpr std::uint64_t kBudget = 96U << 20U;

    ZipMemory() = default;

    ZipMemory(ZipMemory&& other) noexcept : size_(std::exchange(other.size_, 0)) {}

    ZipMemory& operator=(ZipMemory&&) = delete;
    ~ZipMemory();

    // Empty when less than `size` bytes are left.
    static ZipMemory try_reserve(std::uint64_t size);

    explicit operator bool() const { return size_ != 0; }

  private:
    explicit ZipMemory(std::uint64_t size) : size_(size) {}

    std::uint64_t size_ = 0;
};

// Inflaters at rest; as many come to be as threads read at the same time.
class ZipInflaterPool {
  public:
    class Loan {
      public:
        explicit Loan(ZipInflaterPool& pool) : pool_(pool), inflater_(pool.take()) {}

        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;

        ~Loan() { pool_.put(std::move(inflater_)); }

        ZipInflater* operator->() const { return inflater_.get(); }

        ZipInflater& operator*() const { return *inflater_; }

      private:
        ZipInflaterPool& pool_;
        std::unique_ptr<ZipInflater> inflater_;
    };

  private:
    std::unique_ptr<ZipInflater> take();
    void put(std::unique_ptr<ZipInflater> inflater);

    std::mutex mutex_;
    std::vector<std::unique_ptr<ZipInflater>> idle_;
};

}  // namespace codec
