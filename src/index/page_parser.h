// From an index's answer to a Page: JSON (PEP 691, 700, 714) and HTML (PEP 503, 592, 658, 714).
//
// JSON must be well-formed and about the project that was asked for; HTML is read as it comes.
// Files that cannot be understood are left out (PageBuilder), a page that cannot is an Invalid
// error. Pure functions; run them on the pool.
#pragma once

#include "base/result.h"
#include "index/page_builder.h"
#include "net/url.h"
#include "pep/name.h"

#include <string>
#include <string_view>
#include <vector>

namespace package_index {

// What an index is asked for; the order of preference that PEP 691 recommends.
inline constexpr std::string_view kAcceptPages =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01";

// Bytes of an answer, after decompression.
inline constexpr std::size_t kPageSizeLimit = 64U << 20U;

enum class PageSyntax { Json, Html };

// By media type, parameters ignored. An answer without type, or of another one, is an error.
base::Result<PageSyntax> page_syntax(std::string_view content_type);

// The bytes of a Page. `url` is the final URL of the answer: relative URLs are relative to it, and
// messages name it.
base::Result<std::string> parse_page(
    PageSyntax syntax, std::string body, const pep::PackageName& name, const net::Url& url
);

// The links of a page that is about no single project (`--find-links`, flat indexes), with absolute
// URLs.
base::Result<std::vector<PageEntry>> parse_links(std::string_view html, const net::Url& url);

}  // namespace package_index
