#include "codec/toml_builder.h"

#include <fmt/core.h>

#include <expected>

namespace codec {

namespace {

using Clash = TomlBuilder::Clash;
using Form = TomlTable::Form;

constexpr std::size_t kIndexedFrom = 16;  // smaller tables are searched from the front

Clash defined_already(std::size_t part, const TomlKeyPart& key, const TomlValue& there) {
    return {
        part, fmt::format("`{}` is defined already at {}", key.text, there.position().to_string())
    };
}

// Only "[[...]]" makes arrays of tables that can be extended; "[{...}]" is complete as written.
bool is_array_of_tables(const TomlArray& array) {
    if (array.empty()) return false;
    const TomlTable* table = array.back().as_table();
    return table != nullptr && table->form() == Form::ArrayElement;
}

}  // namespace

TomlTable TomlBuilder::table_of(Form form) {
    TomlTable table;
    table.form_ = form;
    return table;
}

TomlValue TomlBuilder::new_table(const TomlKeyPart& part, Form form) {
    return value(table_of(form), part.position, part.span);
}

TomlValue* TomlBuilder::find(TomlTable& table, std::string_view key) {
    return const_cast<TomlValue*>(std::as_const(table).find(key));
}

TomlValue& TomlBuilder::append(TomlTable& table, const TomlKeyPart& part, TomlValue value) {
    table.entries_.push_back({part.text, part.position, part.span, std::move(value)});
    if (table.entries_.size() == kIndexedFrom) {
        for (std::size_t i = 0; i + 1 < kIndexedFrom; ++i)
            table.positions_.emplace(table.entries_[i].key, i);
    }
    if (table.entries_.size() >= kIndexedFrom)
        table.positions_.emplace(part.text, table.entries_.size() - 1);
    return table.entries_.back().value;
}

// The table that holds the last part of a header, made on the way where it is missing.
std::expected<TomlTable*, Clash> TomlBuilder::walk_header(const TomlKey& key) {
    TomlTable* table = &root_;
    for (std::size_t i = 0; i + 1 < key.size(); ++i) {
        TomlValue* next = find(*table, key[i].text);
        if (next == nullptr) next = &append(*table, key[i], new_table(key[i], Form::Implicit));
        if (auto* array = std::get_if<TomlArray>(&next->data_)) {
            if (!is_array_of_tables(*array))
                return std::unexpected(defined_already(i, key[i], *next));
            next = &array->back();
        }
        table = std::get_if<TomlTable>(&next->data_);
        if (table == nullptr || table->form_ == Form::Inline) {
            return std::unexpected(defined_already(i, key[i], *next));
        }
    }
    return table;
}

std::optional<Clash> TomlBuilder::open_table(const TomlKey& key) {
    const std::expected<TomlTable*, Clash> parent = walk_header(key);
    if (!parent) return parent.error();
    const TomlKeyPart& last = key.back();
    TomlValue* there = find(**parent, last.text);
    if (there == nullptr) {
        there = &append(**parent, last, new_table(last, Form::Header));
        open_ = std::get_if<TomlTable>(&there->data_);
        return std::nullopt;
    }
    // A table that so far exists only because of the tables in it may be defined once.
    TomlTable* table = std::get_if<TomlTable>(&there->data_);
    if (table == nullptr || table->form_ != Form::Implicit)
        return defined_already(key.size() - 1, last, *there);
    table->form_ = Form::Header;
    there->position_ = last.position;
    there->span_ = last.span;
    open_ = table;
    return std::nullopt;
}

std::optional<Clash> TomlBuilder::open_array_element(const TomlKey& key) {
    const std::expected<TomlTable*, Clash> parent = walk_header(key);
    if (!parent) return parent.error();
    const TomlKeyPart& last = key.back();
    TomlValue* there = find(**parent, last.text);
    if (there == nullptr) {
        there = &append(**parent, last, value(TomlArray(), last.position, last.span));
    } else {
        const TomlArray* array = there->as_array();
        if (array == nullptr || !is_array_of_tables(*array))
            return defined_already(key.size() - 1, last, *there);
    }
    TomlArray& array = std::get<TomlArray>(there->data_);
    array.push_back(new_table(last, Form::ArrayElement));
    open_ = std::get_if<TomlTable>(&array.back().data_);
    return std::nullopt;
}

std::optional<Clash> TomlBuilder::insert(TomlTable& start, const TomlKey& key, TomlValue value) {
    TomlTable* table = &start;
    for (std::size_t i = 0; i + 1 < key.size(); ++i) {
        TomlValue* next = find(*table, key[i].text);
        if (next == nullptr) next = &append(*table, key[i], new_table(key[i], Form::Dotted));
        table = std::get_if<TomlTable>(&next->data_);
        // Tables made by headers and inline tables are complete; dotted keys cannot add to them.
        const bool open =
            table != nullptr && (table->form_ == Form::Dotted || table->form_ == Form::Implicit);
        if (!open) return defined_already(i, key[i], *next);
        table->form_ = Form::Dotted;
    }
    if (const TomlValue* there = find(*table, key.back().text)) {
        return defined_already(key.size() - 1, key.back(), *there);
    }
    append(*table, key.back(), std::move(value));
    return std::nullopt;
}

}  // namespace codec
