#include "codec/ini.h"

#include "base/text.h"

#include <fmt/core.h>

#include <functional>
#include <set>

namespace codec {

namespace {

base::Error line_error(std::size_t line_number, std::string what) {
    return base::Error(base::ErrorKind::Invalid, fmt::format("line {}: {}", line_number, what));
}

bool is_comment(std::string_view trimmed) {
    return trimmed.starts_with('#') || trimmed.starts_with(';');
}

bool is_indented(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t');
}

// Collects sections line by line.
class IniParser {
  public:
    explicit IniParser(IniDelimiters delimiters)
        : separators_(delimiters == IniDelimiters::EqualsOnly ? "=" : "=:") {}

    base::Result<void> add_line(std::string_view line, std::size_t number) {
        const std::string_view content = base::trim(line);
        // A blank line stays part of a value that is continued after it, and ends it otherwise.
        if (content.empty() || is_comment(content)) return {};
        if (is_indented(line) && open_value_ != nullptr) {
            if (!open_value_->empty()) *open_value_ += '\n';
            *open_value_ += content;
            return {};
        }
        if (content.starts_with('[')) return begin_section(content, number);
        return add_entry(content, number);
    }

    IniFile take() { return std::move(file_); }

  private:
    base::Result<void> begin_section(std::string_view content, std::size_t number) {
        const std::size_t end = content.find(']');
        if (end == std::string_view::npos || end == 1) {
            return base::fail(line_error(number, "expected a section as `[name]`"));
        }
        const std::string_view name = content.substr(1, end - 1);
        if (!section_names_.emplace(name).second) {
            return base::fail(line_error(number, fmt::format("section `{}` is there twice", name)));
        }
        file_.sections.push_back({std::string(name), {}});
        entry_names_.clear();
        open_value_ = nullptr;
        return {};
    }

    base::Result<void> add_entry(std::string_view content, std::size_t number) {
        if (file_.sections.empty())
            return base::fail(line_error(number, "expected a section first"));
        const std::size_t separator = content.find_first_of(separators_);
        const std::string_view key = base::trim(content.substr(0, separator));
        if (separator == std::string_view::npos || key.empty()) {
            return base::fail(line_error(number, "expected `name = value`"));
        }
        IniSection& section = file_.sections.back();
        if (!entry_names_.emplace(key).second) {
            return base::fail(line_error(number, fmt::format("`{}` is there twice", key)));
        }
        section.entries.emplace_back(key, base::trim(content.substr(separator + 1)));
        open_value_ = &section.entries.back().second;
        return {};
    }

    std::string_view separators_;
    IniFile file_;
    std::set<std::string, std::less<>> section_names_;
    std::set<std::string, std::less<>> entry_names_;  // of the open section
    std::string* open_value_ = nullptr;               // the value an indented line would continue
};

}  // namespace

const std::string* IniSection::find(std::string_view key) const {
    for (const auto& [entry_key, value] : entries) {
        if (entry_key == key) return &value;
    }
    return nullptr;
}

const IniSection* IniFile::find(std::string_view section) const {
    for (const IniSection& candidate : sections) {
        if (candidate.name == section) return &candidate;
    }
    return nullptr;
}

base::Result<IniFile> parse_ini(std::string_view text, IniDelimiters delimiters) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    IniParser parser(delimiters);
    std::size_t number = 0;
    for (const std::string_view line : base::split_lines(text))
        TRY(parser.add_line(line, ++number));
    return parser.take();
}

std::vector<std::pair<std::string, std::string>> parse_key_values(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (const std::string_view line : base::split_lines(text)) {
        const std::size_t separator = line.find('=');
        if (separator == std::string_view::npos) continue;
        pairs.emplace_back(
            base::to_lower(base::trim(line.substr(0, separator))),
            base::trim(line.substr(separator + 1))
        );
    }
    return pairs;
}

}  // namespace codec
