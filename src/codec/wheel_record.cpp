#include "codec/wheel_record.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace codec {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

constexpr std::int8_t kNoDigit = -1;

// The values of the characters of both base64 alphabets; some writers use the plain one.
constexpr std::array<std::int8_t, 256> kBase64Values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(kNoDigit);
    std::int8_t value = 0;
    for (const auto& [first, last] : {std::pair('A', 'Z'), {'a', 'z'}, {'0', '9'}}) {
        for (char c = first; c <= last; ++c)
            values[static_cast<std::uint8_t>(c)] = value++;
    }
    for (const char c : {'-', '+'})
        values[static_cast<std::uint8_t>(c)] = 62;
    for (const char c : {'_', '/'})
        values[static_cast<std::uint8_t>(c)] = 63;
    return values;
}();

Result<std::string> decode_base64url(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);  // some writers pad
    std::string bytes(text.size() * 6 / 8, '\0');
    auto out = bytes.begin();
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::int8_t value = kBase64Values[static_cast<std::uint8_t>(c)];
        if (value == kNoDigit)
            return fail(ErrorKind::Invalid, fmt::format("`{}` is no base64 digest", text));
        pending = (pending << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *out++ = static_cast<char>((pending >> bits) & 0xffU);
        }
    }
    // Digests have one spelling only: no lone character, no stray bits behind the last byte.
    if (bits >= 6 || (pending & ((1U << bits) - 1U)) != 0) {
        return fail(ErrorKind::Invalid, fmt::format("`{}` is no base64 digest", text));
    }
    return bytes;
}

Result<base::HashDigest> parse_record_hash(std::string_view text) {
    constexpr std::size_t kSha256Size = 32;
    const std::size_t separator = text.find('=');
    if (separator == std::string_view::npos) {
        return fail(ErrorKind::Invalid, fmt::format("`{}` is no `<algorithm>=<digest>`", text));
    }
    const std::string_view algorithm = text.substr(0, separator);
    const std::string digest = TRY(decode_base64url(text.substr(separator + 1)));
    // Nearly every line of every RECORD.
    if (algorithm == "sha256" && digest.size() == kSha256Size)
        return base::HashDigest{base::HashAlgorithm::Sha256, base::to_hex(digest)};
    return base::HashDigest::parse(fmt::format("{}:{}", algorithm, base::to_hex(digest)));
}

// The columns that are known, and how many there were. One row is used for all lines: its strings
// keep their memory.
struct Row {
    std::array<std::string, 3> fields;
    std::size_t count = 0;
};

// Reads one CSV row at a time; quoted fields may span lines.
class CsvReader {
  public:
    explicit CsvReader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    std::size_t line() const { return line_; }

    // The fields of the next row; no field at all for a blank line.
    Result<void> read(Row& row) {
        row.count = 0;
        for (std::string& field : row.fields)
            field.clear();
        if (skip_line_break()) return {};
        for (;;) {
            TRY(read_field(row.count < row.fields.size() ? row.fields[row.count] : surplus_));
            ++row.count;
            if (rest_.starts_with(',')) {
                rest_.remove_prefix(1);
                continue;
            }
            if (rest_.empty() || skip_line_break()) return {};
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

    Result<void> read_field(std::string& field) {
        if (!rest_.starts_with('"')) {
            const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
            std::string_view text = rest_.substr(0, end);
            if (text.ends_with('\r') && rest_.substr(end).starts_with('\n')) text.remove_suffix(1);
            rest_.remove_prefix(text.size());
            field = text;
            return {};
        }
        rest_.remove_prefix(1);
        field.clear();
        for (;;) {
            const std::size_t quote = rest_.find('"');
            if (quote == std::string_view::npos)
                return fail(ErrorKind::Invalid, "a quote is not closed");
            const std::string_view piece = rest_.substr(0, quote);
            line_ += static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
            field += piece;
            rest_.remove_prefix(quote + 1);
            if (!rest_.starts_with('"')) return {};
            field += '"';
            rest_.remove_prefix(1);
        }
    }

    std::string surplus_;
    std::string_view rest_;
    std::size_t line_ = 1;
};

Result<void> check_row(const Row& row) {
    if (row.count > row.fields.size()) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("expected path, digest and size, found {} columns", row.count)
        );
    }
    if (row.fields[0].empty()) return fail(ErrorKind::Invalid, "the path is empty");
    return {};
}

Result<RecordEntry> entry_of(const Row& row) {
    const auto& [path, hash, size] = row.fields;
    RecordEntry entry{.path = path};
    if (!hash.empty()) entry.hash = TRY(parse_record_hash(hash));
    if (!size.empty()) {
        entry.size = base::parse_unsigned(size);
        if (!entry.size) return fail(ErrorKind::Invalid, fmt::format("`{}` is no size", size));
    }
    return entry;
}

// Calls `take` with every row that is one; an error is told with its line.
Result<void> for_each_row(
    std::string_view text, const std::function<Result<void>(const Row&)>& take
) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    CsvReader reader(text);
    Row row;
    while (!reader.at_end()) {
        const std::size_t line = reader.line();
        Result<void> done = reader.read(row);
        if (done && row.count > 0) done = check_row(row);
        if (done && row.count > 0) done = take(row);
        if (!done)
            return base::with_context(std::move(done), fmt::format("line {} of RECORD", line));
    }
    return {};
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
    std::vector<RecordEntry> entries;
    TRY(for_each_row(text, [&](const Row& row) -> Result<void> {
        entries.push_back(TRY(entry_of(row)));
        return {};
    }));
    return entries;
}

Result<void> for_each_record_path(
    std::string_view text, const std::function<void(const std::string&)>& take
) {
    return for_each_row(text, [&](const Row& row) -> Result<void> {
        take(row.fields[0]);
        return {};
    });
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
