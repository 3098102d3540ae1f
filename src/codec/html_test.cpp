#include "codec/html.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace codec {
namespace {

// "text[name=value,...];" of every anchor.
std::string render(std::string_view html) {
    const base::Result<HtmlPage> page = parse_anchors(html);
    if (!page) return page.error().flat();
    std::string text;
    for (const HtmlAnchor& anchor : page->anchors) {
        text += anchor.text + "[";
        for (const HtmlAttribute& attribute : anchor.attributes) {
            text += fmt::format(
                "{}{}={}", text.ends_with('[') ? "" : ",", attribute.name, attribute.value
            );
        }
        text += "];";
    }
    return text;
}

TEST(Html, AnchorsOfEveryQuality) {
    struct Case {
        std::string_view html;
        std::string_view expected;
    };

    constexpr Case kCases[] = {
        {R"(<a href="x-1.whl#sha256=ab" data-requires-python="&gt;=3.8,&lt;4">x-1.whl</a><br />)",
         "x-1.whl[href=x-1.whl#sha256=ab,data-requires-python=>=3.8,<4];"},
        {"<A HREF=x.whl Data-Yanked>x</A>", "x[href=x.whl,data-yanked=];"},
        {"<a\n href = 'a b'\t>\n t \n</a>", "t[href=a b];"},
        {"<a href=\"a\">one<a href=\"b\">two", "one[href=a];two[href=b];"},
        {"<a href=\"a\"><b>bo</b>ld &amp; <i>more</i></a> after", "bold & more[href=a];"},
        {"<a name=x>no link</a><a href>empty</a>", "empty[href=];"},
        {"<!-- <a href=x>no</a> --><a href=y>yes</a><!-- <a href=z>", "yes[href=y];"},
        {"<!--><a href=y>yes</a>", "yes[href=y];"},
        {"<script>'<a href=x>'</script><style><a href=x></STYLE ><a href=y>y</a>", "y[href=y];"},
        {"<title><a href=x></title><!DOCTYPE <a><a href=y>y</a><? php ?>", "y[href=y];"},
        {"<a href=x/y/>t</a>", "t[href=x/y/];"},
        {"<a/href=x/class=y>t</a>", "t[href=x/class=y];"},
        {"<a href=x href=y>t</a>", "t[href=x,href=y];"},
        {"1 < 2 <a href=x>3 < 4 <</a>", "3 < 4 <[href=x];"},
        {"<abbr href=x>t</abbr><a href=y>u</a>", "u[href=y];"},
        {"<a href=\"x>t</a>", ""},
        {"<a href=x", ""},
        {"<a href=x =y>t</a>", "t[href=x,=y=];"},
        {"<", ""},
        {"</", ""},
    };
    for (const Case& test : kCases)
        EXPECT_EQ(render(test.html), test.expected) << test.html;
}

TEST(Html, FirstAttributeWins) {
    const base::Result<HtmlPage> page = parse_anchors("<a href=x href=y>t</a>");
    ASSERT_TRUE(page);
    EXPECT_EQ(*page->anchors[0].find("href"), "x");
    EXPECT_EQ(page->anchors[0].find("data-yanked"), nullptr);
}

TEST(Html, BaseAndMeta) {
    const base::Result<HtmlPage> page = parse_anchors(
        "<html><head><base target=_top><base href='https://h/x&#47;'><base href=other>"
        "<meta name=\"pypi:repository-version\" content=\"1.1\"></head>"
    );
    ASSERT_TRUE(page);
    EXPECT_EQ(page->base_href, "https://h/x/");
    ASSERT_EQ(page->metas.size(), 1U);
    EXPECT_EQ(*page->metas[0].find("content"), "1.1");
}

TEST(Html, CharacterReferences) {
    struct Case {
        std::string_view text;
        std::string_view expected;
    };

    constexpr Case kCases[] = {
        {"a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"},
        {"&#65;&#x42;&#X43;&#68", "ABCD"},
        {"&#xe9;&#128512;", "\u00e9\U0001F600"},
        {"&#0;&#xd800;&#x110000;&#99999999999;", "\ufffd\ufffd\ufffd\ufffd"},
        {"?a=1&amp&b=2&lt=3&gtx", "?a=1&&b=2&lt=3&gtx"},
        {"&unknown; &; & &# &#x; &#-1;", "&unknown; &; & &# &#x; &#-1;"},
        {"&plus;&equals;&num;&percnt;&colon;&sol;", "+=#%:/"},
        {"&apos", "&apos"},
    };
    for (const Case& test : kCases)
        EXPECT_EQ(decode_html_text(test.text), test.expected) << test.text;
}

TEST(Html, LimitsHold) {
    std::string page;
    for (int i = 0; i < 10; ++i)
        page += "<a href=x y z>t</a>";
    EXPECT_TRUE(parse_anchors(page, {.anchors = 10, .attributes = 30}));
    EXPECT_EQ(parse_anchors(page, {.anchors = 9}).error().flat(), "the page has more than 9 links");
    EXPECT_EQ(
        parse_anchors(page, {.attributes = 29}).error().flat(),
        "the page has more than 29 attributes"
    );
    EXPECT_EQ(parse_anchors(page, {.size = 10}).error().flat(), "the page has more than 10B");
}

}  // namespace
}  // namespace codec
