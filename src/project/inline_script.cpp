#include "project/inline_script.h"

#include "base/text.h"

#include <fmt/core.h>

namespace project {

namespace {

constexpr std::string_view kOpening = "# /// script";
constexpr std::string_view kClosing = "# ///";

// A line of the block without its mark: "# x" is "x", "#" is "".
std::optional<std::string_view> content_of(std::string_view line) {
    if (line == "#") return "";
    if (line.starts_with("# ")) return line.substr(2);
    return std::nullopt;
}

struct OpenBlock {
    std::size_t opening = 0;  // index of the opening line
    std::size_t end = 0;      // one past the run of comment lines
};

// The closing mark is the last one in the run of comment lines: a block may hold the text `# ///`.
base::Result<std::size_t> closing_line(
    const std::vector<std::string_view>& lines, const OpenBlock& block
) {
    for (std::size_t i = block.end; i > block.opening + 1; --i) {
        if (lines[i - 1] == kClosing) return i - 1;
    }
    return base::fail(
        base::Error(
            base::ErrorKind::Usage,
            fmt::format("the script block that opens at line {} is not closed", block.opening + 1)
        )
            .hint("every line of the block starts with `#`, and `# ///` alone on a line ends it")
    );
}

base::Result<std::vector<pep::Requirement>> requirements_of(
    const codec::TomlValue& value, std::string_view name
) {
    const codec::TomlArray* items = value.as_array();
    if (items == nullptr)
        return base::fail(
            codec::toml_error(value, name, "`dependencies` must be an array of strings")
        );
    std::vector<pep::Requirement> requirements;
    for (const codec::TomlValue& item : *items) {
        const std::string* text = item.as_string();
        if (text == nullptr)
            return base::fail(codec::toml_error(item, name, "a dependency must be a string"));
        base::Result<pep::Requirement> requirement = pep::Requirement::parse(*text);
        if (!requirement) {
            base::Error error =
                codec::toml_error(item, name, fmt::format("`{}` is no requirement", *text));
            return base::fail(std::move(error).cause(requirement.error().flat()));
        }
        requirements.push_back(std::move(*requirement));
    }
    return requirements;
}

}  // namespace

base::Result<std::optional<ScriptBlock>> find_script_block(std::string_view source) {
    const std::vector<std::string_view> lines = base::split_lines(source);
    std::optional<ScriptBlock> found;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i] != kOpening) continue;
        OpenBlock open{i, i + 1};
        while (open.end < lines.size() && content_of(lines[open.end]))
            ++open.end;
        const std::size_t closing = TRY(closing_line(lines, open));
        if (found) {
            return base::fail(
                base::ErrorKind::Usage,
                fmt::format(
                    "the script has more than one `script` block (the second opens at line {})",
                    i + 1
                )
            );
        }
        found.emplace();
        found->first_line = static_cast<std::uint32_t>(i + 2);
        for (std::size_t line = i + 1; line < closing; ++line) {
            found->text += *content_of(lines[line]);
            found->text += '\n';
        }
        i = closing;
    }
    return found;
}

base::Result<ScriptMetadata> parse_script_block(
    const ScriptBlock& block, std::string_view name, const std::string& directory
) {
    base::Result<codec::TomlTable> document = codec::parse_toml(block.text, name, block.first_line);
    if (!document) return base::fail(std::move(document.error()).with_kind(base::ErrorKind::Usage));
    ScriptMetadata metadata;
    if (const codec::TomlValue* dependencies = document->find("dependencies")) {
        metadata.dependencies = TRY(requirements_of(*dependencies, name));
    }
    if (const codec::TomlValue* python = document->find("requires-python")) {
        const std::string* text = python->as_string();
        if (text == nullptr)
            return base::fail(codec::toml_error(*python, name, "`requires-python` must be a string")
            );
        metadata.requires_python = TRY(base::with_context(
            pep::Specifiers::parse(*text), fmt::format("invalid `requires-python` in `{}`", name)
        ));
    }
    if (const codec::TomlValue* tool = document->at_path("tool.uv")) {
        const codec::TomlTable* table = tool->as_table();
        if (table == nullptr)
            return base::fail(codec::toml_error(*tool, name, "`tool.uv` must be a table"));
        metadata.settings =
            TRY(parse_settings(*table, {std::string(name), directory, SettingsKind::ToolTable}));
        metadata.settings.source_text = block.text;
    }
    return metadata;
}

}  // namespace project
