#include "index/metadata_record.h"

#include "base/record.h"

#include <utility>

namespace package_index {

namespace {

constexpr std::string_view kMagic = "ADRMETA";
constexpr std::uint32_t kFormat = 1;

}  // namespace

std::string encode_metadata(const pep::CoreMetadata& metadata) {
    base::RecordWriter writer(kMagic, kFormat);
    writer.string(metadata.name.text());
    writer.string(metadata.version.to_string());
    writer.boolean(metadata.requires_python.has_value());
    writer.string(metadata.requires_python ? metadata.requires_python->to_string() : "");
    writer.u32(static_cast<std::uint32_t>(metadata.requires_dist.size()));
    for (const pep::Requirement& requirement : metadata.requires_dist)
        writer.string(requirement.to_string());
    writer.u32(static_cast<std::uint32_t>(metadata.provides_extras.size()));
    for (const pep::ExtraName& extra : metadata.provides_extras)
        writer.string(extra.text());
    return writer.finish();
}

std::optional<pep::CoreMetadata> decode_metadata(std::string_view record) {
    std::optional<base::RecordReader> reader = base::RecordReader::open(record, kMagic, kFormat);
    if (!reader) return std::nullopt;
    auto name = pep::PackageName::parse(reader->string());
    auto version = pep::Version::parse(reader->string());
    if (!name || !version) return std::nullopt;
    pep::CoreMetadata metadata{.name = std::move(*name), .version = std::move(*version)};

    const bool has_python = reader->boolean();
    auto python = pep::Specifiers::parse(reader->string());
    if (!python) return std::nullopt;
    if (has_python) metadata.requires_python = std::move(*python);

    for (std::uint32_t left = reader->count(); left > 0; --left) {
        auto requirement = pep::Requirement::parse(reader->string());
        if (!requirement) return std::nullopt;
        metadata.requires_dist.push_back(std::move(*requirement));
    }
    for (std::uint32_t left = reader->count(); left > 0; --left) {
        auto extra = pep::ExtraName::parse(reader->string());
        if (!extra) return std::nullopt;
        metadata.provides_extras.push_back(std::move(*extra));
    }
    if (!reader->complete()) return std::nullopt;
    return metadata;
}

}  // namespace package_index
