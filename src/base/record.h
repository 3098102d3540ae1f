// Binary records for files that only adder reads: little-endian integers, length-prefixed strings, and a trailer
// with the XXH3-128 of everything before it. A record that was cut, mixed up or written by another format version
// is told from a good one; whoever reads it treats that as a miss.
//
//     RecordWriter writer("ADRINTP", 3);             // magic and format version
//     writer.string(path); writer.u64(size);
//     write_file_atomically(file, writer.finish());
//
//     RecordReader reader = ...open(bytes, "ADRINTP", 3)   // nullopt: not such a record
//     reader.string(); reader.u64(); if (!reader.complete()) miss
//
// Reading past the end yields zeros and empty strings and makes complete() false, so a reader needs one check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

class RecordWriter {
  public:
    RecordWriter(std::string_view magic, std::uint32_t version);

    void u8(std::uint8_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void i64(std::int64_t value);
    void boolean(bool value);
    void string(std::string_view value);
    // Appends the trailer; the writer is empty afterwards.
    std::string finish();

  private:
    std::string bytes_;
};

class RecordReader {
  public:
    // `bytes` must outlive the reader; strings read from it point into it.
    static std::optional<RecordReader> open(
        std::string_view bytes, std::string_view magic, std::uint32_t version
    );

    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t u64();
    std::int64_t i64();
    bool boolean();
    std::string_view string();
    // A count of items that follow, each of at least one byte: never larger than what is left.
    std::uint32_t count();

    // True when everything was read, nothing was missing and nothing is left.
    bool complete() const { return !short_ && rest_.empty(); }

    // True while nothing was missing; for loops.
    bool good() const { return !short_; }

  private:
    explicit RecordReader(std::string_view rest) : rest_(rest) {}

    std::string_view take(std::size_t size);

    std::string_view rest_;
    bool short_ = false;
};

}  // namespace base
