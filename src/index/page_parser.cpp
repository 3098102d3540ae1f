#include "index/page_parser.h"

#include "base/text.h"
#include "codec/html.h"
#include "codec/json.h"

#include <fmt/format.h>

#include <utility>

namespace package_index {

namespace {

using base::ErrorKind;

// Repository versions 1.x are all readable by who knows 1.0 (PEP 629).
bool is_known_version(std::string_view version) {
    return version == "1" || version.starts_with("1.");
}

base::Error unknown_version(std::string_view version, const net::Url& url) {
    return base::Error(
        ErrorKind::Unsupported,
        fmt::format(
            "the index answers {} in version `{}` of the simple API; only 1.x is known",
            url.display(),
            version
        )
    );
}

enum class FileKey {
    Other,
    FileName,
    Url,
    Hashes,
    RequiresPython,
    Size,
    UploadTime,
    Yanked,
    CoreMetadata,
    DistInfoMetadata,
};

FileKey file_key(std::string_view key) {
    static constexpr std::pair<std::string_view, FileKey> kKeys[] = {
        {"filename", FileKey::FileName},
        {"url", FileKey::Url},
        {"hashes", FileKey::Hashes},
        {"requires-python", FileKey::RequiresPython},
        {"size", FileKey::Size},
        {"upload-time", FileKey::UploadTime},
        {"yanked", FileKey::Yanked},
        {"core-metadata", FileKey::CoreMetadata},
        {"dist-info-metadata", FileKey::DistInfoMetadata},
        {"data-dist-info-metadata", FileKey::DistInfoMetadata},
    };
    for (const auto& [text, value] : kKeys) {
        if (key == text) return value;
    }
    return FileKey::Other;
}

// Walks the document with a stack of places; what is in no known place is skipped.
class JsonPage final : public codec::JsonEvents {
  public:
    JsonPage(const pep::PackageName& name, const net::Url& url, PageBuilder& builder)
        : name_(name), url_(url), builder_(builder) {}

    codec::JsonStep boolean(bool value) override;
    codec::JsonStep integer(std::int64_t value) override;
    codec::JsonStep string(std::string_view value) override;
    codec::JsonStep key(std::string_view key) override;
    codec::JsonStep begin_object() override;
    codec::JsonStep end_object() override;
    codec::JsonStep begin_array() override;
    codec::JsonStep end_array() override;

    base::Result<void> outcome() &&;

  private:
    enum class Place { Root, Meta, Files, File, Hashes, MetadataHashes, Unknown };

    Place place() const { return places_.empty() ? Place::Unknown : places_.back(); }

    Place place_of_object();
    codec::JsonStep refuse(base::Error error);
    codec::JsonStep root_string(std::string_view value);
    void file_string(std::string_view value);

    bool is_overruled() const {
        return file_key_ == FileKey::DistInfoMetadata && has_core_metadata_;
    }

    const pep::PackageName& name_;
    const net::Url& url_;
    PageBuilder& builder_;
    std::vector<Place> places_;
    std::string key_;  // last key outside of files
    FileKey file_key_ = FileKey::Other;
    std::string algorithm_;  // last key of a hash table
    PageEntry entry_;
    bool has_core_metadata_ = false;  // of entry_: the newer name wins over the older one (PEP 714)
    bool has_files_ = false;
    std::optional<base::Error> error_;
};

codec::JsonStep JsonPage::refuse(base::Error error) {
    error_ = std::move(error);
    return codec::JsonStep::Stop;
}

codec::JsonStep JsonPage::boolean(bool value) {
    if (place() != Place::File) return codec::JsonStep::Continue;
    if (file_key_ == FileKey::Yanked && value) entry_.yanked = "";
    if (file_key_ == FileKey::CoreMetadata) has_core_metadata_ = true;
    if (file_key_ == FileKey::CoreMetadata ||
        (file_key_ == FileKey::DistInfoMetadata && !is_overruled())) {
        entry_.has_metadata = value;
        entry_.metadata_hashes.clear();
    }
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::integer(std::int64_t value) {
    if (place() == Place::File && file_key_ == FileKey::Size && value >= 0) {
        entry_.size = static_cast<std::uint64_t>(value);
    }
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::root_string(std::string_view value) {
    if (key_ != "name") return codec::JsonStep::Continue;
    const base::Result<pep::PackageName> described = pep::PackageName::parse(value);
    if (described && *described == name_) return codec::JsonStep::Continue;
    return refuse(base::Error(
        ErrorKind::Invalid,
        fmt::format(
            "the page at {} was asked for `{}` and describes `{}`",
            url_.display(),
            name_.text(),
            value
        )
    ));
}

void JsonPage::file_string(std::string_view value) {
    switch (file_key_) {
        case FileKey::FileName:
            entry_.file_name = value;
            break;
        case FileKey::Url:
            entry_.url = value;
            break;
        case FileKey::RequiresPython:
            entry_.requires_python = value;
            break;
        case FileKey::UploadTime:
            entry_.upload_time = value;
            break;
        case FileKey::Yanked:
            entry_.yanked = std::string(value);
            break;
        default:
            break;
    }
}

codec::JsonStep JsonPage::string(std::string_view value) {
    switch (place()) {
        case Place::Root:
            return root_string(value);
        case Place::Meta:
            if (key_ == "api-version" && !is_known_version(value))
                return refuse(unknown_version(value, url_));
            break;
        case Place::File:
            file_string(value);
            break;
        case Place::Hashes:
            entry_.hashes.push_back({algorithm_, std::string(value)});
            break;
        case Place::MetadataHashes:
            entry_.metadata_hashes.push_back({algorithm_, std::string(value)});
            break;
        default:
            break;
    }
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::key(std::string_view key) {
    switch (place()) {
        case Place::File:
            file_key_ = file_key(key);
            break;
        case Place::Hashes:
        case Place::MetadataHashes:
            algorithm_ = key;
            break;
        case Place::Root:
        case Place::Meta:
            key_ = key;
            break;
        default:
            break;
    }
    return codec::JsonStep::Continue;
}

JsonPage::Place JsonPage::place_of_object() {
    if (places_.empty()) return Place::Root;
    if (place() == Place::Root && key_ == "meta") return Place::Meta;
    if (place() == Place::Files) {
        entry_.clear();
        has_core_metadata_ = false;
        return Place::File;
    }
    if (place() != Place::File) return Place::Unknown;
    if (file_key_ == FileKey::Hashes) return Place::Hashes;
    if (file_key_ == FileKey::CoreMetadata) has_core_metadata_ = true;
    if (file_key_ == FileKey::CoreMetadata ||
        (file_key_ == FileKey::DistInfoMetadata && !is_overruled())) {
        entry_.has_metadata = true;
        entry_.metadata_hashes.clear();
        return Place::MetadataHashes;
    }
    return Place::Unknown;
}

codec::JsonStep JsonPage::begin_object() {
    places_.push_back(place_of_object());
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::end_object() {
    if (place() == Place::File) {
        if (auto added = builder_.add(entry_); !added) return refuse(std::move(added.error()));
    }
    places_.pop_back();
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::begin_array() {
    const bool is_files = place() == Place::Root && key_ == "files";
    has_files_ = has_files_ || is_files;
    places_.push_back(is_files ? Place::Files : Place::Unknown);
    return codec::JsonStep::Continue;
}

codec::JsonStep JsonPage::end_array() {
    places_.pop_back();
    return codec::JsonStep::Continue;
}

base::Result<void> JsonPage::outcome() && {
    if (error_) return base::fail(std::move(*error_));
    if (has_files_) return {};
    return base::fail(
        ErrorKind::Invalid,
        fmt::format("the page of `{}` at {} has no list of files", name_.text(), url_.display())
    );
}

// "sha256=ab12" or "sha256:ab12"; anything else is no hash.
void append_hash(std::string_view text, std::vector<AnnouncedHash>& hashes) {
    const std::size_t separator = text.find_first_of("=:");
    if (separator == std::string_view::npos) return;
    hashes.push_back(
        {std::string(text.substr(0, separator)), std::string(text.substr(separator + 1))}
    );
}

void read_metadata_attribute(const std::string& value, PageEntry& entry) {
    entry.has_metadata = !base::equals_ignoring_case(value, "false");
    if (entry.has_metadata) append_hash(value, entry.metadata_hashes);
}

void read_anchor(const codec::HtmlAnchor& anchor, PageEntry& entry) {
    entry.clear();
    const std::string* href = anchor.find("href");
    std::string_view url =
        base::trim(href == nullptr ? std::string_view() : std::string_view(*href));
    if (const std::size_t hash = url.find('#'); hash != std::string_view::npos) {
        for (const std::string_view part : base::split(url.substr(hash + 1), '&'))
            append_hash(part, entry.hashes);
        url = url.substr(0, hash);
    }
    entry.url = url;
    const std::string_view path = url.substr(0, url.find('?'));
    entry.file_name = net::percent_decode(path.substr(path.rfind('/') + 1)
    );  // npos + 1 is 0: no slash, all of it
    if (const std::string* value = anchor.find("data-requires-python"))
        entry.requires_python = *value;
    if (const std::string* value = anchor.find("data-yanked")) entry.yanked = *value;
    if (const std::string* value = anchor.find("data-upload-time")) entry.upload_time = *value;
    const std::string* metadata = anchor.find("data-core-metadata");
    if (metadata == nullptr) metadata = anchor.find("data-dist-info-metadata");
    if (metadata != nullptr) read_metadata_attribute(*metadata, entry);
}

struct LinkPage {
    codec::HtmlPage page;
    net::Url base;
};

base::Result<LinkPage> read_html(std::string_view html, const net::Url& url) {
    codec::HtmlLimits limits;
    limits.size = kPageSizeLimit;
    LinkPage links{TRY(codec::parse_anchors(html, limits)), url};
    for (const codec::HtmlTag& meta : links.page.metas) {
        const std::string* name = meta.find("name");
        const std::string* content = meta.find("content");
        if (name == nullptr || content == nullptr || *name != "pypi:repository-version") continue;
        if (!is_known_version(*content)) return base::fail(unknown_version(*content, url));
    }
    if (links.page.base_href) {
        if (auto base = url.resolve(*links.page.base_href)) links.base = std::move(*base);
    }
    return links;
}

base::Result<std::string> parse_json_page(
    std::string body, const pep::PackageName& name, const net::Url& url
) {
    PageBuilder builder(name, url);
    JsonPage page(name, url, builder);
    codec::JsonLimits limits;
    limits.size = kPageSizeLimit;
    TRY(codec::read_json(
        std::move(body),
        fmt::format("the page of `{}` at {}", name.text(), url.display()),
        page,
        limits
    ));
    TRY(std::move(page).outcome());
    return builder.finish();
}

base::Result<std::string> parse_html_page(
    std::string_view body, const pep::PackageName& name, const net::Url& url
) {
    const LinkPage links = TRY(read_html(body, url));
    PageBuilder builder(name, links.base);
    PageEntry entry;
    for (const codec::HtmlAnchor& anchor : links.page.anchors) {
        read_anchor(anchor, entry);
        TRY(builder.add(entry));
    }
    return builder.finish();
}

}  // namespace

base::Result<PageSyntax> page_syntax(std::string_view content_type) {
    const std::string type =
        base::to_lower(base::trim(content_type.substr(0, content_type.find(';'))));
    if (type == "application/vnd.pypi.simple.v1+json" || type == "application/json")
        return PageSyntax::Json;
    if (type == "application/vnd.pypi.simple.v1+html" || type == "text/html")
        return PageSyntax::Html;
    if (type.empty()) return base::fail(ErrorKind::Invalid, "the answer has no Content-Type");
    return base::fail(
        ErrorKind::Invalid, fmt::format("the answer is of type `{}`, which is no index page", type)
    );
}

base::Result<std::string> parse_page(
    PageSyntax syntax, std::string body, const pep::PackageName& name, const net::Url& url
) {
    if (syntax == PageSyntax::Json) return parse_json_page(std::move(body), name, url);
    return parse_html_page(body, name, url);
}

base::Result<std::vector<PageEntry>> parse_links(std::string_view html, const net::Url& url) {
    const LinkPage links = TRY(read_html(html, url));
    std::vector<PageEntry> entries;
    PageEntry entry;
    for (const codec::HtmlAnchor& anchor : links.page.anchors) {
        read_anchor(anchor, entry);
        if (entry.file_name.empty()) continue;
        auto absolute = links.base.resolve(entry.url);
        if (!absolute) continue;
        entry.url = absolute->text();
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace package_index
