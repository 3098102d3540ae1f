#include "cli/html_report.h"

#include "base/hash.h"
#include "cli/report_contents.h"
#include "codec/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cli {
namespace {

constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::int64_t kNow = 20'000 * kDayNs;
constexpr std::string_view kHostile =
    "</script><script>alert(1)</script>\"'><img src=x onerror=a()>";

store::UsedBody body(std::string label, std::uint64_t own_bytes) {
    store::UsedBody used{.body = {}, .own_bytes = own_bytes, .made_from = {}};
    used.body.id = "id-of-" + label;
    used.body.key = "a-key";
    used.body.kind = store::BodyKind::Tool;
    used.body.label = std::move(label);
    used.body.bytes = own_bytes;
    used.body.last_used_ns = kNow - 3 * kDayNs;
    return used;
}

store::PayloadEntry payload(std::string package, std::string version, std::uint64_t bytes) {
    return {
        .sha256 = package + version,
        .package = std::move(package),
        .version = std::move(version),
        .bytes = bytes,
        .last_used_ns = kNow,
    };
}

HtmlReport report_of(store::StoreUsage usage) {
    return {
        .program = "adder 1",
        .root = "/root/store",
        .made_ns = kNow,
        .usage = std::move(usage),
        .disk = {},
        .prune = {},
    };
}

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before);
    if (begin == std::string_view::npos) return "";
    const std::string_view rest = text.substr(begin + before.size());
    return std::string(rest.substr(0, rest.find(after)));
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++count;
    return count;
}

struct Escape {
    std::string_view text;
    std::string_view html;
};

class EscapeHtml : public testing::TestWithParam<Escape> {};

TEST_P(EscapeHtml, LeavesNoMarkup) {
    EXPECT_EQ(escape_html(GetParam().text), GetParam().html);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    EscapeHtml,
    testing::Values(
        Escape{"plain text", "plain text"},
        Escape{"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"},
        Escape{"&amp;", "&amp;amp;"},
        Escape{"a\nb\x1b[31m", "a b [31m"},
        Escape{"\xc3\xa9", "\xc3\xa9"},
        Escape{"\xff<", "\xef\xbf\xbd&lt;"}
    )
);

TEST(EscapeJson, CannotEndItsElement) {
    EXPECT_EQ(
        escape_json_for_html(R"(["</script>", "<!--", "&amp;"])"),
        R"(["\u003c/script\u003e", "\u003c!--", "\u0026amp;"])"
    );
}

TEST(HtmlReport, FillsInEveryMarkerOnce) {
    const std::string page = html_report(report_of({}));
    EXPECT_FALSE(page.contains("@POLICY@"));
    EXPECT_FALSE(page.contains("@DATA@"));
    EXPECT_TRUE(page.starts_with("<!doctype html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(HtmlReport, SaysThatAStoreIsEmpty) {
    const std::string page = html_report(report_of({}));
    EXPECT_TRUE(page.contains("<h1>The store is empty</h1>"));
    EXPECT_TRUE(page.contains("Nothing is stored yet."));
    EXPECT_TRUE(page.contains("No program runs from the store."));
}

TEST(HtmlReport, KeepsHostileTextAsText) {
    store::StoreUsage usage;
    usage.bodies.push_back(body(std::string(kHostile), 10));
    usage.bodies[0].body.in_use = true;
    usage.bodies[0].body.users.push_back({1, std::string(kHostile), 5});
    usage.bodies[0].body.packages = {std::string(kHostile)};
    usage.payloads.push_back(payload(std::string(kHostile), std::string(kHostile), 10));
    usage.files.push_back(
        {.name = "", .bucket = std::string(kHostile), .path = std::string(kHostile), .bytes = 10}
    );
    HtmlReport report = report_of(std::move(usage));
    report.root = kHostile;
    const std::string page = html_report(report);
    EXPECT_EQ(count_of(page, "<script"), 2U);
    EXPECT_EQ(count_of(page, "</script"), 2U);
    EXPECT_FALSE(page.contains("<img"));
    EXPECT_FALSE(page.contains("'><"));
    // And it is all there.
    const std::string data =
        between(page, "<script id=\"data\" type=\"application/json\">", "</script>");
    const auto json = codec::parse_json(data, "data");
    ASSERT_TRUE(json) << json.error().flat();
    EXPECT_GE(count_of(page, escape_html(kHostile)), 6U);
}

TEST(HtmlReport, RunsItsOwnScriptAndNoOther) {
    const std::string page = html_report(report_of({}));
    const std::string policy =
        between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'sha256-")) << policy;
    EXPECT_FALSE(policy.contains("unsafe")) << policy;
    for (const auto& [before, after] :
         {std::pair("<style>", "</style>"), std::pair("<script>", "</script>")}) {
        const std::string source = between(page, before, after);
        EXPECT_GT(source.size(), 1000U);
        EXPECT_TRUE(policy.contains(base::to_base64(base::sha256(source)))) << before;
    }
}

TEST(HtmlReport, LoadsNothing) {
    const std::string page = html_report(report_of({}));
    for (const std::string_view loader : {"http:", "https:", "src=", "href=", "url(", "@import"})
        EXPECT_FALSE(page.contains(loader)) << loader;
}

TEST(HtmlReport, BlotsOutSecretsInCommands) {
    store::StoreUsage usage;
    usage.bodies.push_back(body("tool", 10));
    usage.bodies[0].body.in_use = true;
    usage.bodies[0].body.users.push_back({1, "tool https://me:secret@host/x?token=key", 5});
    const std::string page = html_report(report_of(std::move(usage)));
    EXPECT_TRUE(page.contains("****@host/x?****"));
    EXPECT_FALSE(page.contains("secret"));
    EXPECT_FALSE(page.contains("token"));
}

TEST(HtmlReport, TellsOfUsersWeMayNotSee) {
    store::StoreUsage usage;
    usage.bodies.push_back(body("tool", 10));
    usage.bodies[0].body.in_use = true;
    const std::string page = html_report(report_of(std::move(usage)));
    EXPECT_TRUE(page.contains("(other)"));
    EXPECT_TRUE(page.contains("a program of another user or container"));
}

TEST(HtmlReport, TellsWhatCleanAndPruneWouldFree) {
    store::StoreUsage usage;
    usage.bodies = {body("idle", 2 * 1024), body("busy", 1024)};
    usage.bodies[1].body.in_use = true;
    usage.payloads = {payload("shared", "1", 100 * 1024), payload("lone", "1", 10 * 1024)};
    usage.bodies[1].made_from = {"shared1"};
    HtmlReport report = report_of(std::move(usage));
    report.prune = {{.name = "id-of-idle", .label = {}}};
    const std::string page = html_report(report);
    const std::string clean = between(page, "<code>cache clean</code>", "</div></div>");
    EXPECT_TRUE(clean.contains(">12.0 KiB<")) << clean;
    EXPECT_TRUE(clean.contains("keeps 1 environment in use")) << clean;
    const std::string prune = between(page, "<code>cache prune</code>", "</div></div>");
    EXPECT_TRUE(prune.contains(">2.0 KiB<")) << prune;
    EXPECT_TRUE(prune.ends_with(">1 thing")) << prune;
}

TEST(ReportTree, GroupsAndSorts) {
    store::StoreUsage usage;
    usage.bodies = {body("small", 1), body("large", 5)};
    usage.payloads = {payload("two", "1", 10), payload("two", "2", 20), payload("one", "1", 25)};
    const ReportNode tree = report_tree(usage);
    EXPECT_EQ(tree.bytes, 61U);
    ASSERT_EQ(tree.children.size(), 3U);
    const ReportNode& packages = tree.children[0];
    EXPECT_EQ(packages.section, "packages");
    ASSERT_EQ(packages.children.size(), 2U);
    EXPECT_EQ(packages.children[0].name, "two");
    EXPECT_EQ(packages.children[0].children.at(0).name, "two 2");
    EXPECT_EQ(packages.children[1].name, "one 1");
    EXPECT_TRUE(packages.children[1].children.empty());
    const ReportNode& environments = tree.children[1];
    ASSERT_EQ(environments.children.size(), 1U);
    EXPECT_EQ(environments.children[0].name, "Tools");
    EXPECT_EQ(environments.children[0].children.at(0).name, "large");
    EXPECT_EQ(things_of(packages).front()->name, "one 1");
}

TEST(ReportTree, HasAnEnd) {
    store::StoreUsage usage;
    for (std::size_t i = 0; i < kMostThings + 7; ++i)
        usage.payloads.push_back(payload("p", fmt::format("{}", i), 1 + i));
    const ReportNode tree = report_tree(usage);
    const std::vector<const ReportNode*> things = things_of(tree.children[0]);
    EXPECT_EQ(things.size(), kMostThings + 1);
    std::uint64_t bytes = 0;
    for (const ReportNode* thing : things)
        bytes += thing->bytes;
    EXPECT_EQ(bytes, tree.bytes);
    EXPECT_EQ(things.back()->name, "p 7");
    EXPECT_TRUE(std::ranges::any_of(things, [](const ReportNode* thing) {
        return thing->name == "7 smaller ones" && thing->bytes == 28;
    }));
}

}  // namespace
}  // namespace cli
