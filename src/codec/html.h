// The links of an index page (PEP 503, `--find-links` pages) out of HTML of any quality.
//
// This is a scanner for tags in the manner of the HTML standard's tokenizer, not a document parser:
// comments, scripts and styles are skipped, attributes may be quoted in all ways or not at all,
// character references are decoded, tag and attribute names are lower-cased. It never fails on bad
// markup; it ends at the end of the text.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codec {

struct HtmlAttribute {
    std::string name;   // lower case
    std::string value;  // decoded; empty for an attribute without value
};

struct HtmlTag {
    std::vector<HtmlAttribute> attributes;

    // The first attribute of that (lower-case) name, or nullptr.
    const std::string* find(std::string_view name) const;
};

struct HtmlAnchor : HtmlTag {
    std::string text;  // decoded and trimmed, up to the end tag or the next anchor
};

struct HtmlPage {
    std::optional<std::string> base_href;  // of the first <base> that has one
    std::vector<HtmlAnchor> anchors;       // those with an href, in order
    std::vector<HtmlTag> metas;            // <meta name="pypi:repository-version" content="1.0">
};

struct HtmlLimits {
    std::size_t size = 128U << 20U;      // bytes of text
    std::size_t anchors = 300'000;       // and metas together
    std::size_t attributes = 1'000'000;  // of all of them
};

// Fails (Invalid) only when a limit is exceeded.
base::Result<HtmlPage> parse_anchors(std::string_view html, const HtmlLimits& limits = {});

// Decodes character references: all numeric ones, and the named ones that occur in URLs and file names.
std::string decode_html_text(std::string_view text);

}  // namespace codec
