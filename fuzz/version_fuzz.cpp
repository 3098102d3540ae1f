// layer: pep
// A version prints as something that reads back as the same version, and order, equality and hash agree.
#include "base/check.h"
#include "pep/version.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t middle = text.find(',');
    const auto first = pep::Version::parse(text.substr(0, middle));
    if (!first) return 0;
    const auto again = pep::Version::parse(first->to_string());
    CHECK(
        again && *again == *first && again->to_string() == first->to_string(), "does not read back"
    );
    CHECK(pep::Version::from_parts(first->parts()) == *first, "parts differ");
    if (middle == std::string_view::npos) return 0;

    const auto second = pep::Version::parse(text.substr(middle + 1));
    if (!second) return 0;
    CHECK((*first < *second) == (*second > *first), "order is not antisymmetric");
    CHECK((*first == *second) == ((*first <=> *second) == 0), "order and equality differ");
    CHECK(*first != *second || first->hash() == second->hash(), "equal, with different hashes");
    return 0;
}
