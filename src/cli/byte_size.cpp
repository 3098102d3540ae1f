#include "cli/byte_size.h"

#include "base/text.h"

#include <array>
#include <string>

namespace cli {

namespace {

constexpr std::uint64_t kLargest = 1ULL << 63U;
constexpr std::size_t kMostDigits = 6;  // behind the point

struct Unit {
    std::string_view name;
    std::uint64_t bytes;
};

constexpr std::uint64_t kThousand = 1000;
constexpr std::array<Unit, 14> kUnits = {{
    {"", 1},
    {"b", 1},
    {"k", 1ULL << 10U},
    {"kib", 1ULL << 10U},
    {"kb", kThousand},
    {"m", 1ULL << 20U},
    {"mib", 1ULL << 20U},
    {"mb", kThousand* kThousand},
    {"g", 1ULL << 30U},
    {"gib", 1ULL << 30U},
    {"gb", kThousand* kThousand* kThousand},
    {"t", 1ULL << 40U},
    {"tib", 1ULL << 40U},
    {"tb", kThousand* kThousand* kThousand* kThousand},
}};

// A number with an optional fraction, in units: exact, without floating point.
std::optional<std::uint64_t> multiply(std::string_view number, std::uint64_t unit) {
    const std::size_t point = number.find('.');
    const std::optional<std::uint64_t> whole = base::parse_unsigned(number.substr(0, point));
    if (!whole || *whole > kLargest / unit) return std::nullopt;
    std::uint64_t bytes = *whole * unit;
    if (point != std::string_view::npos) {
        const std::string_view digits = number.substr(point + 1);
        const std::optional<std::uint64_t> part = base::parse_unsigned(digits);
        if (!part || digits.size() > kMostDigits) return std::nullopt;
        std::uint64_t scale = 1;
        for (std::size_t i = 0; i < digits.size(); ++i)
            scale *= 10;
        bytes += *part * (unit / scale) + *part * (unit % scale) / scale;
    }
    return bytes <= kLargest ? std::optional(bytes) : std::nullopt;
}

}  // namespace

std::optional<store::SizeLimit> parse_size_limit(std::string_view text) {
    const std::string lower = base::to_lower(base::trim(text));
    const std::size_t end = lower.find_first_not_of("0123456789.");
    const std::string_view number = std::string_view(lower).substr(0, end);
    const std::string_view word =
        end == std::string::npos ? "" : base::trim(std::string_view(lower).substr(end));
    if (word == "%") {
        const std::optional<std::uint64_t> share = base::parse_unsigned(number);
        if (!share || *share == 0 || *share > 100) return std::nullopt;
        return store::SizeLimit{.percent = static_cast<std::uint32_t>(*share)};
    }
    for (const Unit& unit : kUnits) {
        if (word != unit.name) continue;
        const std::optional<std::uint64_t> bytes = multiply(number, unit.bytes);
        return bytes ? std::optional(store::SizeLimit{.bytes = *bytes}) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace cli
