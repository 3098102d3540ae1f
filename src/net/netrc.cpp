#include "net/netrc.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace net {

class NetrcParser {
  public:
    explicit NetrcParser(std::string_view text) : text_(text) {}

    base::Result<Netrc> parse();

  private:
    void skip_blanks();
    void skip_line();
    void skip_macro();
    base::Result<std::string> value_of(std::string_view keyword);
    base::Result<std::string> quoted();
    std::string word();
    base::Result<void> read_field(const std::string& keyword);
    base::Error error(std::string_view what) const;

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
    Netrc netrc_;
    Credentials* current_ = nullptr;  // of the entry that fields belong to
};

base::Result<Netrc> NetrcParser::parse() {
    for (skip_blanks(); position_ < text_.size(); skip_blanks()) {
        if (text_[position_] == '#') {
            skip_line();
            continue;
        }
        const std::string keyword = word();
        if (keyword == "machine") {
            netrc_.entries_.push_back(
                {.machine = base::to_lower(TRY(value_of("machine"))), .credentials = {}}
            );
            current_ = &netrc_.entries_.back().credentials;
        } else if (keyword == "default") {
            netrc_.default_.emplace();
            current_ = &*netrc_.default_;
        } else if (keyword == "macdef") {
            skip_macro();
        } else {
            TRY(read_field(keyword));
        }
    }
    return std::move(netrc_);
}

base::Result<void> NetrcParser::read_field(const std::string& keyword) {
    const bool is_known =
        keyword == "login" || keyword == "user" || keyword == "password" || keyword == "account";
    // The word may be a part of a password with a blank in it: it is not quoted.
    if (!is_known) return base::fail(error("a word that is no keyword"));
    if (current_ == nullptr) return base::fail(error("a field before the first `machine`"));
    std::string value = TRY(value_of(keyword));
    if (keyword == "password") {
        current_->password = std::move(value);
    } else if (keyword != "account") {
        current_->username = std::move(value);
    }
    return {};
}

void NetrcParser::skip_blanks() {
    for (; position_ < text_.size(); ++position_) {
        const char c = text_[position_];
        if (c == '\n') ++line_;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
    }
}

void NetrcParser::skip_line() {
    position_ = std::min(text_.find('\n', position_), text_.size());
}

// A macro ends at the first empty line.
void NetrcParser::skip_macro() {
    do {
        skip_line();
        if (position_ == text_.size()) return;
        ++position_;
        ++line_;
    } while (position_ < text_.size() && text_[position_] != '\n' && text_[position_] != '\r');
}

base::Result<std::string> NetrcParser::value_of(std::string_view keyword) {
    skip_blanks();
    if (position_ == text_.size())
        return base::fail(error(fmt::format("`{}` without a value", keyword)));
    return text_[position_] == '"' ? quoted() : base::Result<std::string>(word());
}

std::string NetrcParser::word() {
    const std::size_t begin = position_;
    position_ = std::min(text_.find_first_of(" \t\r\n", position_), text_.size());
    return std::string(text_.substr(begin, position_ - begin));
}

base::Result<std::string> NetrcParser::quoted() {
    std::string value;
    for (++position_; position_ < text_.size() && text_[position_] != '\n'; ++position_) {
        char c = text_[position_];
        if (c == '"') {
            ++position_;
            return value;
        }
        if (c == '\\' && position_ + 1 < text_.size()) {
            c = text_[++position_];
            if (c == 'n') c = '\n';
            if (c == 'r') c = '\r';
            if (c == 't') c = '\t';
        }
        value += c;
    }
    return base::fail(error("a quoted value that does not end"));
}

base::Error NetrcParser::error(std::string_view what) const {
    return base::Error(base::ErrorKind::Invalid, fmt::format("{} in line {}", what, line_));
}

base::Result<Netrc> Netrc::parse(std::string_view text) {
    return NetrcParser(text).parse();
}

std::optional<Credentials> Netrc::find(
    std::string_view host, std::optional<std::string_view> username, NetrcDefault fallback
) const {
    const auto is_user = [&](const Credentials& entry) {
        return !username || entry.username == *username;
    };
    for (const NetrcEntry& entry : entries_) {
        if (base::equals_ignoring_case(entry.machine, host) && is_user(entry.credentials))
            return entry.credentials;
    }
    if (fallback == NetrcDefault::Use && default_ && is_user(*default_)) return default_;
    return std::nullopt;
}

}  // namespace net
