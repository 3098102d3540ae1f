#include "project/inline_script.h"
#include "project/requirements_file.h"
#include "project/settings.h"

#include <gtest/gtest.h>

#include <map>

namespace project {
namespace {

TEST(InlineScript, ABlockIsFoundAndRead) {
    const auto block = find_script_block(
        "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.9\"\n# dependencies = [\n# "
        "  \"six\",\n# ]\n#\n"
        "# [tool.uv]\n# exclude-newer = \"2024-01-01T00:00:00Z\"\n# ///\nprint()\n"
    );
    ASSERT_TRUE(block && *block) << block.error().flat();
    EXPECT_EQ((*block)->first_line, 3U);
    const auto metadata = parse_script_block(**block, "s.py", "/x");
    ASSERT_TRUE(metadata) << metadata.error().flat();
    ASSERT_TRUE(metadata->dependencies);
    EXPECT_EQ(metadata->dependencies->front().name.text(), "six");
    EXPECT_EQ(metadata->settings.exclude_newer, "2024-01-01T00:00:00Z");
}

TEST(InlineScript, WhatIsNoBlock) {
    for (const char* text :
         {"",
          "print()",
          " # /// script\n# ///",
          "# /// scripts\n# x = 1\n# ///",
          "#/// script\n# ///"}) {
        const auto block = find_script_block(text);
        EXPECT_TRUE(block && !*block) << text;
    }
}

TEST(InlineScript, TheLastClosingMarkOfTheCommentCounts) {
    const auto block = find_script_block("# /// script\n# a = '''\n# ///\n# '''\n# ///\nx = 1\n");
    ASSERT_TRUE(block && *block);
    EXPECT_EQ((*block)->text, "a = '''\n///\n'''\n");
}

TEST(InlineScript, BrokenBlocksAreErrorsThatSayWhere) {
    const auto unclosed = find_script_block("x = 1\n# /// script\n# dependencies = []\n");
    ASSERT_FALSE(unclosed);
    EXPECT_NE(unclosed.error().flat().find("line 2"), std::string::npos);
    EXPECT_FALSE(find_script_block("# /// script\n# ///\n\n# /// script\n# ///\n"));
    const auto block = find_script_block("# /// script\n# dependencies = [\"six\"\n# ///\n");
    ASSERT_TRUE(block && *block);
    EXPECT_FALSE(parse_script_block(**block, "s.py", "/"));
}

TEST(InlineScript, NoDependenciesKeyIsNotAnEmptyList) {
    const auto with = parse_script_block({"dependencies = []\n", 1}, "s.py", "/");
    const auto without = parse_script_block({"requires-python = '>=3'\n", 1}, "s.py", "/");
    ASSERT_TRUE(with && without);
    EXPECT_TRUE(with->dependencies.has_value());
    EXPECT_FALSE(without->dependencies.has_value());
}

base::Result<Settings> settings_of(std::string_view text, SettingsKind kind) {
    const auto table = codec::parse_toml(text, "uv.toml");
    EXPECT_TRUE(table) << text;
    return parse_settings(*table, {"uv.toml", "/home/me", kind});
}

TEST(Settings, EveryTypeIsChecked) {
    for (const char* wrong : {
             "offline = 1",
             "index-url = 3",
             "resolution = \"newest\"",
             "concurrent-downloads = 0",
             "find-links = \"x\"",
             "index = {}",
             "index = [{}]",
             "prerelease-package = []",
             "nosuch = 1",
             "workspace = {}",
         }) {
        const auto settings = settings_of(wrong, SettingsKind::ConfigurationFile);
        ASSERT_FALSE(settings) << wrong;
        EXPECT_EQ(settings.error().kind(), base::ErrorKind::Usage) << wrong;
    }
}

TEST(Settings, AnUnknownKeyOfAProjectIsOnlyListed) {
    const auto settings =
        settings_of("nosuch = 1\nworkspace = {}\nlink-mode = \"copy\"", SettingsKind::ToolTable);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->unknown, std::vector<std::string>{"nosuch"});
    EXPECT_EQ(settings->link_mode, "copy");
}

TEST(Settings, RelativePlacesStartFromTheFile) {
    const auto settings = settings_of(
        "cache-dir = \"c\"\nfind-links = [\"wheels\", \"https://x/y\"]\n[[index]]\nurl = "
        "\"../simple\"\nname = \"a\"",
        SettingsKind::ConfigurationFile
    );
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->cache_dir, "/home/me/c");
    EXPECT_EQ(*settings->find_links, (std::vector<std::string>{"/home/me/wheels", "https://x/y"}));
    EXPECT_EQ(settings->index->front().url, "/home/simple");
}

TEST(Settings, TheNearerWinsAndIndexesAddUp) {
    const auto near = settings_of(
        "offline = true\nextra-index-url = [\"https://a\"]", SettingsKind::ConfigurationFile
    );
    const auto far = settings_of(
        "offline = false\nno-cache = true\nextra-index-url = [\"https://b\"]",
        SettingsKind::ConfigurationFile
    );
    ASSERT_TRUE(near && far);
    const Settings merged = merge_settings(*near, *far);
    EXPECT_EQ(merged.offline, true);
    EXPECT_EQ(merged.no_cache, true);
    EXPECT_EQ(*merged.extra_index_url, (std::vector<std::string>{"https://a", "https://b"}));
}

RequirementsReader reader_of(std::map<std::string, std::string> files) {
    return {
        [files](const std::string& path) -> base::Result<std::string> {
            const auto found = files.find(path);
            if (found == files.end())
                return base::fail(base::ErrorKind::NotFound, "no file " + path);
            return found->second;
        },
        [](const std::string& name) -> std::optional<std::string> {
            if (name == "VERSION") return "1.2";
            return std::nullopt;
        },
    };
}

TEST(RequirementsFile, FilesNameFilesAndLinesJoin) {
    const auto file = read_requirements_file(
        "/r/a.txt",
        reader_of({
            {"/r/a.txt",
             "# comment\nsix==${VERSION}  # why\n-r b.txt\n-c c.txt\n--index-url https://x/simple\n"
             "rich \\\n  >=13 \\\n  "
             "--hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n"},
            {"/r/b.txt", "flask[async]>=2 ; python_version>'3'\n"},
            {"/r/c.txt", "click<9\n"},
        })
    );
    ASSERT_TRUE(file) << file.error().flat();
    ASSERT_EQ(file->requirements.size(), 3U);
    EXPECT_EQ(file->requirements[0].requirement.to_string(), "six==1.2");
    EXPECT_EQ(file->requirements[1].requirement.name.text(), "flask");
    EXPECT_EQ(file->requirements[2].hashes.size(), 1U);
    EXPECT_EQ(file->constraints.size(), 1U);
    EXPECT_EQ(file->index_url, "https://x/simple");
}

TEST(RequirementsFile, CirclesAndNonsenseAreErrors) {
    EXPECT_FALSE(read_requirements_file("/a", reader_of({{"/a", "-r a\n"}})));
    EXPECT_FALSE(read_requirements_file("/a", reader_of({{"/a", "--nosuch\n"}})));
    EXPECT_FALSE(read_requirements_file("/a", reader_of({{"/a", "a b c\n"}})));
    EXPECT_FALSE(read_requirements_file("/a", reader_of({{"/a", "-e .\n"}})));
    EXPECT_FALSE(read_requirements_file("/missing", reader_of({})));
}

TEST(LooseRequirement, UrlsGetTheNameOfTheirFile) {
    const auto url = parse_loose_requirement("https://h/x/six-1.0-py3-none-any.whl", "/");
    ASSERT_TRUE(url) << url.error().flat();
    EXPECT_EQ(url->name.text(), "six");
    EXPECT_EQ(url->url, "https://h/x/six-1.0-py3-none-any.whl");
    EXPECT_FALSE(parse_loose_requirement("./nosuch-1.0-py3-none-any.whl", "/tmp"));
    EXPECT_FALSE(parse_loose_requirement("git+https://h/x", "/tmp"));
}

}  // namespace
}  // namespace project
