#include "codec/dotenv.h"
#include "codec/html.h"
#include "codec/json.h"
#include "codec/toml.h"
#include "codec/zip.h"

namespace codec {
using base::ErrorKind;
using base::fail;

base::Result<TomlTable> parse_toml(std::string_view, std::string_view, std::uint32_t) {
    return fail(ErrorKind::Unsupported, "x");
}

base::Error toml_error(const TomlValue&, std::string_view, std::string_view) {
    return {ErrorKind::Invalid, "x"};
}

const TomlValue* TomlTable::find(std::string_view) const {
    return nullptr;
}

const TomlValue* TomlTable::at_path(std::string_view) const {
    return nullptr;
}

const TomlValue* TomlValue::find(std::string_view) const {
    return nullptr;
}

const TomlValue* TomlValue::at_path(std::string_view) const {
    return nullptr;
}

std::size_t TomlTable::size() const {
    return entries_.size();
}

std::optional<std::int64_t> TomlValue::as_integer() const {
    return {};
}

std::optional<double> TomlValue::as_float() const {
    return {};
}

std::optional<bool> TomlValue::as_boolean() const {
    return {};
}

std::string_view TomlValue::kind_name() const {
    return "x";
}

std::string TomlDateTime::to_string() const {
    return {};
}

std::string TomlPosition::to_string() const {
    return {};
}

class ZipReader::Workspaces {};

ZipReader::~ZipReader() = default;

base::Result<std::unique_ptr<ZipReader>>
ZipReader::open(std::shared_ptr<RandomSource>, const ZipLimits&) {
    return fail(ErrorKind::Unsupported, "x");
}

const ZipEntry* ZipReader::find(std::string_view) const {
    return nullptr;
}

base::Result<std::string> ZipReader::read(const ZipEntry&, std::uint64_t) const {
    return fail(ErrorKind::Unsupported, "x");
}

base::Result<void> ZipReader::extract(const ZipEntry&, const ZipSink&) const {
    return {};
}

base::Result<void> ZipReader::check_duplicates() const {
    return {};
}

base::Result<void> check_member_path(std::string_view) {
    return {};
}

base::Result<HtmlPage> parse_anchors(std::string_view, const HtmlLimits&) {
    return HtmlPage{};
}

const std::string* HtmlTag::find(std::string_view) const {
    return nullptr;
}

std::string decode_html_text(std::string_view text) {
    return std::string(text);
}

Dotenv parse_dotenv(std::string_view, const DotenvLookup&) {
    return {};
}
}  // namespace codec
