// layer: codec
// Any bytes: no crash; sections and keys are unique.
#include "codec/ini.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)codec::parse_key_values(text);
    const base::Result<codec::IniFile> file =
        codec::parse_ini(text, codec::IniDelimiters::EqualsOrColon);
    if (!file) return 0;
    for (const codec::IniSection& section : file->sections) {
        if (file->find(section.name) != &section) std::abort();
        for (const auto& [key, value] : section.entries) {
            if (section.find(key) != &value) std::abort();
        }
    }
    return 0;
}
