// layer: pep
// Specifiers print as something that reads back as equal; their set obeys the laws of sets and holds what it is
// made of; repairs end in the same way.
#include "base/check.h"
#include "pep/specifiers.h"
#include "pep/version_range.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto specifiers = pep::Specifiers::parse_lenient(text);
    if (!specifiers) return 0;
    const auto again = pep::Specifiers::parse(specifiers->to_string());
    CHECK(again && *again == *specifiers, "does not read back");

    const pep::VersionRange range = pep::VersionRange::from(*specifiers);
    CHECK(range.complement().complement() == range, "complement is no involution");
    CHECK(range.intersection(range.complement()).is_empty(), "meets its complement");
    CHECK(range.union_with(range.complement()).is_full(), "misses something with its complement");
    CHECK(range.is_empty() == (range.to_string() == "none"), "text of the empty range");
    for (const pep::Specifier& item : specifiers->items()) {
        const pep::VersionRange wider = pep::VersionRange::from(item);
        CHECK(range.is_subset_of(wider), "is no part of one of its specifiers");
        CHECK(
            wider.contains(item.version()) != wider.complement().contains(item.version()),
            "in both or neither"
        );
    }
    return 0;
}
