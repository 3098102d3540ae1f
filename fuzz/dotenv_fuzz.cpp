// layer: codec
// Any bytes: no crash; names are unique and a warning points into its line.
#include "codec/dotenv.h"

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const codec::Dotenv parsed = codec::parse_dotenv(
        {reinterpret_cast<const char*>(data), size},
        [](std::string_view name) -> std::optional<std::string> {
            return name.size() == 1 ? std::optional<std::string>("value") : std::nullopt;
        }
    );
    std::set<std::string> names;
    for (const auto& [name, value] : parsed.variables) {
        if (name.empty() || !names.insert(name).second) std::abort();
    }
    for (const codec::DotenvWarning& warning : parsed.warnings) {
        if (warning.position > warning.line.size()) std::abort();
    }
    return 0;
}
