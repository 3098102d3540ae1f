#include "ops/memo.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/record.h"

#include <fmt/core.h>

namespace ops {

namespace {

constexpr std::string_view kMagic = "ADRMEMO";
constexpr std::uint32_t kVersion = 1;

void append_part(std::string& bytes, std::string_view part) {
    bytes += fmt::format("{}:", part.size());
    bytes += part;
}

}  // namespace

Fingerprint::Fingerprint(std::string_view kind) : kind_(kind) {
    append_part(bytes_, kind);
}

Fingerprint& Fingerprint::add(std::string_view name, std::string_view value) {
    append_part(bytes_, name);
    append_part(bytes_, value);
    return *this;
}

Fingerprint& Fingerprint::add(std::string_view name, std::uint64_t value) {
    return add(name, fmt::format("{}", value));
}

std::string Fingerprint::key() const {
    return fmt::format("{}-{}", kind_, base::fast_hash_hex(bytes_));
}

void add_file_stamp(Fingerprint& fingerprint, const std::string& path) {
    const base::Result<base::FileStamp> stamp = base::stamp_of(path);
    if (!stamp) return;
    fingerprint.add("file", path).add("inode", stamp->inode).add("size", stamp->size);
    fingerprint.add("changed", static_cast<std::uint64_t>(stamp->changed_ns));
}

void add_interpreter(
    Fingerprint& fingerprint, const std::string& path, const python::Interpreter& interpreter
) {
    fingerprint.add("python", path)
        .add("version", interpreter.version.to_string())
        .add("inode", interpreter.stamp.inode)
        .add("size", interpreter.stamp.size)
        .add("modified", static_cast<std::uint64_t>(interpreter.stamp.modified_ns));
}

std::string Memo::encode() const {
    base::RecordWriter writer(kMagic, kVersion);
    writer.string(environment);
    writer.i64(expiry);
    writer.string(program);
    writer.string(script);
    writer.u32(static_cast<std::uint32_t>(warnings.size()));
    for (const std::string& warning : warnings)
        writer.string(warning);
    return writer.finish();
}

std::optional<Memo> Memo::decode(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    if (!reader) return std::nullopt;
    Memo memo;
    memo.environment = reader->string();
    memo.expiry = reader->i64();
    memo.program = reader->string();
    memo.script = reader->string();
    const std::uint32_t count = reader->count();
    for (std::uint32_t i = 0; i < count && reader->good(); ++i)
        memo.warnings.emplace_back(reader->string());
    if (!reader->complete()) return std::nullopt;
    return memo;
}

}  // namespace ops
