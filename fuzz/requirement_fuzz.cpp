// layer: pep
// A requirement prints as something that reads back as equal; what is read strictly is read leniently alike.
#include "base/check.h"
#include "pep/requirement.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    pep::Warnings warnings;
    const auto lenient = pep::Requirement::parse_lenient(text, &warnings);
    const auto strict = pep::Requirement::parse(text);
    CHECK(!strict || (lenient && *lenient == *strict), "leniency changes what is right");
    if (!lenient) return 0;
    const auto again = pep::Requirement::parse(lenient->to_string());
    CHECK(again && *again == *lenient, "does not read back");
    return 0;
}
