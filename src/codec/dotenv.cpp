#include "codec/dotenv.h"

#include <algorithm>
#include <expected>
#include <map>
#include <set>

namespace codec {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Letters of other scripts count as letters in substitutions.
bool is_substitution_character(char c) {
    return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80U;
}

// Values are applied before the file's own, so lookups see what the process has first.
class Scope {
  public:
    explicit Scope(const DotenvLookup& lookup) : lookup_(lookup) {}

    void set(const std::string& name, const std::string& value) { values_[name] = value; }

    std::string value_of(std::string_view name) const {
        if (std::optional<std::string> outside = lookup_ ? lookup_(name) : std::nullopt)
            return *std::move(outside);
        const auto inside = values_.find(name);
        return inside == values_.end() ? std::string() : inside->second;
    }

  private:
    const DotenvLookup& lookup_;
    std::map<std::string, std::string, std::less<>> values_;
};

// Where a text could not be read.
struct Trouble {
    std::string_view text;
    std::size_t offset = 0;  // in bytes
};

// Cuts the file into lines without their comments; a line break inside quotes does not end one.
class LineReader {
  public:
    explicit LineReader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    std::size_t line_number() const { return line_number_; }

    // The next line without its break, or the trouble of a quote that stays open to the end of the file.
    std::expected<std::string_view, Trouble> next() {
        line_number_ += pending_breaks_;
        pending_breaks_ = 0;
        std::size_t i = 0;
        char quote = '\0';
        bool after_blank = true;
        std::size_t comment = std::string_view::npos;
        for (; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (c == '\n') {
                ++pending_breaks_;
                if (quote == '\0') break;
            }
            if (comment != std::string_view::npos) continue;
            if (c == '\\') {
                // An escaped line break ends the line all the same outside quotes.
                const bool skips = i + 1 < rest_.size() && (quote != '\0' || rest_[i + 1] != '\n');
                if (skips && rest_[++i] == '\n') ++pending_breaks_;
                after_blank = false;
            } else if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'') {
                quote = c;
                after_blank = false;
            } else {
                if (c == '#' && after_blank) comment = i;
                after_blank = is_blank(c);
            }
        }
        if (quote != '\0') return std::unexpected(Trouble{rest_, rest_.size()});
        const std::string_view line = rest_.substr(0, std::min(i, comment));
        rest_.remove_prefix(std::min(i + 1, rest_.size()));
        return line;
    }

  private:
    std::string_view rest_;
    std::size_t line_number_ = 1;
    std::size_t pending_breaks_ = 0;
};

class ValueParser {
  public:
    ValueParser(std::string_view text, const Scope& scope) : text_(text), scope_(scope) {}

    std::expected<std::string, Trouble> parse() {
        while (!at_end()) {
            const char c = peek();
            bool good = true;
            if (quote_ == '\'') {
                take_literal();
            } else if (c == '$') {
                good = substitute();
            } else if (c == '\\') {
                good = escape();
            } else if (c == '"') {
                quote_ = quote_ == '\0' ? '"' : '\0';
                ++offset_;
            } else if (c == '\'' && quote_ == '\0') {
                quote_ = '\'';
                ++offset_;
            } else if (is_blank(c) && quote_ == '\0') {
                offset_ = std::min(text_.find_first_not_of(" \t\r\v\f", offset_), text_.size());
                good = at_end();
            } else {
                value_ += text_[offset_++];
            }
            if (!good) return std::unexpected(Trouble{text_, offset_});
        }
        if (quote_ != '\0') return std::unexpected(Trouble{text_, text_.size() - 1});
        return value_;
    }

  private:
    bool at_end() const { return offset_ == text_.size(); }

    char peek() const { return text_[offset_]; }

    void take_literal() {
        const char c = text_[offset_++];
        if (c == '\'') {
            quote_ = '\0';
        } else {
            value_ += c;
        }
    }

    // False when a brace is not closed.
    bool substitute() {
        ++offset_;
        std::size_t end = offset_;
        if (!at_end() && peek() == '{') {
            end = text_.find('}', offset_);
            if (end == std::string_view::npos) {
                offset_ = text_.size() - 1;
                return false;
            }
            value_ += scope_.value_of(text_.substr(offset_ + 1, end - offset_ - 1));
            offset_ = end + 1;
            return true;
        }
        while (end < text_.size() && is_substitution_character(text_[end]))
            ++end;
        value_ += scope_.value_of(text_.substr(offset_, end - offset_));
        offset_ = end;
        // What ends the name stands for itself, a blank or backslash too.
        if (!at_end() && peek() != '$' && peek() != '"' && peek() != '\'')
            value_ += text_[offset_++];
        return true;
    }

    // False for a character that has no escape. A backslash at the end of the line is dropped.
    bool escape() {
        ++offset_;
        if (at_end()) return true;
        const char c = peek();
        if (c != '\\' && c != '"' && c != '\'' && c != '$' && c != ' ' && c != 'n') return false;
        value_ += c == 'n' ? '\n' : c;
        ++offset_;
        return true;
    }

    std::string_view text_;
    const Scope& scope_;
    std::size_t offset_ = 0;
    char quote_ = '\0';  // the quote that is open
    std::string value_;
};

// "[export] NAME = value" of a line that holds something.
class LineParser {
  public:
    LineParser(std::string_view line, const Scope& scope) : line_(line), scope_(scope) {}

    std::expected<std::pair<std::string, std::string>, Trouble> parse() {
        skip_blanks();
        std::string name = take_name();
        if (name == "export" && offset_ < line_.size() && is_blank(line_[offset_])) {
            skip_blanks();
            if (offset_ < line_.size() && line_[offset_] != '=') name = take_name();
        }
        skip_blanks();
        const bool good = !name.empty() && offset_ < line_.size() && line_[offset_] == '=';
        if (!good) return std::unexpected(Trouble{line_, offset_});
        ++offset_;
        skip_blanks();
        const std::string_view rest = line_.substr(offset_);
        if (rest.starts_with('#')) return std::pair(name, std::string());
        std::expected<std::string, Trouble> value = ValueParser(rest, scope_).parse();
        if (!value) return std::unexpected(value.error());
        return std::pair(name, *std::move(value));
    }

  private:
    std::string take_name() {
        const std::size_t start = offset_;
        if (start < line_.size() && (is_letter(line_[start]) || line_[start] == '_')) {
            const auto is_name_character = [](char c) {
                return is_letter(c) || is_digit(c) || c == '_' || c == '.';
            };
            while (offset_ < line_.size() && is_name_character(line_[offset_]))
                ++offset_;
        }
        return std::string(line_.substr(start, offset_ - start));
    }

    void skip_blanks() {
        while (offset_ < line_.size() && is_blank(line_[offset_]))
            ++offset_;
    }

    std::string_view line_;
    const Scope& scope_;
    std::size_t offset_ = 0;
};

DotenvWarning warning_of(const Trouble& trouble, std::size_t line_number) {
    const std::string_view before = trouble.text.substr(0, trouble.offset);
    // Characters, not bytes.
    const auto characters = std::ranges::count_if(before, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    });
    return {static_cast<std::size_t>(characters), std::string(trouble.text), line_number};
}

}  // namespace

Dotenv parse_dotenv(std::string_view text, const DotenvLookup& lookup) {
    Dotenv result;
    Scope scope(lookup);
    std::set<std::string> seen;
    LineReader lines(text);
    while (!lines.at_end()) {
        const std::expected<std::string_view, Trouble> raw = lines.next();
        if (!raw) {
            result.warnings.push_back(warning_of(raw.error(), lines.line_number()));
            break;
        }
        const std::string_view line = raw->substr(0, raw->find_last_not_of(" \t\r\v\f") + 1);
        if (line.empty()) continue;
        auto entry = LineParser(line, scope).parse();
        if (!entry) {
            result.warnings.push_back(warning_of(entry.error(), lines.line_number()));
            break;
        }
        scope.set(entry->first, entry->second);
        if (seen.insert(entry->first).second) result.variables.push_back(*std::move(entry));
    }
    return result;
}

}  // namespace codec
