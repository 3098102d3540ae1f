// TOML 1.0.0 (https://toml.io/en/v1.0.0), reading. The whole language: every rule of the
// specification that makes a document valid or invalid is kept, so what is read here is what any
// conforming reader reads.
//
//     TomlTable document = TRY(parse_toml(text, "pyproject.toml"));
//     const TomlValue* name = document.at_path("project.name");
//     if (name != nullptr && name->as_string() == nullptr)
//         return fail(toml_error(*name, "pyproject.toml", "`project.name` must be a string"));
//
// Tables keep the order of the text. Every value and key knows where it stands (line, column, byte
// span), for messages now and for edits that keep the formatting later. Messages give positions and
// never quote the line: a line may hold a password.
//
// Values are plain data without links into the text; parsed documents may be read from many threads.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace codec {

// Bounds against hostile documents; a value costs about a hundred bytes of memory.
inline constexpr std::size_t kTomlMaximumSize = 16U << 20U;
inline constexpr std::size_t kTomlMaximumValues = 1'000'000;
inline constexpr std::size_t kTomlMaximumDepth =
    128;  // arrays, inline tables and parts of dotted keys together

// A place in a text. Lines and columns count from 1; a column is one code point.
struct TomlPosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    auto operator<=>(const TomlPosition&) const = default;
    std::string to_string() const;  // "line 3, column 5"
};

// Half-open range of bytes in the text that was parsed.
struct TomlSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

struct TomlDate {
    int year = 0;
    int month = 0;
    int day = 0;

    auto operator<=>(const TomlDate&) const = default;
};

struct TomlTime {
    int hour = 0;
    int minute = 0;
    int second = 0;  // up to 60: RFC 3339 knows leap seconds
    int nanosecond = 0;

    auto operator<=>(const TomlTime&) const = default;
};

// One of the four kinds: offset date-time (all three), local date-time, local date, local time.
struct TomlDateTime {
    std::optional<TomlDate> date;
    std::optional<TomlTime> time;
    std::optional<int> offset_minutes;  // 0 for "Z"

    bool operator==(const TomlDateTime&) const = default;
    std::string to_string() const;  // RFC 3339: "1979-05-27T07:32:00.5Z", "1979-05-27", "07:32:00"
};

class TomlValue;
struct TomlEntry;
using TomlArray = std::vector<TomlValue>;

class TomlTable {
  public:
    // How the table came to be; decides what may be added to it and, later, how an edit writes it.
    enum class Form {
        Root,
        Header,        // [a.b] made b
        Implicit,      // [a.b] made a
        Dotted,        // a.b = 1 made a
        Inline,        // { ... }
        ArrayElement,  // [[a]] made an element
    };

    const std::vector<TomlEntry>& entries() const { return entries_; }

    std::size_t size() const;

    bool empty() const { return entries_.empty(); }

    Form form() const { return form_; }

    // nullptr when there is no such key.
    const TomlValue* find(std::string_view key) const;
    // Through nested tables by bare keys: "tool.uv.index". nullptr when a step is missing or no table.
    const TomlValue* at_path(std::string_view dotted) const;

  private:
    friend class TomlBuilder;

    std::vector<TomlEntry> entries_;
    std::map<std::string, std::size_t, std::less<>> positions_;  // by key, for large tables only
    Form form_ = Form::Root;
};

class TomlValue {
  public:
    enum class Kind { String, Integer, Float, Boolean, DateTime, Array, Table };

    // The value, or nullptr/nullopt when it is of another kind. Integers are not floats.
    const std::string* as_string() const { return std::get_if<std::string>(&data_); }

    std::optional<std::int64_t> as_integer() const;
    std::optional<double> as_float() const;
    std::optional<bool> as_boolean() const;

    const TomlDateTime* as_datetime() const { return std::get_if<TomlDateTime>(&data_); }

    const TomlArray* as_array() const { return std::get_if<TomlArray>(&data_); }

    const TomlTable* as_table() const { return std::get_if<TomlTable>(&data_); }

    Kind kind() const { return static_cast<Kind>(data_.index()); }

    std::string_view kind_name() const;  // "a string", "an integer", ... for messages

    // As of TomlTable; nullptr when this is no table.
    const TomlValue* find(std::string_view key) const;
    const TomlValue* at_path(std::string_view dotted) const;

    // Where the value stands. For a table made by a header: the header.
    TomlPosition position() const { return position_; }

    TomlSpan span() const { return span_; }

  private:
    friend class TomlBuilder;
    using Data =
        std::variant<std::string, std::int64_t, double, bool, TomlDateTime, TomlArray, TomlTable>;

    Data data_;
    TomlPosition position_;
    TomlSpan span_;
};

struct TomlEntry {
    std::string key;
    TomlPosition key_position;
    TomlSpan key_span;  // of this part of the key, quotes included
    TomlValue value;
};

// `name` is what messages call the document: a path, "the script's metadata". `first_line` is the number of the
// text's first line, for documents that are cut out of a larger file. Errors are of kind Invalid: "failed to parse
// `pyproject.toml`" caused by "line 3, column 5: expected `=` after the key".
base::Result<TomlTable> parse_toml(
    std::string_view text, std::string_view name, std::uint32_t first_line = 1
);

// An Invalid error about a value that is valid TOML and wrong otherwise: "invalid value in `pyproject.toml`" caused
// by "line 3, column 5: <what>".
base::Error toml_error(const TomlValue& value, std::string_view name, std::string_view what);

}  // namespace codec
