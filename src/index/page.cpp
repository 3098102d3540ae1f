#include "index/page.h"

#include "base/text.h"
#include "index/page_format.h"

#include <cstring>

namespace package_index {

namespace {

template <class Row>
Row row_at(std::string_view bytes, std::size_t offset) {
    Row row{};
    if (offset <= bytes.size() && bytes.size() - offset >= sizeof row)
        std::memcpy(&row, bytes.data() + offset, sizeof row);
    return row;
}

// Where each table begins; 64-bit sums of 32-bit counts cannot overflow.
struct Tables {
    std::size_t tag_sets = 0;
    std::size_t requires_python = 0;
    std::size_t files = 0;
    std::size_t strings = 0;

    explicit Tables(const PageHead& head) {
        tag_sets = sizeof(PageHead) + std::size_t{head.version_count} * sizeof(VersionRow);
        requires_python = tag_sets + std::size_t{head.tag_set_count} * sizeof(StringRow);
        files = requires_python + std::size_t{head.requires_python_count} * sizeof(StringRow);
        strings = files + std::size_t{head.file_count} * sizeof(FileRow);
    }
};

std::string_view text_of(std::string_view bytes, StringRow row) {
    const std::size_t strings = Tables(row_at<PageHead>(bytes, 0)).strings;
    const std::size_t available = bytes.size() - strings;
    if (row.offset > available || available - row.offset < row.length) return {};
    return bytes.substr(strings + row.offset, row.length);
}

FileRow file_row(std::string_view bytes, std::uint32_t position) {
    const PageHead head = row_at<PageHead>(bytes, 0);
    if (position >= head.file_count) return {};
    return row_at<FileRow>(bytes, Tables(head).files + std::size_t{position} * sizeof(FileRow));
}

bool has(const FileRow& row, FileFlag flag) {
    return (row.flags & flag) != 0;
}

std::vector<base::HashDigest> hashes_of(const FileRow& row, std::string_view others) {
    std::vector<base::HashDigest> hashes;
    if (has(row, kHasSha256)) {
        std::string raw(sizeof row.sha256, '\0');
        std::memcpy(raw.data(), row.sha256, sizeof row.sha256);
        hashes.push_back({base::HashAlgorithm::Sha256, base::to_hex(raw)});
    }
    for (const std::string_view text : base::split_whitespace(others)) {
        if (auto digest = base::HashDigest::parse(text)) hashes.push_back(std::move(*digest));
    }
    return hashes;
}

}  // namespace

std::shared_ptr<const Page> Page::open(
    std::string bytes, pep::PackageName name, PageOrigin origin
) {
    const PageHead head = row_at<PageHead>(bytes, 0);
    if (bytes.size() < sizeof head || head.magic != kPageMagic) return nullptr;
    if (Tables(head).strings > bytes.size()) return nullptr;
    std::shared_ptr<Page> page(new Page(std::move(bytes), std::move(name), std::move(origin)));
    page->version_count_ = head.version_count;
    page->file_count_ = head.file_count;
    page->tag_set_count_ = head.tag_set_count;
    page->requires_python_count_ = head.requires_python_count;
    return page;
}

Page::Page(std::string bytes, pep::PackageName name, PageOrigin origin)
    : bytes_(std::move(bytes)), name_(std::move(name)), origin_(std::move(origin)) {}

PageVersion Page::version(std::uint32_t position) const {
    if (position >= version_count_) return {};
    const auto row =
        row_at<VersionRow>(bytes_, sizeof(PageHead) + std::size_t{position} * sizeof(VersionRow));
    if (row.first_file > file_count_ || file_count_ - row.first_file < row.file_count) return {};
    return {
        .text = text_of(bytes_, row.text),
        .first_file = row.first_file,
        .file_count = row.file_count
    };
}

PageFile Page::file(std::uint32_t position) const {
    const FileRow row = file_row(bytes_, position);
    PageFile file{
        .kind = has(row, kIsSourceDistribution) ? FileKind::SourceDistribution : FileKind::Wheel,
        .file_name = text_of(bytes_, row.file_name),
        .tag_set = row.tag_set,
        .requires_python = row.requires_python,
        .is_yanked = has(row, kIsYanked),
        .yanked_reason = text_of(bytes_, row.yanked_reason),
        .upload_time_ms = std::nullopt,
    };
    if (has(row, kHasUploadTime)) file.upload_time_ms = row.upload_time_ms;
    return file;
}

std::string_view Page::tag_set(std::uint32_t number) const {
    if (number >= tag_set_count_) return {};
    const std::size_t table = Tables(row_at<PageHead>(bytes_, 0)).tag_sets;
    return text_of(
        bytes_, row_at<StringRow>(bytes_, table + std::size_t{number} * sizeof(StringRow))
    );
}

std::string_view Page::requires_python(std::uint32_t number) const {
    if (number >= requires_python_count_) return {};
    const std::size_t table = Tables(row_at<PageHead>(bytes_, 0)).requires_python;
    return text_of(
        bytes_, row_at<StringRow>(bytes_, table + std::size_t{number} * sizeof(StringRow))
    );
}

base::Result<DistributionFile> Page::distribution(
    std::uint32_t position, const pep::Version& version
) const {
    const FileRow row = file_row(bytes_, position);
    const std::string_view file_name = text_of(bytes_, row.file_name);
    std::string url;
    if (has(row, kUrlOmitsPrefix)) url += text_of(bytes_, row_at<PageHead>(bytes_, 0).url_prefix);
    url += text_of(bytes_, row.url);
    if (has(row, kUrlOmitsFileName)) url += file_name;

    DistributionFile file{
        .kind = has(row, kIsSourceDistribution) ? FileKind::SourceDistribution : FileKind::Wheel,
        .file_name = std::string(file_name),
        .url = TRY(net::Url::parse(url)),
        .name = name_,
        .version = version,
        .hashes = hashes_of(row, text_of(bytes_, row.other_hashes)),
        .requires_python = std::string(requires_python(row.requires_python)),
        .has_metadata = has(row, kHasMetadata),
        .index_name = origin_.index_name,
        .location = origin_.location,
    };
    if (has(row, kHasSize)) file.size = row.size;
    if (has(row, kIsYanked)) file.yanked = std::string(text_of(bytes_, row.yanked_reason));
    if (has(row, kHasUploadTime)) file.upload_time_ms = row.upload_time_ms;
    if (has(row, kHasMetadataSha256)) {
        const std::string_view raw = text_of(bytes_, row.metadata_sha256);
        file.metadata_hash = base::HashDigest{base::HashAlgorithm::Sha256, base::to_hex(raw)};
    }
    return file;
}

}  // namespace package_index
