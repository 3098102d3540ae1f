// RandomSource: bytes with a known size that can be read from anywhere - a file, a buffer, a remote
// file by range requests. Implementations must allow calls from many threads at once.
#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace codec {

class RandomSource {
  public:
    virtual ~RandomSource() = default;

    virtual std::uint64_t size() const = 0;
    // Fills `buffer` with the bytes from `offset` on, all of it or an error.
    virtual base::Result<void> read(std::uint64_t offset, std::span<char> buffer) = 0;
};

// An open file, read by pread(2); the size is that of the moment it was opened.
class FileSource final : public RandomSource {
  public:
    static base::Result<std::shared_ptr<FileSource>> open(const std::string& path);
    static base::Result<std::shared_ptr<FileSource>> from(base::Fd fd);

    std::uint64_t size() const override { return size_; }

    base::Result<void> read(std::uint64_t offset, std::span<char> buffer) override;

  private:
    FileSource(base::Fd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

    base::Fd fd_;
    std::uint64_t size_;
};

// A buffer it owns.
class MemorySource final : public RandomSource {
  public:
    explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }

    base::Result<void> read(std::uint64_t offset, std::span<char> buffer) override;

  private:
    std::string bytes_;
};

}  // namespace codec
