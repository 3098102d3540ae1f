#include "cli/removals.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/cache_report.h"

#include <fmt/core.h>

#include <map>

namespace cli {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

struct Files {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
};

std::string line_of(const store::Removal& removal, std::int64_t now_ns) {
    std::string line = fmt::format(
        "{}  {}  {}",
        name_of(removal.kind),
        removal.label.empty() ? removal.name : removal.label,
        base::format_bytes(removal.bytes)
    );
    if (removal.last_used_ns > 0) {
        line += fmt::format("  used {} ago", age_text((now_ns - removal.last_used_ns) / kSecondNs));
    }
    return fmt::format("{}  {}\n", line, explain(removal.reason));
}

}  // namespace

std::string_view name_of(store::UnitKind kind) {
    switch (kind) {
        case store::UnitKind::Environment:
            return "environment";
        case store::UnitKind::Package:
            return "package";
        case store::UnitKind::File:
            return "file";
    }
    return "file";
}

std::string_view name_of(store::Reason reason) {
    switch (reason) {
        case store::Reason::Nameless:
            return "nameless";
        case store::Reason::Superseded:
            return "superseded";
        case store::Reason::NotRunning:
            return "not-running";
        case store::Reason::Distrusted:
            return "distrusted";
        case store::Reason::Fetchable:
            return "fetchable";
        case store::Reason::TooOld:
            return "too-old";
        case store::Reason::TooLarge:
            return "too-large";
        case store::Reason::LittleSpace:
            return "little-space";
    }
    return "";
}

std::string_view explain(store::Reason reason) {
    switch (reason) {
        case store::Reason::Nameless:
            return "no name leads to it any more";
        case store::Reason::Superseded:
            return "its script has a newer one";
        case store::Reason::NotRunning:
            return "nothing runs from it, and it is quickly made again";
        case store::Reason::Distrusted:
            return "not known to be whole";
        case store::Reason::Fetchable:
            return "an index has it";
        case store::Reason::TooOld:
            return "not used for longer than `cache-max-age` allows";
        case store::Reason::TooLarge:
            return "the store is larger than `cache-max-size` allows";
        case store::Reason::LittleSpace:
            return "less space is free than `cache-min-free` asks for";
    }
    return "";
}

std::string removals_text(std::span<const store::Removal> removals, std::int64_t now_ns) {
    std::string text;
    std::map<store::Reason, Files> files;
    for (const store::Removal& removal : removals) {
        if (removal.kind != store::UnitKind::File) {
            text += line_of(removal, now_ns);
            continue;
        }
        Files& sum = files[removal.reason];
        sum.count += 1;
        sum.bytes += removal.bytes;
    }
    for (const auto& [reason, sum] : files) {
        text += fmt::format(
            "{} cached file{}  {}  {}\n",
            sum.count,
            sum.count == 1 ? "" : "s",
            base::format_bytes(sum.bytes),
            explain(reason)
        );
    }
    return text;
}

void write_removals(codec::JsonWriter& json, std::span<const store::Removal> removals) {
    json.key("items").begin_array();
    for (const store::Removal& removal : removals) {
        json.begin_object();
        json.key("kind").string(name_of(removal.kind));
        json.key("name").string(removal.name);
        json.key("label").string(removal.label);
        json.key("bytes").integer(static_cast<std::int64_t>(removal.bytes));
        if (removal.last_used_ns > 0)
            json.key("last_used").string(base::format_rfc3339(removal.last_used_ns / kSecondNs));
        json.key("reason").string(name_of(removal.reason));
        json.end_object();
    }
    json.end_array();
}

}  // namespace cli
