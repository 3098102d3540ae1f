// Cursor over a TOML text with line and column, and the quoted strings. Internal to the TOML reader.
#pragma once

#include "base/result.h"
#include "codec/toml.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codec {

class TomlScanner {
  public:
    TomlScanner(std::string_view text, std::string_view name, std::uint32_t first_line);

    bool at_end() const { return offset_ == text_.size(); }

    std::size_t offset() const { return offset_; }

    std::string_view rest() const { return text_.substr(offset_); }

    // The next character, '\0' at the end (which cannot stand in a document otherwise).
    char peek() const { return at_end() ? '\0' : text_[offset_]; }

    bool next_is(std::string_view expected) const { return rest().starts_with(expected); }

    void advance(std::size_t count) { offset_ += count; }

    bool take(std::string_view expected);

    void skip_blanks();  // spaces and tabs
    base::Result<void> skip_comment(
    );                       // from "#" to before the line break; nothing when there is none
    bool take_line_break();  // "\n" or "\r\n"
    base::Result<void> skip_space();       // blanks, comments and line breaks, as inside arrays
    base::Result<void> expect_line_end();  // blanks, a comment, then a line break or the end

    // The four kinds of strings; the cursor stands on the opening quote.
    base::Result<std::string> one_line_string();
    base::Result<std::string> any_string();

    // Asked with growing offsets nearly always, which costs a single pass over the text.
    TomlPosition position_at(std::size_t offset);
    std::unexpected<base::Error> error_at(std::size_t offset, std::string_view what);
    std::unexpected<base::Error> error_at(TomlPosition position, std::string_view what) const;

    std::unexpected<base::Error> error_here(std::string_view what) {
        return error_at(offset_, what);
    }

  private:
    base::Result<std::string> basic_string();
    base::Result<std::string> literal_string();
    base::Result<std::string> multi_line_string(char quote);
    base::Result<void> escape(std::string& into);
    base::Result<void> unicode_escape(std::string& into, std::size_t digits);
    bool take_trimmed_line_end();

    std::string_view text_;
    std::string name_;
    std::size_t offset_ = 0;

    std::size_t known_offset_ = 0;  // position_at's place of the last question
    TomlPosition known_;
    std::uint32_t first_line_;
};

}  // namespace codec
