#include "codec/dotenv.h"
#include "codec/html.h"
#include "codec/zip.h"
namespace codec {
using base::ErrorKind;
using base::fail;
class ZipReader::Workspaces {};
ZipReader::~ZipReader() = default;
base::Result<std::unique_ptr<ZipReader>> ZipReader::open(std::shared_ptr<RandomSource>, const ZipLimits&) { return fail(ErrorKind::Unsupported, "x"); }
const ZipEntry* ZipReader::find(std::string_view) const { return nullptr; }
base::Result<std::string> ZipReader::read(const ZipEntry&, std::uint64_t) const { return fail(ErrorKind::Unsupported, "x"); }
base::Result<void> ZipReader::extract(const ZipEntry&, const ZipSink&) const { return {}; }
base::Result<void> ZipReader::check_duplicates() const { return {}; }
base::Result<void> check_member_path(std::string_view) { return {}; }
base::Result<HtmlPage> parse_anchors(std::string_view, const HtmlLimits&) { return HtmlPage{}; }
const std::string* HtmlTag::find(std::string_view) const { return nullptr; }
std::string decode_html_text(std::string_view text) { return std::string(text); }
Dotenv parse_dotenv(std::string_view, const DotenvLookup&) { return {}; }
}
