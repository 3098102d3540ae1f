// Strings are scanned 16 bytes at a time; every x86-64 has these instructions.
#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif

#include "codec/json.h"

#include "base/text.h"

#include <fmt/core.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace codec {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

base::Error parse_error(std::string_view name, std::size_t offset, std::string_view what) {
    return base::Error(ErrorKind::Invalid, fmt::format("failed to parse `{}` as JSON", name))
        .cause(fmt::format("at byte {}: {}", offset, what));
}

std::string_view describe(rapidjson::ParseErrorCode code) {
    switch (code) {
        case rapidjson::kParseErrorDocumentEmpty:
            return "there is nothing";
        case rapidjson::kParseErrorDocumentRootNotSingular:
            return "more text behind the end of the value";
        case rapidjson::kParseErrorValueInvalid:
            return "expected a value";
        case rapidjson::kParseErrorObjectMissName:
            return "expected a key in quotes";
        case rapidjson::kParseErrorObjectMissColon:
            return "expected `:` after the key";
        case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
            return "expected `,` or `}`";
        case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
            return "expected `,` or `]`";
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
            return "expected four hexadecimal digits";
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
            return "half a surrogate pair";
        case rapidjson::kParseErrorStringEscapeInvalid:
            return "unknown escape in a string";
        case rapidjson::kParseErrorStringMissQuotationMark:
            return "a string is not closed";
        case rapidjson::kParseErrorStringInvalidEncoding:
            return "a control character in a string";
        case rapidjson::kParseErrorNumberTooBig:
            return "the number is too large";
        case rapidjson::kParseErrorNumberMissFraction:
            return "expected a digit after the point";
        case rapidjson::kParseErrorNumberMissExponent:
            return "expected a digit in the exponent";
        default:
            return "this is not JSON";
    }
}

// RapidJSON checks pairs that begin with a high half only; a lone low half arrives as the UTF-8 of a surrogate.
bool has_lone_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xed'); at != std::string_view::npos;
         at = text.find('\xed', at + 1)) {
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0U) return true;
    }
    return false;
}

// What RapidJSON calls; hands on to JsonEvents and keeps the reason when it ends the parse.
class EventHandler {
  public:
    enum class Ending { None, Stopped, TooDeep, LoneSurrogate, NumberTooLarge };

    EventHandler(JsonEvents& events, std::size_t depth_limit)
        : events_(events), depth_limit_(depth_limit) {}

    Ending ending() const { return ending_; }

    bool Null() { return step(events_.null()); }

    bool Bool(bool value) { return step(events_.boolean(value)); }

    // Numbers come as text, because RapidJSON 1.1.0 reads some that are longer than 64 bits wrongly
    // (1844674407370955161550 overflows its rounding).
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        std::int64_t integer = 0;
        const auto [end, error] = std::from_chars(text, text + size, integer);
        if (error == std::errc() && end == text + size) return step(events_.integer(integer));
        // strtod and not from_chars: too small gives zero, as IEEE 754 rounds.
        const double number = std::strtod(std::string(text, size).c_str(), nullptr);
        if (std::isfinite(number)) return step(events_.number(number));
        ending_ = Ending::NumberTooLarge;
        return false;
    }

    // Never called: RawNumber takes all numbers.
    bool Int(int) { return false; }

    bool Uint(unsigned) { return false; }

    bool Int64(std::int64_t) { return false; }

    bool Uint64(std::uint64_t) { return false; }

    bool Double(double) { return false; }

    bool String(const char* text, rapidjson::SizeType size, bool) {
        return is_text({text, size}) && step(events_.string({text, size}));
    }

    bool Key(const char* text, rapidjson::SizeType size, bool) {
        return is_text({text, size}) && step(events_.key({text, size}));
    }

    bool StartObject() { return enter() && step(events_.begin_object()); }

    bool StartArray() { return enter() && step(events_.begin_array()); }

    bool EndObject(rapidjson::SizeType) {
        --depth_;
        return step(events_.end_object());
    }

    bool EndArray(rapidjson::SizeType) {
        --depth_;
        return step(events_.end_array());
    }

  private:
    bool step(JsonStep step) {
        if (step == JsonStep::Continue) return true;
        ending_ = Ending::Stopped;
        return false;
    }

    bool enter() {
        if (++depth_ <= depth_limit_) return true;
        ending_ = Ending::TooDeep;
        return false;
    }

    bool is_text(std::string_view text) {
        if (!has_lone_surrogate(text)) return true;
        ending_ = Ending::LoneSurrogate;
        return false;
    }

    JsonEvents& events_;
    std::size_t depth_limit_;
    std::size_t depth_ = 0;
    Ending ending_ = Ending::None;
};

// Index pages are ASCII nearly always: eight bytes at a time, and the exact check only for the others.
bool is_ascii(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::uint64_t seen = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        seen |= word;
    }
    for (; i < text.size(); ++i)
        seen |= static_cast<unsigned char>(text[i]);
    return (seen & kHighBits) == 0;
}

// Builds a tree from events.
class TreeBuilder final : public JsonEvents {
  public:
    explicit TreeBuilder(std::size_t value_limit) : values_left_(value_limit) {}

    bool too_many() const { return too_many_; }

    Json take() { return std::move(root_); }

    JsonStep null() override { return add(Json()); }

    JsonStep boolean(bool value) override { return add(Json(value)); }

    JsonStep integer(std::int64_t value) override { return add(Json(value)); }

    JsonStep number(double value) override { return add(Json(value)); }

    JsonStep string(std::string_view value) override { return add(Json(value)); }

    JsonStep key(std::string_view name) override {
        open_.back().key = name;
        return JsonStep::Continue;
    }

    JsonStep begin_object() override { return open(Json(JsonObject())); }

    JsonStep begin_array() override { return open(Json(JsonArray())); }

    JsonStep end_object() override { return close(); }

    JsonStep end_array() override { return close(); }

  private:
    struct Open {
        Json container;
        std::string key;  // of the member that comes next, in objects
    };

    JsonStep open(Json container) {
        if (!count()) return JsonStep::Stop;
        open_.push_back({std::move(container), {}});
        return JsonStep::Continue;
    }

    JsonStep close() {
        Json finished = std::move(open_.back().container);
        open_.pop_back();
        place(std::move(finished));
        return JsonStep::Continue;
    }

    JsonStep add(Json value) {
        if (!count()) return JsonStep::Stop;
        place(std::move(value));
        return JsonStep::Continue;
    }

    void place(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        if (JsonObject* object = parent.container.as_object()) {
            object->emplace_back(std::move(parent.key), std::move(value));
        } else {
            parent.container.as_array()->push_back(std::move(value));
        }
    }

    bool count() {
        too_many_ = values_left_ == 0;
        if (too_many_) return false;
        --values_left_;
        return true;
    }

    Json root_;
    std::vector<Open> open_;
    std::size_t values_left_;
    bool too_many_ = false;
};

}  // namespace

std::optional<bool> Json::as_boolean() const {
    const bool* value = std::get_if<bool>(&data_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::int64_t> Json::as_integer() const {
    const std::int64_t* value = std::get_if<std::int64_t>(&data_);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<double> Json::as_number() const {
    if (const double* value = std::get_if<double>(&data_)) return *value;
    if (const std::int64_t* value = std::get_if<std::int64_t>(&data_))
        return static_cast<double>(*value);
    return std::nullopt;
}

const Json* Json::find(std::string_view key) const {
    const JsonObject* object = as_object();
    if (object == nullptr) return nullptr;
    for (auto member = object->rbegin(); member != object->rend(); ++member) {
        if (member->first == key) return &member->second;
    }
    return nullptr;
}

const std::string* Json::find_string(std::string_view key) const {
    const Json* value = find(key);
    return value == nullptr ? nullptr : value->as_string();
}

std::string Json::to_string() const {
    JsonWriter writer;
    writer.value(*this);
    return writer.take();
}

Result<JsonOutcome> read_json(
    std::string text, std::string_view name, JsonEvents& events, const JsonLimits& limits
) {
    const std::size_t size = text.size();
    if (size > limits.size || size > std::numeric_limits<rapidjson::SizeType>::max()) {
        return fail(parse_error(
            name, 0, fmt::format("the text has more than {}", base::format_bytes(limits.size))
        ));
    }
    if (!is_ascii(text) && !base::is_valid_utf8(text))
        return fail(parse_error(name, 0, "the text is not UTF-8"));

    // The 16-byte loads touch up to 15 bytes behind the terminating zero.
    text.reserve(size + 16);
    rapidjson::InsituStringStream stream(text.data());
    rapidjson::Reader reader;
    EventHandler handler(events, limits.depth);
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                                rapidjson::kParseNumbersAsStringsFlag;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);

    switch (handler.ending()) {
        case EventHandler::Ending::None:
            break;
        case EventHandler::Ending::Stopped:
            return JsonOutcome::Stopped;
        case EventHandler::Ending::TooDeep:
            return fail(parse_error(
                name, result.Offset(), fmt::format("nested deeper than {} levels", limits.depth)
            ));
        case EventHandler::Ending::LoneSurrogate:
            return fail(parse_error(
                name, result.Offset(), describe(rapidjson::kParseErrorStringUnicodeSurrogateInvalid)
            ));
        case EventHandler::Ending::NumberTooLarge:
            return fail(
                parse_error(name, result.Offset(), describe(rapidjson::kParseErrorNumberTooBig))
            );
    }
    if (result.IsError()) return fail(parse_error(name, result.Offset(), describe(result.Code())));
    // A zero byte looks like the end of the text to RapidJSON.
    if (stream.Tell() != size) {
        return fail(parse_error(
            name, stream.Tell(), describe(rapidjson::kParseErrorDocumentRootNotSingular)
        ));
    }
    return JsonOutcome::Complete;
}

Result<Json> parse_json(std::string_view text, std::string_view name, const JsonLimits& limits) {
    TreeBuilder builder(limits.values);
    TRY(read_json(std::string(text), name, builder, limits));
    if (builder.too_many()) {
        return fail(
            parse_error(name, 0, fmt::format("there are more than {} values", limits.values))
        );
    }
    return builder.take();
}

void JsonWriter::separate() {
    if (needs_comma_) text_ += ',';
    needs_comma_ = true;
}

void JsonWriter::quote(std::string_view value) {
    const bool valid = base::is_valid_utf8(value);
    text_ += '"';
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
            case '"':
                text_ += "\\\"";
                break;
            case '\\':
                text_ += "\\\\";
                break;
            case '\n':
                text_ += "\\n";
                break;
            case '\r':
                text_ += "\\r";
                break;
            case '\t':
                text_ += "\\t";
                break;
            default:
                if (byte < 0x20U)
                    text_ += fmt::format("\\u{:04x}", byte);
                else if (byte < 0x80U || valid)
                    text_ += c;
                else
                    text_ += "\xef\xbf\xbd";
        }
    }
    text_ += '"';
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    text_ += '{';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    text_ += '}';
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    separate();
    text_ += '[';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    text_ += ']';
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
    separate();
    quote(value);
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    separate();
    text_ += fmt::format("{}", value);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    char buffer[32];
    const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
    const std::string_view digits(buffer, static_cast<std::size_t>(end.ptr - buffer));
    text_ += digits;
    // Keeps it a number with a fraction for whoever tells integers apart.
    if (digits.find_first_of(".e") == std::string_view::npos) text_ += ".0";
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    separate();
    text_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    separate();
    text_ += "null";
    return *this;
}

JsonWriter& JsonWriter::value(const Json& json) {
    switch (json.kind()) {
        case Json::Kind::Null:
            return null();
        case Json::Kind::Boolean:
            return boolean(*json.as_boolean());
        case Json::Kind::Integer:
            return integer(*json.as_integer());
        case Json::Kind::Number:
            return number(*json.as_number());
        case Json::Kind::String:
            return string(*json.as_string());
        case Json::Kind::Array:
            begin_array();
            for (const Json& element : *json.as_array())
                value(element);
            return end_array();
        case Json::Kind::Object:
            begin_object();
            for (const auto& [name, member] : *json.as_object())
                key(name).value(member);
            return end_object();
    }
    return *this;
}

}  // namespace codec
