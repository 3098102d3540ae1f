#include "install/record_claims.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/wheel_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace install {

namespace {

constexpr std::uint64_t kRecordLimit = 64U << 20U;

base::Result<void> doubt(RecordPolicy policy, RecordDoubts& doubts, std::string text) {
    if (policy == RecordPolicy::Refuse) return refuse_record(std::move(text));
    doubts.add(std::move(text));
    return {};
}

// The path as members have it. Old builders on Windows wrote "\" into RECORD and "/" into the
// archive.
std::string member_path_of(std::string_view record_path, const WheelContents& contents) {
    std::string path = base::normalize_path(record_path);
    const auto is_member = [&](std::string_view candidate) {
        return std::ranges::binary_search(contents.files, candidate, {}, [](const WheelFile& file) {
            return std::string_view(file.member.path);
        });
    };
    if (!path.contains('\\') || is_member(path)) return path;
    return base::normalize_path(base::replace_all(path, "\\", "/"));
}

// RECORD and its signatures need not list themselves, and cannot know their own digest.
bool is_exempt(std::string_view path, std::string_view dist_info) {
    if (!path.starts_with(dist_info)) return false;
    const std::string_view name = path.substr(dist_info.size());
    return name == "/RECORD" || name == "/RECORD.jws" || name == "/RECORD.p7s";
}

struct Claim {
    std::string path;
    codec::RecordEntry entry;
};

base::Result<std::vector<Claim>> read_claims(
    const codec::ZipReader& zip, const WheelFile* record, const WheelContents& contents
) {
    std::vector<Claim> claims;
    if (record == nullptr) return claims;
    const std::string text = TRY(zip.read(*record->member.entry, kRecordLimit));
    for (codec::RecordEntry& entry : TRY(codec::parse_wheel_record(text))) {
        if (entry.path.ends_with('/')) continue;  // some builders list directories
        std::string path = member_path_of(entry.path, contents);
        claims.push_back({std::move(path), std::move(entry)});
    }
    std::ranges::sort(claims, {}, &Claim::path);
    return claims;
}

WheelFile* find_file(WheelContents& contents, std::string_view path) {
    const auto at = std::ranges::lower_bound(contents.files, path, {}, [](const WheelFile& file) {
        return std::string_view(file.member.path);
    });
    return at != contents.files.end() && at->member.path == path ? &*at : nullptr;
}

base::Result<void> attach(Claim& claim, RecordPolicy policy, WheelContents& contents) {
    if (is_exempt(claim.path, contents.dist_info)) return {};
    WheelFile* const file = find_file(contents, claim.path);
    if (file == nullptr) {
        return doubt(
            policy,
            contents.doubts,
            fmt::format("its RECORD lists `{}`, which is not in it", claim.path)
        );
    }
    if (file->claim.listed) {
        if (file->claim.hash == claim.entry.hash && file->claim.size == claim.entry.size) return {};
        return doubt(
            policy,
            contents.doubts,
            fmt::format("its RECORD lists `{}` twice, differently", claim.path)
        );
    }
    file->claim = {.listed = true, .hash = std::move(claim.entry.hash), .size = claim.entry.size};
    const std::uint64_t size = file->member.entry->size;
    if (!file->claim.size || *file->claim.size == size) return {};
    const std::string text = fmt::format(
        "its RECORD tells {} bytes for `{}`, which has {}", *file->claim.size, claim.path, size
    );
    file->claim.size = size;
    return doubt(policy, contents.doubts, text);
}

}  // namespace

base::Result<void> attach_record_claims(
    const codec::ZipReader& zip, RecordPolicy policy, WheelContents& contents
) {
    const std::string record_path = base::join_path(contents.dist_info, "RECORD");
    const WheelFile* const record = find_file(contents, record_path);
    if (record == nullptr)
        TRY(doubt(policy, contents.doubts, fmt::format("it has no `{}`", record_path)));
    for (Claim& claim : TRY(read_claims(zip, record, contents)))
        TRY(attach(claim, policy, contents));
    for (WheelFile& file : contents.files) {
        if (file.claim.listed || is_exempt(file.member.path, contents.dist_info)) continue;
        file.claim.size = file.member.entry->size;
        TRY(doubt(
            policy, contents.doubts, fmt::format("its RECORD does not list `{}`", file.member.path)
        ));
    }
    return {};
}

}  // namespace install
