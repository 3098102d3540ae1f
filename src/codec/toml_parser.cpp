// The grammar of TOML: recursive descent over TomlScanner, results into TomlBuilder.
#include "base/text.h"
#include "codec/toml.h"
#include "codec/toml_builder.h"
#include "codec/toml_scalar.h"
#include "codec/toml_scanner.h"

#include <fmt/core.h>

#include <utility>

namespace codec {

namespace {

using base::Result;

bool is_bare_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

class TomlParser {
  public:
    TomlParser(std::string_view text, std::string_view name, std::uint32_t first_line)
        : scanner_(text, name, first_line) {}

    Result<TomlTable> parse() {
        for (;;) {
            TRY(scanner_.skip_space());
            if (scanner_.at_end()) return builder_.take();
            if (scanner_.peek() == '[') {
                TRY(header());
            } else {
                TRY(key_value_line());
            }
            TRY(scanner_.expect_line_end());
        }
    }

  private:
    Result<void> header() {
        const bool is_array = scanner_.next_is("[[");
        scanner_.advance(is_array ? 2 : 1);
        const TomlKey key_parts = TRY(key());
        if (!scanner_.take(is_array ? "]]" : "]")) {
            return scanner_.error_here(
                is_array ? "expected `]]` after the name" : "expected `]` after the name"
            );
        }
        header_depth_ = key_parts.size();
        TRY(check_depth(header_depth_));
        return check_clash(
            is_array ? builder_.open_array_element(key_parts) : builder_.open_table(key_parts),
            key_parts
        );
    }

    Result<void> key_value_line() {
        std::pair<TomlKey, TomlValue> pair = TRY(key_value(header_depth_));
        return check_clash(builder_.insert(pair.first, std::move(pair.second)), pair.first);
    }

    Result<std::pair<TomlKey, TomlValue>> key_value(std::size_t depth) {
        TomlKey key_parts = TRY(key());
        if (!scanner_.take("=")) return scanner_.error_here("expected `=` after the key");
        scanner_.skip_blanks();
        TomlValue parsed = TRY(value(depth + key_parts.size()));
        return std::pair(std::move(key_parts), std::move(parsed));
    }

    // A dotted key with the blanks around it.
    Result<TomlKey> key() {
        TomlKey parts;
        do {
            scanner_.skip_blanks();
            parts.push_back(TRY(key_part()));
            scanner_.skip_blanks();
            if (parts.size() > kTomlMaximumDepth) return too_deep();
        } while (scanner_.take("."));
        return parts;
    }

    Result<TomlKeyPart> key_part() {
        const std::size_t start = scanner_.offset();
        TomlKeyPart part;
        if (scanner_.peek() == '"' || scanner_.peek() == '\'') {
            part.text = TRY(scanner_.one_line_string());
        } else {
            const std::string_view rest = scanner_.rest();
            std::size_t length = 0;
            while (length < rest.size() && is_bare_key_character(rest[length]))
                ++length;
            if (length == 0)
                return scanner_.error_here(
                    "expected a key; other characters than A-Z a-z 0-9 - _ need quotes"
                );
            part.text = rest.substr(0, length);
            scanner_.advance(length);
        }
        part.position = scanner_.position_at(start);
        part.span = span_from(start);
        return part;
    }

    Result<TomlValue> value(std::size_t depth) {
        TRY(check_depth(depth));
        if (values_++ == kTomlMaximumValues) {
            return scanner_.error_here(fmt::format("more than {} values", kTomlMaximumValues));
        }
        const std::size_t start = scanner_.offset();
        const TomlPosition position = scanner_.position_at(start);
        switch (scanner_.peek()) {
            case '"':
            case '\'': {
                std::string text = TRY(scanner_.any_string());
                return TomlBuilder::value(std::move(text), position, span_from(start));
            }
            case '[': {
                TomlArray elements = TRY(array(depth));
                return TomlBuilder::value(std::move(elements), position, span_from(start));
            }
            case '{': {
                TomlTable table = TRY(inline_table(depth));
                return TomlBuilder::value(std::move(table), position, span_from(start));
            }
            default:
                return scalar(position);
        }
    }

    Result<TomlValue> scalar(TomlPosition position) {
        const std::size_t start = scanner_.offset();
        const std::string_view token =
            scanner_.rest().substr(0, toml_token_length(scanner_.rest()));
        if (token.empty()) return scanner_.error_here("expected a value");
        std::expected<TomlScalar, std::string> parsed = parse_toml_scalar(token);
        if (!parsed) return scanner_.error_here(parsed.error());
        scanner_.advance(token.size());
        return std::visit(
            [&](auto data) {
                return TomlBuilder::value(std::move(data), position, span_from(start));
            },
            *parsed
        );
    }

    Result<TomlArray> array(std::size_t depth) {
        const std::size_t start = scanner_.offset();
        scanner_.advance(1);
        TomlArray elements;
        for (;;) {
            TRY(scanner_.skip_space());
            if (scanner_.take("]")) return elements;
            if (scanner_.at_end()) return scanner_.error_at(start, "the array is not closed");
            elements.push_back(TRY(value(depth + 1)));
            TRY(scanner_.skip_space());
            if (scanner_.take(",") || scanner_.peek() == ']') continue;
            if (scanner_.at_end()) return scanner_.error_at(start, "the array is not closed");
            return scanner_.error_here("expected `,` or `]`");
        }
    }

    // On one line, and without a comma at its end: version 1.0 of the language is strict here.
    Result<TomlTable> inline_table(std::size_t depth) {
        scanner_.advance(1);
        TomlTable table = TomlBuilder::inline_table();
        scanner_.skip_blanks();
        if (scanner_.take("}")) return table;
        for (;;) {
            std::pair<TomlKey, TomlValue> pair = TRY(key_value(depth));
            TRY(check_clash(builder_.insert(table, pair.first, std::move(pair.second)), pair.first)
            );
            scanner_.skip_blanks();
            if (scanner_.take("}")) return table;
            if (!scanner_.take(","))
                return scanner_.error_here("expected `,` or `}` on the same line");
        }
    }

    Result<void> check_clash(const std::optional<TomlBuilder::Clash>& clash, const TomlKey& key)
        const {
        if (!clash) return {};
        return scanner_.error_at(key[clash->part].position, clash->what);
    }

    Result<void> check_depth(std::size_t depth) {
        if (depth <= kTomlMaximumDepth) return {};
        return too_deep();
    }

    std::unexpected<base::Error> too_deep() {
        return scanner_.error_here(fmt::format("nested deeper than {} levels", kTomlMaximumDepth));
    }

    TomlSpan span_from(std::size_t start) const {
        return {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(scanner_.offset())};
    }

    TomlScanner scanner_;
    TomlBuilder builder_;
    std::size_t header_depth_ = 0;  // of the open table
    std::size_t values_ = 0;
};

// Names the first line that is not UTF-8.
base::Error encoding_error(std::string_view text, std::string_view name, std::uint32_t first_line) {
    std::uint32_t line_number = first_line;
    for (const std::string_view line : base::split(text, '\n')) {
        if (!base::is_valid_utf8(line)) break;
        ++line_number;
    }
    return base::Error(base::ErrorKind::Invalid, fmt::format("failed to parse `{}`", name))
        .cause(fmt::format("line {}: the text is not UTF-8", line_number));
}

}  // namespace

Result<TomlTable> parse_toml(
    std::string_view text, std::string_view name, std::uint32_t first_line
) {
    if (text.size() > kTomlMaximumSize) {
        return base::fail(
            base::Error(base::ErrorKind::Invalid, fmt::format("failed to parse `{}`", name))
                .cause(fmt::format("it has more than {}", base::format_bytes(kTomlMaximumSize)))
        );
    }
    if (!base::is_valid_utf8(text)) return base::fail(encoding_error(text, name, first_line));
    return TomlParser(text, name, first_line).parse();
}

}  // namespace codec
