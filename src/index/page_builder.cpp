#include "index/page_builder.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "index/page_format.h"
#include "pep/source_distribution_filename.h"
#include "pep/specifiers.h"
#include "pep/version.h"
#include "pep/wheel_filename.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace package_index {

namespace {

constexpr std::size_t kFileNameLimit = 512;
constexpr std::size_t kUrlLimit = 8192;
constexpr std::size_t kRequiresPythonLimit = 512;
constexpr std::size_t kReasonLimit = 1024;
constexpr std::size_t kHashLimit = 8;

// Whether `raw` normalises (PEP 503) to `normalised`, without making the normalised text.
bool is_name(std::string_view raw, std::string_view normalised) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < raw.size(); ++at) {
        if (at == normalised.size()) return false;
        const char c = raw[i++];
        if (c == '-' || c == '_' || c == '.') {
            while (i < raw.size() && (raw[i] == '-' || raw[i] == '_' || raw[i] == '.'))
                ++i;
            if (normalised[at] != '-') return false;
        } else {
            const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            if (normalised[at] != lower) return false;
        }
    }
    return at == normalised.size();
}

// The dash-separated parts of a wheel's file name; nullopt if it cannot be one.
struct WheelParts {
    std::string_view name;
    std::string_view version;
    std::string_view tags;  // python-abi-platform
    bool has_build = false;
};

std::optional<WheelParts> split_wheel(std::string_view file_name) {
    if (!file_name.ends_with(".whl")) return std::nullopt;
    const std::string_view stem = file_name.substr(0, file_name.size() - 4);
    std::array<std::size_t, 5> dashes{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < stem.size(); ++i) {
        if (stem[i] != '-') continue;
        if (count == dashes.size()) return std::nullopt;
        dashes[count++] = i;
    }
    if (count < 4) return std::nullopt;
    return WheelParts{
        .name = stem.substr(0, dashes[0]),
        .version = stem.substr(dashes[0] + 1, dashes[1] - dashes[0] - 1),
        .tags = stem.substr(dashes[count - 3] + 1),
        .has_build = count == 5,
    };
}

bool is_http(std::string_view url) {
    return base::starts_with_ignoring_case(url, "https://") ||
           base::starts_with_ignoring_case(url, "http://");
}

// Nearly all URLs of an index need no parsing to be known as good: a host and a path of harmless
// characters.
bool is_plain_https(std::string_view url) {
    if (!url.starts_with("https://") || url.find("/.") != std::string_view::npos) return false;
    url.remove_prefix(8);
    const std::size_t path = url.find('/');
    if (path == 0 || path == std::string_view::npos) return false;
    return std::ranges::all_of(url, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               c == '/' || c == '-' || c == '_' || c == '.';
    });
}

// Milliseconds: base::parse_rfc3339 cuts fractions off, cutoffs compare them.
std::optional<std::int64_t> parse_upload_time(std::string_view text) {
    const std::optional<std::int64_t> seconds = base::parse_rfc3339(text);
    if (!seconds) return std::nullopt;
    std::int64_t milliseconds = 0;
    if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        std::int64_t unit = 100;
        for (std::size_t i = dot + 1;
             i < text.size() && unit > 0 && text[i] >= '0' && text[i] <= '9';
             ++i) {
            milliseconds += (text[i] - '0') * unit;
            unit /= 10;
        }
    }
    return *seconds * 1000 + milliseconds;
}

std::string_view cut(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U)
        --limit;  // UTF-8 boundary
    return text.substr(0, limit);
}

using RawSha256 = std::array<char, 32>;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The SHA-256 among `hashes`. Decoded here, as every file has one and base::from_hex allocates.
std::optional<RawSha256> sha256_of(const std::vector<AnnouncedHash>& hashes) {
    for (const AnnouncedHash& hash : hashes) {
        RawSha256 raw{};
        if (hash.algorithm != "sha256" || hash.hex.size() != 2 * raw.size()) continue;
        bool is_hex = true;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const int high = hex_value(hash.hex[2 * i]);
            const int low = hex_value(hash.hex[2 * i + 1]);
            is_hex = is_hex && high >= 0 && low >= 0;
            raw[i] = static_cast<char>(high * 16 + low);
        }
        if (is_hex) return raw;
    }
    return std::nullopt;
}

// Lets maps of strings be searched by views.
struct TextHash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
};

using TextNumbers = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

template <class Row>
void append_row(std::string& bytes, const Row& row) {
    bytes.append(reinterpret_cast<const char*>(&row), sizeof row);
}

}  // namespace

void PageEntry::clear() {
    file_name.clear();
    url.clear();
    hashes.clear();
    requires_python.clear();
    size.reset();
    yanked.reset();
    upload_time.clear();
    has_metadata = false;
    metadata_hashes.clear();
}

class PageBuilder::Rows {
  public:
    Rows(const pep::PackageName& name, const net::Url& base) : name_(name), base_(base) {}

    void set_base(const net::Url& base) { base_ = base; }

    base::Result<void> add(const PageEntry& entry);
    std::string finish();

    std::size_t skipped() const { return skipped_; }

  private:
    // A file before the tables are laid out; its string rows refer to drafts_.
    struct Draft {
        FileRow row;
        std::uint32_t version = 0;  // number in versions_
    };

    struct VersionText {
        std::string text;
        pep::Version version;
    };

    // Texts that occur many times, numbered in order of appearance.
    struct Interned {
        std::vector<std::string> texts;
        TextNumbers numbers;

        const std::uint32_t* find(std::string_view text) const;
        std::uint32_t add(std::string text);
    };

    // What is known about a file after a look at its name.
    struct Named {
        FileKind kind = FileKind::Wheel;
        std::uint32_t version = 0;
        std::uint32_t tag_set = 0;
    };

    std::optional<Named> read_name(const PageEntry& entry);
    std::optional<Named> read_wheel_name(const std::string& file_name);
    std::optional<Named> read_source_name(const std::string& file_name);
    std::uint32_t add_version(std::string text, pep::Version version);
    std::optional<std::uint32_t> add_requires_python(const std::string& text);
    std::optional<std::string> absolute_url(const std::string& url) const;
    void set_url(Draft& draft, std::string_view url, std::string_view file_name);
    void set_facts(Draft& draft, const PageEntry& entry);
    StringRow keep(std::string_view text);

    std::string_view kept(StringRow row) const {
        return std::string_view(drafts_).substr(row.offset, row.length);
    }

    std::vector<std::uint32_t> rank_versions() const;
    std::vector<std::uint32_t> sorted_files(const std::vector<std::uint32_t>& ranks) const;

    pep::PackageName name_;
    net::Url base_;
    std::vector<Draft> files_;
    std::vector<VersionText> versions_;
    TextNumbers version_numbers_;
    Interned tag_sets_;
    Interned requires_pythons_ = {.texts = {""}, .numbers = {{"", 0}}};
    std::string drafts_;  // strings of files_, URLs without file name but with prefix
    std::optional<std::string> url_prefix_;
    std::size_t skipped_ = 0;
};

const std::uint32_t* PageBuilder::Rows::Interned::find(std::string_view text) const {
    const auto found = numbers.find(text);
    return found == numbers.end() ? nullptr : &found->second;
}

std::uint32_t PageBuilder::Rows::Interned::add(std::string text) {
    const auto [position, is_new] = numbers.emplace(text, static_cast<std::uint32_t>(texts.size()));
    if (is_new) texts.push_back(std::move(text));
    return position->second;
}

StringRow PageBuilder::Rows::keep(std::string_view text) {
    const StringRow row{
        static_cast<std::uint32_t>(drafts_.size()), static_cast<std::uint32_t>(text.size())
    };
    drafts_ += text;
    return row;
}

std::uint32_t PageBuilder::Rows::add_version(std::string text, pep::Version version) {
    const auto [position, is_new] =
        version_numbers_.emplace(text, static_cast<std::uint32_t>(versions_.size()));
    if (is_new) versions_.push_back({std::move(text), std::move(version)});
    return position->second;
}

// A page repeats the same few versions and tag sets thousands of times, so a name of known parts is
// not parsed again.
std::optional<PageBuilder::Rows::Named> PageBuilder::Rows::read_wheel_name(
    const std::string& file_name
) {
    const std::optional<WheelParts> parts = split_wheel(file_name);
    if (!parts || !is_name(parts->name, name_.text())) return std::nullopt;
    const std::uint32_t* tag_set = tag_sets_.find(parts->tags);
    const auto version = version_numbers_.find(parts->version);
    if (tag_set != nullptr && version != version_numbers_.end() && !parts->has_build) {
        return Named{.kind = FileKind::Wheel, .version = version->second, .tag_set = *tag_set};
    }
    base::Result<pep::WheelFilename> parsed = pep::WheelFilename::parse(file_name);
    if (!parsed) return std::nullopt;
    return Named{
        .kind = FileKind::Wheel,
        .version = add_version(std::string(parts->version), std::move(parsed->version)),
        .tag_set = tag_sets_.add(std::string(parts->tags)),
    };
}

std::optional<PageBuilder::Rows::Named> PageBuilder::Rows::read_source_name(
    const std::string& file_name
) {
    auto parsed = pep::SourceDistributionFilename::parse(file_name, name_);
    if (!parsed || parsed->archive == pep::SourceArchive::Other) return std::nullopt;  // PEP 625
    std::string text = parsed->version.to_string();
    return Named{
        .kind = FileKind::SourceDistribution,
        .version = add_version(std::move(text), std::move(parsed->version)),
    };
}

std::optional<PageBuilder::Rows::Named> PageBuilder::Rows::read_name(const PageEntry& entry) {
    const std::string& file_name = entry.file_name;
    if (file_name.empty() || file_name.size() > kFileNameLimit ||
        file_name.find('/') != std::string::npos) {
        return std::nullopt;
    }
    return file_name.ends_with(".whl") ? read_wheel_name(file_name) : read_source_name(file_name);
}

// nullopt: nobody could tell which Pythons the file is for, so it is left out.
std::optional<std::uint32_t> PageBuilder::Rows::add_requires_python(const std::string& text) {
    if (const std::uint32_t* number = requires_pythons_.find(text)) return *number;
    if (text.size() > kRequiresPythonLimit || !pep::Specifiers::parse_lenient(text))
        return std::nullopt;
    return requires_pythons_.add(text);
}

// An index on the network names files on the network: never files of this machine.
std::optional<std::string> PageBuilder::Rows::absolute_url(const std::string& url) const {
    if (url.empty() || url.size() > kUrlLimit) return std::nullopt;
    if (is_plain_https(url)) return url;
    const bool is_absolute = is_http(url);
    base::Result<net::Url> parsed = is_absolute ? net::Url::parse(url) : base_.resolve(url);
    if (!parsed) return std::nullopt;
    if (parsed->scheme() == "file" ? base_.scheme() != "file" : !is_http(parsed->text()))
        return std::nullopt;
    return parsed->without_fragment().text();
}

void PageBuilder::Rows::set_url(Draft& draft, std::string_view url, std::string_view file_name) {
    if (url.ends_with(file_name)) {
        draft.row.flags |= kUrlOmitsFileName;
        url.remove_suffix(file_name.size());
    }
    draft.row.url = keep(url);
    if (!url_prefix_) url_prefix_ = std::string(url);
    const auto [end, unused] =
        std::mismatch(url_prefix_->begin(), url_prefix_->end(), url.begin(), url.end());
    url_prefix_->resize(static_cast<std::size_t>(end - url_prefix_->begin()));
}

void PageBuilder::Rows::set_facts(Draft& draft, const PageEntry& entry) {
    FileRow& row = draft.row;
    if (entry.size) {
        row.flags |= kHasSize;
        row.size = *entry.size;
    }
    if (entry.yanked) {
        row.flags |= kIsYanked;
        row.yanked_reason = keep(cut(*entry.yanked, kReasonLimit));
    }
    if (const auto time = parse_upload_time(entry.upload_time)) {
        row.flags |= kHasUploadTime;
        row.upload_time_ms = *time;
    }
    if (const auto raw = sha256_of(entry.hashes)) {
        row.flags |= kHasSha256;
        std::memcpy(row.sha256, raw->data(), sizeof row.sha256);
    }
    std::string others;
    for (std::size_t i = 0; i < entry.hashes.size() && i < kHashLimit; ++i) {
        const AnnouncedHash& hash = entry.hashes[i];
        if (hash.algorithm == "sha256") continue;
        const auto digest =
            base::HashDigest::parse(hash.algorithm + ":" + base::to_lower(hash.hex));
        if (digest) others += (others.empty() ? "" : " ") + digest->to_string();
    }
    row.other_hashes = keep(others);
    if (entry.has_metadata) row.flags |= kHasMetadata;
    if (const auto raw = sha256_of(entry.metadata_hashes); raw && entry.has_metadata) {
        row.flags |= kHasMetadataSha256;
        row.metadata_sha256 = keep({raw->data(), raw->size()});
    }
}

base::Result<void> PageBuilder::Rows::add(const PageEntry& entry) {
    const std::optional<Named> named = read_name(entry);
    const std::optional<std::string> url = named ? absolute_url(entry.url) : std::nullopt;
    const std::optional<std::uint32_t> requires_python =
        url ? add_requires_python(entry.requires_python) : std::nullopt;
    if (!requires_python) {
        ++skipped_;
        return {};
    }
    if (files_.size() == kMaximumFiles || drafts_.size() > UINT32_MAX / 2) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format("the page of `{}` lists more than {} files", name_.text(), kMaximumFiles)
        );
    }
    Draft draft;
    draft.version = named->version;
    draft.row.tag_set = named->tag_set;
    draft.row.requires_python = *requires_python;
    if (named->kind == FileKind::SourceDistribution) draft.row.flags |= kIsSourceDistribution;
    draft.row.file_name = keep(entry.file_name);
    set_url(draft, *url, entry.file_name);
    set_facts(draft, entry);
    files_.push_back(draft);
    return {};
}

// For each number of versions_ its row in the version table; spellings of one version share a row.
std::vector<std::uint32_t> PageBuilder::Rows::rank_versions() const {
    std::vector<std::uint32_t> order(versions_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return versions_[a].version < versions_[b].version;
    });
    std::vector<std::uint32_t> ranks(order.size());
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && versions_[order[i - 1]].version != versions_[order[i]].version) ++rank;
        ranks[order[i]] = rank;
    }
    return ranks;
}

// Numbers of files_ in the order of the page.
std::vector<std::uint32_t> PageBuilder::Rows::sorted_files(const std::vector<std::uint32_t>& ranks
) const {
    std::vector<std::uint32_t> order(files_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::ranges::stable_sort(order, [&](std::uint32_t first, std::uint32_t second) {
        const Draft& a = files_[first];
        const Draft& b = files_[second];
        if (ranks[a.version] != ranks[b.version]) return ranks[a.version] < ranks[b.version];
        const bool a_is_source = (a.row.flags & kIsSourceDistribution) != 0;
        const bool b_is_source = (b.row.flags & kIsSourceDistribution) != 0;
        if (a_is_source != b_is_source) return a_is_source;
        return kept(a.row.file_name) < kept(b.row.file_name);
    });
    return order;
}

std::string PageBuilder::Rows::finish() {
    const std::vector<std::uint32_t> ranks = rank_versions();
    const std::vector<std::uint32_t> order = sorted_files(ranks);
    std::string prefix = url_prefix_.value_or("");
    prefix.resize(prefix.rfind('/') == std::string::npos ? 0 : prefix.rfind('/') + 1);

    std::string strings;
    strings.reserve(drafts_.size());
    const auto place = [&strings](std::string_view text) {
        const StringRow row{
            static_cast<std::uint32_t>(strings.size()), static_cast<std::uint32_t>(text.size())
        };
        strings += text;
        return row;
    };
    PageHead head{.url_prefix = place(prefix)};

    std::vector<VersionRow> versions;
    std::string file_rows;
    file_rows.reserve(files_.size() * sizeof(FileRow));
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        const Draft& draft = files_[order[i]];
        if (i == 0 || ranks[files_[order[i - 1]].version] != ranks[draft.version]) {
            versions.push_back({.text = place(versions_[draft.version].text), .first_file = i});
        }
        ++versions.back().file_count;
        FileRow row = draft.row;
        row.file_name = place(kept(row.file_name));
        row.url = place(kept(row.url).substr(prefix.size()));
        row.flags |= kUrlOmitsPrefix;
        row.yanked_reason = place(kept(row.yanked_reason));
        row.other_hashes = place(kept(row.other_hashes));
        row.metadata_sha256 = place(kept(row.metadata_sha256));
        append_row(file_rows, row);
    }
    head.version_count = static_cast<std::uint32_t>(versions.size());
    head.file_count = static_cast<std::uint32_t>(order.size());
    head.tag_set_count = static_cast<std::uint32_t>(tag_sets_.texts.size());
    head.requires_python_count = static_cast<std::uint32_t>(requires_pythons_.texts.size());

    std::string bytes;
    append_row(bytes, head);
    for (const VersionRow& row : versions)
        append_row(bytes, row);
    for (const std::string& text : tag_sets_.texts)
        append_row(bytes, place(text));
    for (const std::string& text : requires_pythons_.texts)
        append_row(bytes, place(text));
    drafts_ = std::string();
    bytes.reserve(bytes.size() + file_rows.size() + strings.size());
    bytes += file_rows;
    bytes += strings;
    return bytes;
}

PageBuilder::PageBuilder(const pep::PackageName& name, const net::Url& base)
    : rows_(std::make_unique<Rows>(name, base)) {}

PageBuilder::~PageBuilder() = default;

void PageBuilder::set_base(const net::Url& base) {
    rows_->set_base(base);
}

base::Result<void> PageBuilder::add(const PageEntry& entry) {
    return rows_->add(entry);
}

std::string PageBuilder::finish() {
    return rows_->finish();
}

std::size_t PageBuilder::skipped() const {
    return rows_->skipped();
}

}  // namespace package_index
