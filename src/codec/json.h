// JSON (RFC 8259), strict: UTF-8 only, no comments, no NaN, one value per text.
//
// Three doors:
//   parse_json   a tree of Json values, for small documents (direct_url.json, interpreter facts);
//   read_json    events without a tree, for index pages of many megabytes;
//   JsonWriter   compact output.
//
// Parsing is iterative, so nesting cannot overflow the stack; depth, size and number of values are
// limited. RapidJSON does the work inside json.cpp and is seen nowhere else.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace codec {

struct JsonLimits {
    std::size_t depth = 128;
    std::size_t size = 256U << 20U;  // bytes of text
    std::size_t values = 1'000'000;  // parse_json only: about 50 bytes of memory each
};

class Json;
using JsonArray = std::vector<Json>;
// In the order of the text. A key that occurs twice stays twice; find gives the last, as other readers do.
using JsonObject = std::vector<std::pair<std::string, Json>>;

class Json {
  public:
    enum class Kind { Null, Boolean, Integer, Number, String, Array, Object };

    Json() = default;

    explicit Json(bool value) : data_(value) {}

    explicit Json(std::int64_t value) : data_(value) {}

    explicit Json(double value) : data_(value) {}

    explicit Json(std::string value) : data_(std::move(value)) {}

    explicit Json(std::string_view value) : data_(std::string(value)) {}

    explicit Json(const char* value) : data_(std::string(value)) {}

    explicit Json(JsonArray value) : data_(std::move(value)) {}

    explicit Json(JsonObject value) : data_(std::move(value)) {}

    Kind kind() const { return static_cast<Kind>(data_.index()); }

    bool is_null() const { return kind() == Kind::Null; }

    // The value, or nullopt/nullptr when it is of another kind.
    std::optional<bool> as_boolean() const;
    std::optional<std::int64_t> as_integer(
    ) const;                                  // numbers without fraction or exponent that fit
    std::optional<double> as_number() const;  // integers too

    const std::string* as_string() const { return std::get_if<std::string>(&data_); }

    const JsonArray* as_array() const { return std::get_if<JsonArray>(&data_); }

    const JsonObject* as_object() const { return std::get_if<JsonObject>(&data_); }

    JsonArray* as_array() { return std::get_if<JsonArray>(&data_); }

    JsonObject* as_object() { return std::get_if<JsonObject>(&data_); }

    // nullptr when this is no object or has no such key.
    const Json* find(std::string_view key) const;
    // The string below `key`, nullptr when it is missing or no string.
    const std::string* find_string(std::string_view key) const;

    bool operator==(const Json& other) const = default;

    std::string to_string() const;  // compact

  private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
        data_;
};

// `name` is what messages call the text. Errors are Invalid and name the byte: "... at byte 17".
base::Result<Json> parse_json(
    std::string_view text, std::string_view name, const JsonLimits& limits = {}
);

enum class JsonStep { Continue, Stop };

// Receives a document in order. Views are valid during the call only. The defaults ignore what comes.
class JsonEvents {
  public:
    virtual ~JsonEvents() = default;

    virtual JsonStep null() { return JsonStep::Continue; }

    virtual JsonStep boolean(bool) { return JsonStep::Continue; }

    virtual JsonStep integer(std::int64_t) { return JsonStep::Continue; }

    virtual JsonStep number(double) { return JsonStep::Continue; }

    virtual JsonStep string(std::string_view) { return JsonStep::Continue; }

    virtual JsonStep key(std::string_view) { return JsonStep::Continue; }

    virtual JsonStep begin_object() { return JsonStep::Continue; }

    virtual JsonStep end_object() { return JsonStep::Continue; }

    virtual JsonStep begin_array() { return JsonStep::Continue; }

    virtual JsonStep end_array() { return JsonStep::Continue; }
};

enum class JsonOutcome { Complete, Stopped };

// Takes the text by value and unescapes in place: no copy when it is moved in. `Stopped` when
// `events` asked for it.
base::Result<JsonOutcome> read_json(
    std::string text, std::string_view name, JsonEvents& events, const JsonLimits& limits = {}
);

// Compact output, commas and escapes included. Strings are expected to be UTF-8; bytes that are not
// become U+FFFD.
//
//     JsonWriter writer;
//     writer.begin_object().key("url").string(url).key("editable").boolean(true).end_object();
//     write(writer.text());
//
// Calls must nest rightly; that is the caller's duty and is not checked.
class JsonWriter {
  public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& integer(std::int64_t value);
    JsonWriter& number(double value
    );  // shortest form that reads back the same; null for what JSON cannot say
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    JsonWriter& value(const Json& value);

    const std::string& text() const { return text_; }

    std::string take() { return std::move(text_); }

  private:
    void separate();
    void quote(std::string_view value);

    std::string text_;
    bool needs_comma_ = false;
};

}  // namespace codec
