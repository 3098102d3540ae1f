#include "codec/wheel_record.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace codec {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Result<std::string> decode_base64url(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);  // some writers pad
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        std::uint32_t value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<std::uint32_t>(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            value = static_cast<std::uint32_t>(c - '0') + 52;
        else if (c == '-' || c == '+')
            value = 62;
        else if (c == '_' || c == '/')
            value = 63;
        else
            return fail(ErrorKind::Invalid, fmt::format("`{}` is no base64 digest", text));
        pending = (pending << 6U) | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((pending >> bits) & 0xffU);
        }
    }
    // Digests have one spelling only: no lone character, no stray bits behind the last byte.
    if (bits >= 6 || (pending & ((1U << bits) - 1U)) != 0) {
        return fail(ErrorKind::Invalid, fmt::format("`{}` is no base64 digest", text));
    }
    return bytes;
}

Result<base::HashDigest> parse_record_hash(std::string_view text) {
    const std::size_t separator = text.find('=');
    if (separator == std::string_view::npos) {
        return fail(ErrorKind::Invalid, fmt::format("`{}` is no `<algorithm>=<digest>`", text));
    }
    const std::string digest = TRY(decode_base64url(text.substr(separator + 1)));
    return base::HashDigest::parse(
        fmt::format("{}:{}", text.substr(0, separator), base::to_hex(digest))
    );
}

// Reads one CSV row at a time; quoted fields may span lines.
class CsvReader {
  public:
    explicit CsvReader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    std::size_t line() const { return line_; }

    // The fields of the next row; no field at all for a blank line.
    Result<std::vector<std::string>> row() {
        std::vector<std::string> fields;
        if (skip_line_break()) return fields;
        for (;;) {
            fields.push_back(TRY(field()));
            if (rest_.starts_with(',')) {
                rest_.remove_prefix(1);
                continue;
            }
            if (rest_.empty() || skip_line_break()) return fields;
            return fail(ErrorKind::Invalid, "expected `,` after the closing quote");
        }
    }

  private:
    bool skip_line_break() {
        const std::size_t size = rest_.starts_with("\r\n") ? 2U : rest_.starts_with('\n') ? 1U : 0U;
        if (size == 0) return false;
        rest_.remove_prefix(size);
        ++line_;
        return true;
    }

    Result<std::string> field() {
        if (!rest_.starts_with('"')) {
            const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
            std::string_view text = rest_.substr(0, end);
            if (text.ends_with('\r') && rest_.substr(end).starts_with('\n')) text.remove_suffix(1);
            rest_.remove_prefix(text.size());
            return std::string(text);
        }
        rest_.remove_prefix(1);
        std::string text;
        for (;;) {
            const std::size_t quote = rest_.find('"');
            if (quote == std::string_view::npos)
                return fail(ErrorKind::Invalid, "a quote is not closed");
            const std::string_view piece = rest_.substr(0, quote);
            line_ += static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
            text += piece;
            rest_.remove_prefix(quote + 1);
            if (!rest_.starts_with('"')) return text;
            text += '"';
            rest_.remove_prefix(1);
        }
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

Result<RecordEntry> entry_of(std::vector<std::string> fields) {
    if (fields.size() > 3) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("expected path, digest and size, found {} columns", fields.size())
        );
    }
    fields.resize(3);
    RecordEntry entry{.path = std::move(fields[0])};
    if (entry.path.empty()) return fail(ErrorKind::Invalid, "the path is empty");
    if (!fields[1].empty()) entry.hash = TRY(parse_record_hash(fields[1]));
    if (!fields[2].empty()) {
        entry.size = base::parse_unsigned(fields[2]);
        if (!entry.size) return fail(ErrorKind::Invalid, fmt::format("`{}` is no size", fields[2]));
    }
    return entry;
}

void append_quoted(std::string& text, std::string_view field) {
    // A mark at the start of the text would be taken for that of the file.
    const bool needs_quotes = field.find_first_of(",\"\r\n") != std::string_view::npos ||
                              field.starts_with(kByteOrderMark);
    if (!needs_quotes) {
        text += field;
        return;
    }
    text += '"';
    for (const char c : field) {
        if (c == '"') text += '"';
        text += c;
    }
    text += '"';
}

}  // namespace

Result<std::vector<RecordEntry>> parse_wheel_record(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::vector<RecordEntry> entries;
    CsvReader reader(text);
    while (!reader.at_end()) {
        const std::string where = fmt::format("line {} of RECORD", reader.line());
        std::vector<std::string> fields = TRY(base::with_context(reader.row(), where));
        if (fields.empty()) continue;
        entries.push_back(TRY(base::with_context(entry_of(std::move(fields)), where)));
    }
    return entries;
}

std::string format_record_hash(const base::HashDigest& digest) {
    return fmt::format(
        "{}={}",
        base::name_of(digest.algorithm),
        base::to_base64url(base::from_hex(digest.hex).value_or(""))
    );
}

std::string format_wheel_record(std::span<const RecordEntry> entries) {
    std::string text;
    text.reserve(entries.size() * 100);
    for (const RecordEntry& entry : entries) {
        append_quoted(text, entry.path);
        text += ',';
        if (entry.hash) text += format_record_hash(*entry.hash);
        text += ',';
        if (entry.size) text += fmt::format("{}", *entry.size);
        text += '\n';
    }
    return text;
}

}  // namespace codec
