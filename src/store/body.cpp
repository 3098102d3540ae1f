#include "store/body.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/record.h"

namespace store {
namespace {

constexpr std::string_view kMagic = "ADRBODY";
// 2 names the payloads a body was made from.
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kFirstVersion = 1;
constexpr std::uint64_t kSizeLimit = 16U << 20U;

void write_strings(base::RecordWriter& writer, const std::vector<std::string>& strings) {
    writer.u32(static_cast<std::uint32_t>(strings.size()));
    for (const std::string& text : strings)
        writer.string(text);
}

std::vector<std::string> read_strings(base::RecordReader& reader) {
    std::vector<std::string> strings;
    for (std::uint32_t left = reader.count(); left > 0 && reader.good(); --left)
        strings.emplace_back(reader.string());
    return strings;
}

}  // namespace

std::string_view name_of(BodyKind kind) {
    switch (kind) {
        case BodyKind::Script:
            return "script";
        case BodyKind::Tool:
            return "tool";
        case BodyKind::With:
            return "with";
        case BodyKind::Venv:
            return "venv";
    }
    return "venv";
}

BodyRecord make_body_record(const BodyInfo& info, std::string_view key, std::string_view creator) {
    BodyRecord record{
        .kind = info.kind,
        .key = std::string(key),
        .label = info.label,
        .group = info.group,
        .packages = info.packages,
        .files = info.files + 2,
        .directories = info.directories + 1,
        .bytes = info.bytes,
        .own_bytes = info.own_bytes,
        .payloads = info.payloads,
        .source_payloads = info.source_payloads,
        .parents = {},
        .extra = info.extra,
        .creator = std::string(creator),
        .created_ns = base::wall_clock_ns(),
    };
    for (const Lease* parent : info.parents)
        record.parents.push_back(parent->id());
    return record;
}

std::string encode_body_record(const BodyRecord& record) {
    base::RecordWriter writer(kMagic, kVersion);
    writer.u8(static_cast<std::uint8_t>(record.kind));
    writer.string(record.key);
    writer.string(record.label);
    writer.string(record.group);
    write_strings(writer, record.packages);
    writer.u64(record.files);
    writer.u64(record.directories);
    writer.u64(record.bytes);
    writer.u64(record.own_bytes);
    write_strings(writer, record.payloads);
    write_strings(writer, record.parents);
    writer.string(record.extra);
    writer.string(record.creator);
    writer.i64(record.created_ns);
    write_strings(writer, record.source_payloads);
    return writer.finish();
}

std::optional<BodyRecord> decode_body_record(std::string_view bytes) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(bytes, kMagic, kVersion);
    const bool is_first = !reader;
    if (is_first) reader = base::RecordReader::open(bytes, kMagic, kFirstVersion);
    if (!reader) return std::nullopt;
    BodyRecord record;
    const std::uint8_t kind = reader->u8();
    if (kind > static_cast<std::uint8_t>(BodyKind::Venv)) return std::nullopt;
    record.kind = static_cast<BodyKind>(kind);
    record.key = reader->string();
    record.label = reader->string();
    record.group = reader->string();
    record.packages = read_strings(*reader);
    record.files = reader->u64();
    record.directories = reader->u64();
    record.bytes = reader->u64();
    record.own_bytes = reader->u64();
    record.payloads = read_strings(*reader);
    record.parents = read_strings(*reader);
    record.extra = reader->string();
    record.creator = reader->string();
    record.created_ns = reader->i64();
    if (!is_first) record.source_payloads = read_strings(*reader);
    if (!reader->complete()) return std::nullopt;
    return record;
}

std::optional<BodyRecord> read_body_record(const std::string& directory) {
    const base::Result<std::string> bytes = base::read_file(directory + "/.meta", kSizeLimit);
    return bytes ? decode_body_record(*bytes) : std::nullopt;
}

}  // namespace store
