// The rules of TOML about which table may be defined, extended or appended to where. Internal to
// the TOML reader: the parser knows the grammar, the builder knows the document.
#pragma once

#include "codec/toml.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codec {

// One part of a dotted key.
struct TomlKeyPart {
    std::string text;
    TomlPosition position;
    TomlSpan span;
};

using TomlKey = std::vector<TomlKeyPart>;

class TomlBuilder {
  public:
    // Why a key could not be placed: which part of it, and what it meets.
    struct Clash {
        std::size_t part = 0;
        std::string what;
    };

    // "[key]" and "[[key]]": what follows goes into that table.
    std::optional<Clash> open_table(const TomlKey& key);
    std::optional<Clash> open_array_element(const TomlKey& key);

    // "key = value" in the open table, or in an inline table under construction.
    std::optional<Clash> insert(const TomlKey& key, TomlValue value) {
        return insert(*open_, key, std::move(value));
    }

    std::optional<Clash> insert(TomlTable& table, const TomlKey& key, TomlValue value);

    static TomlTable inline_table() { return table_of(TomlTable::Form::Inline); }

    template <class Data>
    static TomlValue value(Data data, TomlPosition position, TomlSpan span) {
        TomlValue value;
        value.data_ = std::move(data);
        value.position_ = position;
        value.span_ = span;
        return value;
    }

    TomlTable take() { return std::move(root_); }

  private:
    static TomlTable table_of(TomlTable::Form form);
    static TomlValue* find(TomlTable& table, std::string_view key);
    static TomlValue& append(TomlTable& table, const TomlKeyPart& part, TomlValue value);
    static TomlValue new_table(const TomlKeyPart& part, TomlTable::Form form);
    std::expected<TomlTable*, Clash> walk_header(const TomlKey& key);

    TomlTable root_;
    TomlTable* open_ = &root_;
};

}  // namespace codec
