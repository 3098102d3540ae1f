// The vocabulary of HTTP messages.
//
// Headers: the fields of a request or an answer in order. Names are compared without case (RFC 9110
// section 5.1).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

enum class Method { Get, Head };

struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

class Headers {
  public:
    Headers() = default;

    Headers(std::initializer_list<Header> fields) : fields_(fields) {}

    // The first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    // All fields of that name joined by ", " (RFC 9110 section 5.3); nullopt without any.
    std::optional<std::string> joined(std::string_view name) const;
    void add(std::string_view name, std::string_view value);
    void set(std::string_view name, std::string_view value);  // replaces all fields of that name
    void remove(std::string_view name);
    // Takes a line "Name: value" as it came; lines that are none are ignored.
    void add_line(std::string_view line);

    const std::vector<Header>& fields() const { return fields_; }

    bool empty() const { return fields_.empty(); }

    bool operator==(const Headers&) const = default;

  private:
    std::vector<Header> fields_;
};

// "bytes 5-9/20" and "bytes */20" (RFC 9110 section 14.4).
struct ContentRange {
    std::optional<std::uint64_t> first;  // nullopt: the range was not satisfiable
    std::optional<std::uint64_t> last;
    std::optional<std::uint64_t> total;  // nullopt: unknown

    static std::optional<ContentRange> parse(std::string_view text);
};

// "404 Not Found"; the number alone for a status nobody has named.
std::string status_text(int status);

}  // namespace net
