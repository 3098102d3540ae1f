#include "net/http_headers.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace net {

std::optional<std::string_view> Headers::find(std::string_view name) const {
    const auto is_wanted = [&](const Header& field) {
        return base::equals_ignoring_case(field.name, name);
    };
    const auto found = std::ranges::find_if(fields_, is_wanted);
    if (found == fields_.end()) return std::nullopt;
    return found->value;
}

std::optional<std::string> Headers::joined(std::string_view name) const {
    std::optional<std::string> all;
    for (const Header& field : fields_) {
        if (!base::equals_ignoring_case(field.name, name)) continue;
        all = all ? *all + ", " + field.value : field.value;
    }
    return all;
}

void Headers::add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string(name), std::string(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [&](const Header& field) {
        return base::equals_ignoring_case(field.name, name);
    });
}

void Headers::add_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view name = base::trim(line.substr(0, colon));
    if (!name.empty()) add(name, base::trim(line.substr(colon + 1)));
}

std::optional<ContentRange> ContentRange::parse(std::string_view text) {
    text = base::trim(text);
    if (!base::starts_with_ignoring_case(text, "bytes ")) return std::nullopt;
    text = base::trim(text.substr(6));
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view range = text.substr(0, slash);
    const std::string_view whole = text.substr(slash + 1);

    ContentRange result;
    result.total = base::parse_unsigned(whole);
    if (!result.total && whole != "*") return std::nullopt;
    if (range == "*") return result;
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    result.first = base::parse_unsigned(range.substr(0, dash));
    result.last = base::parse_unsigned(range.substr(dash + 1));
    const bool is_range = result.first && result.last && *result.first <= *result.last;
    if (!is_range || (result.total && *result.last >= *result.total)) return std::nullopt;
    return result;
}

std::string status_text(int status) {
    static constexpr auto kNames = std::to_array<std::pair<int, std::string_view>>({
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {410, "Gone"},
        {416, "Range Not Satisfiable"},
        {429, "Too Many Requests"},
        {451, "Unavailable For Legal Reasons"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    });
    const auto found = std::ranges::find(kNames, status, &std::pair<int, std::string_view>::first);
    return found == kNames.end() ? std::to_string(status)
                                 : fmt::format("{} {}", status, found->second);
}

}  // namespace net
