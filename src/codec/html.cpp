#include "codec/html.h"

#include "base/text.h"
#include "codec/utf8.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace codec {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_alphanumeric(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

// --- character references

struct NamedReference {
    std::string_view name;
    std::string_view text;
    bool semicolon_optional = false;  // a handful of names from before the standard
};

constexpr std::array kNamedReferences = {
    NamedReference{"amp", "&", true},
    NamedReference{"lt", "<", true},
    NamedReference{"gt", ">", true},
    NamedReference{"quot", "\"", true},
    NamedReference{"nbsp", "\xc2\xa0", true},
    NamedReference{"apos", "'"},
    NamedReference{"num", "#"},
    NamedReference{"percnt", "%"},
    NamedReference{"equals", "="},
    NamedReference{"plus", "+"},
    NamedReference{"sol", "/"},
    NamedReference{"bsol", "\\"},
    NamedReference{"colon", ":"},
    NamedReference{"semi", ";"},
    NamedReference{"comma", ","},
    NamedReference{"period", "."},
    NamedReference{"lowbar", "_"},
    NamedReference{"excl", "!"},
    NamedReference{"quest", "?"},
    NamedReference{"commat", "@"},
    NamedReference{"ast", "*"},
    NamedReference{"dollar", "$"},
    NamedReference{"lpar", "("},
    NamedReference{"rpar", ")"},
    NamedReference{"lsqb", "["},
    NamedReference{"rsqb", "]"},
    NamedReference{"lcub", "{"},
    NamedReference{"rcub", "}"},
    NamedReference{"verbar", "|"},
    NamedReference{"grave", "`"},
};

// Decodes "&#...;" at the start of `text` into `into`; gives its length, 0 when it is none.
std::size_t decode_numeric(std::string_view text, std::string& into) {
    const bool is_hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
    const std::size_t start = is_hex ? 3 : 2;
    std::uint32_t code_point = 0;
    const char* first = text.data() + std::min(start, text.size());
    const auto [end, error] =
        std::from_chars(first, text.data() + text.size(), code_point, is_hex ? 16 : 10);
    if (end == first) return 0;
    const bool is_good = error == std::errc() && code_point != 0 && is_unicode_scalar(code_point);
    append_utf8(into, is_good ? code_point : 0xfffdU);
    const std::size_t length = static_cast<std::size_t>(end - text.data());
    return text.substr(length).starts_with(';') ? length + 1 : length;
}

// The same for "&name;".
std::size_t decode_named(std::string_view text, std::string& into) {
    std::size_t end = 1;
    while (end < text.size() && is_alphanumeric(text[end]))
        ++end;
    const std::string_view name = text.substr(1, end - 1);
    const auto* found = std::ranges::find(kNamedReferences, name, &NamedReference::name);
    if (found == kNamedReferences.end()) return 0;
    const std::string_view rest = text.substr(end);
    if (!rest.starts_with(';') && (!found->semicolon_optional || rest.starts_with('='))) return 0;
    into += found->text;
    return rest.starts_with(';') ? end + 1 : end;
}

// --- tags

struct Tag {
    std::string name;  // lower case
    bool is_end = false;
    std::vector<HtmlAttribute> attributes;
};

class PageReader {
  public:
    PageReader(std::string_view html, const HtmlLimits& limits) : html_(html), limits_(limits) {}

    Result<HtmlPage> read() {
        while (offset_ < html_.size()) {
            const std::size_t open = std::min(html_.find('<', offset_), html_.size());
            if (in_anchor_) anchor_text_ += html_.substr(offset_, open - offset_);
            offset_ = open;
            if (offset_ < html_.size()) TRY(markup());
        }
        end_anchor();
        return std::move(page_);
    }

  private:
    std::string_view rest() const { return html_.substr(offset_); }

    // Moves behind the next `end`, or to the end of the page.
    void skip_behind(std::string_view end) {
        const std::size_t found = html_.find(end, offset_);
        offset_ = found == std::string_view::npos ? html_.size() : found + end.size();
    }

    // At "<": a comment, a declaration, a tag, or a "<" that is text.
    Result<void> markup() {
        if (rest().starts_with("<!--")) {
            offset_ += 2;  // "<!-->" is a whole comment
            skip_behind("-->");
            return {};
        }
        if (rest().starts_with("<!") || rest().starts_with("<?")) {
            skip_behind(">");
            return {};
        }
        const bool is_end = rest().starts_with("</");
        const std::size_t name_start = offset_ + (is_end ? 2 : 1);
        if (name_start >= html_.size() || !is_letter(html_[name_start])) {
            if (in_anchor_) anchor_text_ += '<';
            ++offset_;
            return {};
        }
        offset_ = name_start;
        Tag tag{.name = take_tag_name(), .is_end = is_end, .attributes = {}};
        const bool wanted =
            !is_end && (tag.name == "a" || tag.name == "base" || tag.name == "meta");
        if (!TRY(take_attributes(wanted ? &tag.attributes : nullptr))) return {};
        return use(std::move(tag));
    }

    std::string take_tag_name() {
        const std::size_t start = offset_;
        while (offset_ < html_.size() && !is_space(html_[offset_]) && html_[offset_] != '/' &&
               html_[offset_] != '>') {
            ++offset_;
        }
        return base::to_lower(html_.substr(start, offset_ - start));
    }

    // Up to and with ">"; false when the page ends before. Kept in `into` unless that is null.
    Result<bool> take_attributes(std::vector<HtmlAttribute>* into) {
        for (;;) {
            while (offset_ < html_.size() && (is_space(html_[offset_]) || html_[offset_] == '/'))
                ++offset_;
            if (offset_ == html_.size()) return false;
            if (html_[offset_] == '>') {
                ++offset_;
                return true;
            }
            const std::string_view name = take_attribute_name();
            const std::string_view value = take_attribute_value();
            if (into == nullptr) continue;
            if (attributes_++ == limits_.attributes)
                return too_many("attributes", limits_.attributes);
            into->push_back({base::to_lower(name), decode_html_text(value)});
        }
    }

    std::string_view take_attribute_name() {
        const std::size_t start = offset_++;  // a "=" at the start belongs to the name
        while (offset_ < html_.size() && !is_space(html_[offset_]) && html_[offset_] != '/' &&
               html_[offset_] != '>' && html_[offset_] != '=') {
            ++offset_;
        }
        return html_.substr(start, offset_ - start);
    }

    std::string_view take_attribute_value() {
        const std::size_t behind_name = offset_;
        skip_space();
        if (offset_ == html_.size() || html_[offset_] != '=') {
            offset_ = behind_name;
            return {};
        }
        ++offset_;
        skip_space();
        if (offset_ == html_.size() || html_[offset_] == '>') return {};
        const char quote = html_[offset_];
        if (quote == '"' || quote == '\'') {
            const std::size_t start = ++offset_;
            const std::size_t end = std::min(html_.find(quote, start), html_.size());
            offset_ = std::min(end + 1, html_.size());
            return html_.substr(start, end - start);
        }
        const std::size_t start = offset_;
        while (offset_ < html_.size() && !is_space(html_[offset_]) && html_[offset_] != '>')
            ++offset_;
        return html_.substr(start, offset_ - start);
    }

    void skip_space() {
        while (offset_ < html_.size() && is_space(html_[offset_]))
            ++offset_;
    }

    Result<void> use(Tag tag) {
        if (tag.name == "a") {
            end_anchor();
            if (!tag.is_end) return begin_anchor(std::move(tag));
            return {};
        }
        if (tag.is_end) return {};
        if (tag.name == "base") {
            use_base(tag);
        } else if (tag.name == "meta") {
            TRY(count());
            page_.metas.push_back({std::move(tag.attributes)});
        } else if (tag.name == "script" || tag.name == "style" || tag.name == "title" ||
                   tag.name == "textarea") {
            skip_raw_text(tag.name);
        }
        return {};
    }

    void use_base(const Tag& tag) {
        if (page_.base_href) return;
        const auto href = std::ranges::find(tag.attributes, "href", &HtmlAttribute::name);
        if (href != tag.attributes.end()) page_.base_href = href->value;
    }

    Result<void> begin_anchor(Tag tag) {
        HtmlAnchor anchor;
        anchor.attributes = std::move(tag.attributes);
        if (anchor.find("href") == nullptr) return {};
        TRY(count());
        page_.anchors.push_back(std::move(anchor));
        in_anchor_ = true;
        return {};
    }

    void end_anchor() {
        if (!in_anchor_) return;
        page_.anchors.back().text = base::trim(decode_html_text(anchor_text_));
        anchor_text_.clear();
        in_anchor_ = false;
    }

    // What stands in these elements is no markup, up to their own end tag.
    void skip_raw_text(std::string_view name) {
        for (;;) {
            skip_behind("</");
            if (offset_ == html_.size()) return;
            if (base::starts_with_ignoring_case(rest(), name)) return skip_behind(">");
        }
    }

    Result<void> count() {
        if (tags_++ < limits_.anchors) return {};
        return too_many("links", limits_.anchors);
    }

    static std::unexpected<base::Error> too_many(std::string_view what, std::size_t limit) {
        return fail(ErrorKind::Invalid, fmt::format("the page has more than {} {}", limit, what));
    }

    std::string_view html_;
    const HtmlLimits& limits_;
    std::size_t offset_ = 0;
    std::size_t tags_ = 0;
    std::size_t attributes_ = 0;
    bool in_anchor_ = false;  // the last of page_.anchors is open
    std::string anchor_text_;
    HtmlPage page_;
};

}  // namespace

const std::string* HtmlTag::find(std::string_view name) const {
    const auto found = std::ranges::find(attributes, name, &HtmlAttribute::name);
    return found == attributes.end() ? nullptr : &found->value;
}

std::string decode_html_text(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    while (!text.empty()) {
        const std::size_t ampersand = std::min(text.find('&'), text.size());
        decoded += text.substr(0, ampersand);
        text.remove_prefix(ampersand);
        if (text.empty()) break;
        const std::size_t length =
            text.starts_with("&#") ? decode_numeric(text, decoded) : decode_named(text, decoded);
        if (length == 0) decoded += '&';
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return decoded;
}

Result<HtmlPage> parse_anchors(std::string_view html, const HtmlLimits& limits) {
    if (html.size() > limits.size) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("the page has more than {}", base::format_bytes(limits.size))
        );
    }
    return PageReader(html, limits).read();
}

}  // namespace codec
