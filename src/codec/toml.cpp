#include "codec/toml.h"

#include <fmt/core.h>

#include <cstdlib>

namespace codec {

std::string TomlPosition::to_string() const {
    return fmt::format("line {}, column {}", line, column);
}

std::string TomlDateTime::to_string() const {
    std::string text;
    if (date) text += fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
    if (date && time) text += 'T';
    if (time) {
        text += fmt::format("{:02}:{:02}:{:02}", time->hour, time->minute, time->second);
        if (time->nanosecond != 0) {
            text += fmt::format(".{:09}", time->nanosecond);
            text.erase(text.find_last_not_of('0') + 1);
        }
    }
    if (!offset_minutes) return text;
    if (*offset_minutes == 0) return text + "Z";
    const int minutes = std::abs(*offset_minutes);
    return text + fmt::format(
                      "{}{:02}:{:02}", *offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60
                  );
}

std::size_t TomlTable::size() const {
    return entries_.size();
}

const TomlValue* TomlTable::find(std::string_view key) const {
    if (!positions_.empty()) {
        const auto found = positions_.find(key);
        return found == positions_.end() ? nullptr : &entries_[found->second].value;
    }
    for (const TomlEntry& entry : entries_) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

const TomlValue* TomlTable::at_path(std::string_view dotted) const {
    const std::size_t dot = dotted.find('.');
    const TomlValue* value = find(dotted.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    return value->at_path(dotted.substr(dot + 1));
}

std::optional<std::int64_t> TomlValue::as_integer() const {
    const auto* value = std::get_if<std::int64_t>(&data_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<double> TomlValue::as_float() const {
    const auto* value = std::get_if<double>(&data_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<bool> TomlValue::as_boolean() const {
    const auto* value = std::get_if<bool>(&data_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::string_view TomlValue::kind_name() const {
    switch (kind()) {
        case Kind::String:
            return "a string";
        case Kind::Integer:
            return "an integer";
        case Kind::Float:
            return "a float";
        case Kind::Boolean:
            return "a boolean";
        case Kind::DateTime:
            return "a date or time";
        case Kind::Array:
            return "an array";
        case Kind::Table:
            return "a table";
    }
    return "a value";
}

const TomlValue* TomlValue::find(std::string_view key) const {
    const TomlTable* table = as_table();
    return table == nullptr ? nullptr : table->find(key);
}

const TomlValue* TomlValue::at_path(std::string_view dotted) const {
    const TomlTable* table = as_table();
    return table == nullptr ? nullptr : table->at_path(dotted);
}

base::Error toml_error(const TomlValue& value, std::string_view name, std::string_view what) {
    return base::Error(base::ErrorKind::Invalid, fmt::format("invalid value in `{}`", name))
        .cause(fmt::format("{}: {}", value.position().to_string(), what));
}

}  // namespace codec
