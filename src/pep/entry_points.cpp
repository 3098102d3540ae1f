#include "pep/entry_points.h"

#include "base/text.h"
#include "codec/ini.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

std::unexpected<base::Error> fail(
    std::string_view name, std::string_view value, std::string_view why
) {
    return base::fail(
        base::ErrorKind::Invalid,
        fmt::format("the entry point `{} = {}` is broken: {}", name, value, why)
    );
}

base::Result<EntryPoint> parse_entry_point(const std::string& name, std::string_view value) {
    EntryPoint point{.name = name};
    std::string_view reference = base::trim(value);
    if (reference.ends_with(']')) {
        const std::size_t bracket = reference.rfind('[');
        if (bracket == std::string_view::npos) return fail(name, value, "`[` is missing");
        const std::string_view list = reference.substr(bracket + 1, reference.size() - bracket - 2);
        for (const std::string_view extra : base::split(list, ',')) {
            if (base::trim(extra).empty()) continue;
            auto parsed = ExtraName::parse(base::trim(extra));
            if (!parsed) return fail(name, value, parsed.error().message());
            point.extras.push_back(std::move(*parsed));
        }
        reference = base::trim(reference.substr(0, bracket));
    }
    const std::size_t colon = reference.find(':');
    point.module = base::trim(reference.substr(0, colon));
    if (colon != std::string_view::npos) point.attribute = base::trim(reference.substr(colon + 1));
    if (name.empty()) return fail(name, value, "it has no name");
    if (point.module.empty()) return fail(name, value, "it names no module");
    return point;
}

base::Result<std::vector<EntryPoint>> parse_group(
    const codec::IniFile& file, std::string_view group
) {
    std::vector<EntryPoint> points;
    const codec::IniSection* section = file.find(group);
    if (section == nullptr) return points;
    for (const auto& [name, value] : section->entries) {
        points.push_back(TRY(parse_entry_point(name, value)));
    }
    return points;
}

}  // namespace

base::Result<EntryPoints> parse_entry_points(std::string_view text) {
    const codec::IniFile file = TRY(codec::parse_ini(text));
    return EntryPoints{
        .console_scripts = TRY(parse_group(file, "console_scripts")),
        .gui_scripts = TRY(parse_group(file, "gui_scripts")),
    };
}

}  // namespace pep
