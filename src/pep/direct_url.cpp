#include "pep/direct_url.h"

#include "codec/json.h"

#include <fmt/core.h>

#include <utility>

namespace pep {

namespace {

std::unexpected<base::Error> fail(std::string_view why) {
    return base::fail(base::ErrorKind::Invalid, fmt::format("direct_url.json is broken: {}", why));
}

base::Result<std::string> required(const codec::Json& object, std::string_view key) {
    const std::string* value = object.find_string(key);
    if (value == nullptr) return fail(fmt::format("`{}` is missing or no string", key));
    return *value;
}

std::optional<std::string> optional(const codec::Json& object, std::string_view key) {
    const std::string* value = object.find_string(key);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

// `hashes` replaced `hash`, "algorithm=hex", which old files have alone.
base::Result<ArchiveInfo> parse_archive(const codec::Json& object) {
    ArchiveInfo info;
    if (const std::string* hash = object.find_string("hash")) {
        const std::size_t equals = hash->find('=');
        if (equals == std::string::npos) return fail("`hash` has no `=`");
        info.hashes[hash->substr(0, equals)] = hash->substr(equals + 1);
    }
    const codec::Json* hashes = object.find("hashes");
    if (hashes == nullptr) return info;
    if (hashes->as_object() == nullptr) return fail("`hashes` is no object");
    for (const auto& [algorithm, hex] : *hashes->as_object()) {
        if (hex.as_string() == nullptr)
            return fail(fmt::format("the hash `{}` is no string", algorithm));
        info.hashes[algorithm] = *hex.as_string();
    }
    return info;
}

DirectoryInfo parse_directory(const codec::Json& object) {
    const codec::Json* editable = object.find("editable");
    return {.editable = editable != nullptr && editable->as_boolean().value_or(false)};
}

base::Result<VcsInfo> parse_vcs(const codec::Json& object) {
    return VcsInfo{
        .vcs = TRY(required(object, "vcs")),
        .commit_id = TRY(required(object, "commit_id")),
        .requested_revision = optional(object, "requested_revision"),
    };
}

void write(codec::JsonWriter& writer, const ArchiveInfo& info) {
    writer.key("archive_info").begin_object();
    if (!info.hashes.empty()) {
        writer.key("hashes").begin_object();
        for (const auto& [algorithm, hex] : info.hashes)
            writer.key(algorithm).string(hex);
        writer.end_object();
    }
    writer.end_object();
}

void write(codec::JsonWriter& writer, const DirectoryInfo& info) {
    writer.key("dir_info").begin_object();
    if (info.editable) writer.key("editable").boolean(true);
    writer.end_object();
}

void write(codec::JsonWriter& writer, const VcsInfo& info) {
    writer.key("vcs_info").begin_object();
    writer.key("vcs").string(info.vcs);
    if (info.requested_revision) writer.key("requested_revision").string(*info.requested_revision);
    writer.key("commit_id").string(info.commit_id);
    writer.end_object();
}

}  // namespace

base::Result<DirectUrl> DirectUrl::parse(std::string_view json) {
    const codec::Json object = TRY(codec::parse_json(json, "direct_url.json"));
    DirectUrl direct{
        .url = TRY(required(object, "url")),
        .origin = ArchiveInfo{},
        .subdirectory = optional(object, "subdirectory"),
    };
    if (const codec::Json* archive = object.find("archive_info")) {
        direct.origin = TRY(parse_archive(*archive));
    } else if (const codec::Json* directory = object.find("dir_info")) {
        direct.origin = parse_directory(*directory);
    } else if (const codec::Json* vcs = object.find("vcs_info")) {
        direct.origin = TRY(parse_vcs(*vcs));
    } else {
        return fail("it has none of `archive_info`, `dir_info` and `vcs_info`");
    }
    return direct;
}

std::string DirectUrl::to_json() const {
    codec::JsonWriter writer;
    writer.begin_object().key("url").string(url);
    std::visit([&](const auto& info) { write(writer, info); }, origin);
    if (subdirectory) writer.key("subdirectory").string(*subdirectory);
    return writer.end_object().take();
}

}  // namespace pep
