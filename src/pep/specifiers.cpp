#include "pep/specifiers.h"

#include "base/text.h"
#include "pep/repair.h"

#include <algorithm>
#include <utility>

namespace pep {

Specifiers::Specifiers(std::vector<Specifier> items) : items_(std::move(items)) {
    std::ranges::sort(items_);
}

base::Result<Specifiers> Specifiers::parse(std::string_view text) {
    std::vector<Specifier> items;
    if (base::trim(text).empty()) return Specifiers();
    for (const std::string_view part : base::split(text, ',')) {
        items.push_back(TRY(Specifier::parse(part)));
    }
    return Specifiers(std::move(items));
}

base::Result<Specifiers> Specifiers::parse_lenient(std::string_view text, Warnings* warnings) {
    return parse_with_repairs(text, warnings, [](std::string_view repaired) {
        return parse(repaired);
    });
}

bool Specifiers::contains(const Version& version) const {
    return std::ranges::all_of(items_, [&](const Specifier& item) {
        return item.contains(version);
    });
}

std::string Specifiers::to_string() const {
    std::string text;
    for (const Specifier& item : items_) {
        if (!text.empty()) text += ", ";
        text += item.to_string();
    }
    return text;
}

}  // namespace pep
