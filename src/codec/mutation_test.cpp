// Every parser against damaged copies of the fuzzers' seeds: a short, repeatable walk through what the fuzzers search
// for hours. Each parser has one property that must hold whatever it is given.
#include "base/file.h"
#include "codec/dotenv.h"
#include "codec/headers.h"
#include "codec/html.h"
#include "codec/ini.h"
#include "codec/json.h"
#include "codec/toml.h"
#include "codec/wheel_record.h"
#include "codec/zip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace codec {
namespace {

std::vector<std::string> seeds(const std::string& name) {
    const std::string directory = base::join_path(ADDER_SOURCE_DIR "/fuzz/corpus", name);
    std::vector<std::string> contents;
    const auto entries = base::list_directory(directory);
    if (!entries) return contents;
    for (const base::DirectoryEntry& entry : *entries) {
        contents.push_back(base::read_file(base::join_path(directory, entry.name)).value_or(""));
    }
    return contents;
}

// One to four edits: bytes changed, removed, doubled, or moved in from elsewhere in the seed.
std::string damaged(std::string text, std::mt19937& random) {
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random()) % limit;
    };
    for (std::size_t edits = 1 + below(4); edits > 0 && !text.empty(); --edits) {
        const std::size_t at = below(text.size());
        const std::size_t length = std::min(1 + below(8), text.size() - at);
        switch (below(4)) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, text.substr(at, length));
                break;
            default:
                text.insert(below(text.size() + 1), text.substr(at, length));
                break;
        }
    }
    return text;
}

void for_damaged_seeds(
    const std::string& name, const std::function<void(const std::string&)>& check
) {
    const std::vector<std::string> originals = seeds(name);
    ASSERT_FALSE(originals.empty()) << name;
    std::mt19937 random(20260101);
    for (const std::string& original : originals) {
        check(original);
        for (int round = 0; round < 2000; ++round)
            check(damaged(original, random));
    }
}

void check_table(const TomlTable& table, std::size_t text_size) {
    for (const TomlEntry& entry : table.entries()) {
        ASSERT_EQ(table.find(entry.key), &entry.value);
        ASSERT_LE(entry.key_span.end, text_size);
        ASSERT_LE(entry.value.span().begin, entry.value.span().end);
        ASSERT_LE(entry.value.span().end, text_size);
        if (const TomlTable* inner = entry.value.as_table()) check_table(*inner, text_size);
    }
}

TEST(Mutation, Toml) {
    for_damaged_seeds("toml", [](const std::string& text) {
        const auto table = parse_toml(text, "t");
        if (table) check_table(*table, text.size());
    });
}

TEST(Mutation, Json) {
    for_damaged_seeds("json", [](const std::string& text) {
        const auto value = parse_json(text, "t");
        JsonEvents nobody;
        ASSERT_EQ(read_json(text, "t", nobody).has_value(), value.has_value()) << text;
        if (value) {
            ASSERT_EQ(parse_json(value->to_string(), "t"), *value) << text;
        }
    });
}

TEST(Mutation, Html) {
    for_damaged_seeds("html", [](const std::string& text) {
        const auto page = parse_anchors(text);
        ASSERT_TRUE(page);
        for (const HtmlAnchor& anchor : page->anchors)
            ASSERT_NE(anchor.find("href"), nullptr);
    });
}

TEST(Mutation, Zip) {
    for_damaged_seeds("zip", [](const std::string& text) {
        const auto zip = ZipReader::open(std::make_shared<MemorySource>(text));
        if (!zip) return;
        for (const ZipEntry& entry : (*zip)->entries()) {
            const auto content = (*zip)->read(entry, 1U << 20U);
            if (content) {
                ASSERT_EQ(content->size(), entry.size);
            }
        }
    });
}

TEST(Mutation, WheelRecord) {
    for_damaged_seeds("wheel_record", [](const std::string& text) {
        const auto entries = parse_wheel_record(text);
        if (entries) {
            ASSERT_EQ(parse_wheel_record(format_wheel_record(*entries)), *entries) << text;
        }
    });
}

TEST(Mutation, Headers) {
    for_damaged_seeds("headers", [](const std::string& text) {
        const HeaderBlock block = parse_headers(text);
        ASSERT_TRUE(text.ends_with(block.body));
        for (const auto& [name, value] : block.fields)
            ASSERT_NE(block.find(name), nullptr);
    });
}

TEST(Mutation, Dotenv) {
    for_damaged_seeds("dotenv", [](const std::string& text) {
        const Dotenv parsed = parse_dotenv(text, nullptr);
        std::set<std::string> names;
        for (const auto& [name, value] : parsed.variables)
            ASSERT_TRUE(names.insert(name).second) << text;
        for (const DotenvWarning& warning : parsed.warnings)
            ASSERT_LE(warning.position, warning.line.size());
    });
}

TEST(Mutation, Ini) {
    for_damaged_seeds("ini", [](const std::string& text) {
        (void)parse_key_values(text);
        const auto file = parse_ini(text, IniDelimiters::EqualsOrColon);
        if (!file) return;
        for (const IniSection& section : file->sections)
            ASSERT_EQ(file->find(section.name), &section);
    });
}

}  // namespace
}  // namespace codec
