#include "base/record.h"

#include "base/hash.h"
#include "base/record_check.h"

#include <cstring>

namespace base {

namespace {

constexpr std::size_t kTrailerSize = 16;

template <class T>
void append_raw(std::string& bytes, T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof raw);
}

template <class T>
T read_raw(std::string_view raw) {
    T value{};
    if (raw.size() == sizeof value) raw.copy(reinterpret_cast<char*>(&value), sizeof value);
    return value;
}

std::string trailer_of(std::string_view bytes) {
    const FastHash hash = fast_hash(bytes);
    std::string trailer;
    append_raw(trailer, hash[0]);
    append_raw(trailer, hash[1]);
    return trailer;
}

}  // namespace

RecordWriter::RecordWriter(std::string_view magic, std::uint32_t version) {
    bytes_ += magic;
    u32(version);
}

void RecordWriter::u8(std::uint8_t value) {
    append_raw(bytes_, value);
}

void RecordWriter::u32(std::uint32_t value) {
    append_raw(bytes_, value);
}

void RecordWriter::u64(std::uint64_t value) {
    append_raw(bytes_, value);
}

void RecordWriter::i64(std::int64_t value) {
    append_raw(bytes_, value);
}

void RecordWriter::boolean(bool value) {
    u8(value ? 1 : 0);
}

void RecordWriter::string(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
}

std::string RecordWriter::finish() {
    bytes_ += trailer_of(bytes_);
    return std::move(bytes_);
}

std::optional<RecordReader> RecordReader::open(
    std::string_view bytes, std::string_view magic, std::uint32_t version
) {
    if (bytes.size() < magic.size() + sizeof version + kTrailerSize || !bytes.starts_with(magic))
        return std::nullopt;
    const std::string_view body = bytes.substr(0, bytes.size() - kTrailerSize);
    if (trailer_of(body) != bytes.substr(body.size())) return std::nullopt;
    RecordReader reader(body.substr(magic.size()));
    if (reader.u32() != version) return std::nullopt;
    return reader;
}

std::string_view RecordReader::take(std::size_t size) {
    if (rest_.size() < size) {
        short_ = true;
        rest_ = {};
        return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

std::uint8_t RecordReader::u8() {
    return read_raw<std::uint8_t>(take(sizeof(std::uint8_t)));
}

std::uint32_t RecordReader::u32() {
    return read_raw<std::uint32_t>(take(sizeof(std::uint32_t)));
}

std::uint64_t RecordReader::u64() {
    return read_raw<std::uint64_t>(take(sizeof(std::uint64_t)));
}

std::int64_t RecordReader::i64() {
    return read_raw<std::int64_t>(take(sizeof(std::int64_t)));
}

bool RecordReader::boolean() {
    return u8() != 0;
}

std::string_view RecordReader::string() {
    return take(u32());
}

std::uint32_t RecordReader::count() {
    const std::uint32_t value = u32();
    if (value > rest_.size()) {
        short_ = true;
        return 0;
    }
    return value;
}

bool is_whole_record(std::string_view bytes) {
    if (bytes.size() <= kTrailerSize) return false;
    const std::string_view body = bytes.substr(0, bytes.size() - kTrailerSize);
    return trailer_of(body) == bytes.substr(body.size());
}

}  // namespace base
