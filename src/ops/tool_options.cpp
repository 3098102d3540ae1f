#include "ops/tool_options.h"

#include "base/clock.h"

#include <fmt/core.h>

#include <algorithm>

namespace ops {

namespace {

constexpr std::string_view kEmpty = "[]";  // a list or table without anything in it

std::string text_of(const codec::TomlValue& value) {
    if (const std::string* text = value.as_string()) return *text;
    if (const auto truth = value.as_boolean()) return *truth ? "true" : "false";
    if (const auto number = value.as_integer()) return fmt::format("{}", *number);
    if (const auto number = value.as_float()) return fmt::format("{}", *number);
    if (const codec::TomlDateTime* time = value.as_datetime()) return time->to_string();
    return std::string(kEmpty);
}

// "exclude-newer", "index/0/exclude-newer", "exclude-newer-package/numpy", ".../numpy/timestamp"
bool is_cutoff(std::string_view path) {
    return path.ends_with("exclude-newer") || path.starts_with("exclude-newer-package/");
}

// Where the span of the cutoff at `path` would be.
std::string span_path(const std::string& path) {
    constexpr std::string_view kTimestamp = "/timestamp";
    if (path.ends_with(kTimestamp))
        return path.substr(0, path.size() - kTimestamp.size()) + "/span";
    return path + "-span";
}

}  // namespace

ToolOptions ToolOptions::of_receipt(const codec::TomlTable& table) {
    ToolOptions options;
    for (const codec::TomlEntry& entry : table.entries())
        options.add_value(entry.key, entry.value);
    options.normalise_times();
    return options;
}

void ToolOptions::add_text(std::string path, std::string text) {
    leaves_.insert_or_assign(std::move(path), std::move(text));
}

void ToolOptions::add_flag(std::string path, bool value) {
    add_text(std::move(path), value ? "true" : "false");
}

void ToolOptions::add_list(const std::string& path, const std::vector<std::string>& values) {
    if (values.empty()) add_text(path, std::string(kEmpty));
    for (std::size_t i = 0; i < values.size(); ++i)
        add_text(fmt::format("{}/{}", path, i), values[i]);
}

void ToolOptions::add_value(const std::string& path, const codec::TomlValue& value) {
    if (const codec::TomlArray* items = value.as_array(); items != nullptr && !items->empty()) {
        for (std::size_t i = 0; i < items->size(); ++i)
            add_value(fmt::format("{}/{}", path, i), (*items)[i]);
        return;
    }
    if (const codec::TomlTable* table = value.as_table(); table != nullptr && !table->empty()) {
        for (const codec::TomlEntry& entry : table->entries())
            add_value(fmt::format("{}/{}", path, entry.key), entry.value);
        return;
    }
    add_text(path, text_of(value));
}

std::optional<std::string> ToolOptions::difference(const ToolOptions& other) const {
    const auto [mine, theirs] = std::ranges::mismatch(leaves_, other.leaves_);
    if (mine == leaves_.end() && theirs == other.leaves_.end()) return std::nullopt;
    if (mine == leaves_.end()) return theirs->first;
    if (theirs == other.leaves_.end()) return mine->first;
    return std::min(mine->first, theirs->first);
}

void ToolOptions::normalise_times() {
    std::erase_if(leaves_, [this](const auto& leaf) {
        return is_cutoff(leaf.first) && leaves_.contains(span_path(leaf.first));
    });
    for (auto& [path, text] : leaves_) {
        if (!is_cutoff(path)) continue;
        if (const auto seconds = base::parse_rfc3339(text)) text = base::format_rfc3339(*seconds);
    }
}

}  // namespace ops
