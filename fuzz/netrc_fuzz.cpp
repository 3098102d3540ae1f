// layer: net
// Every entry of a netrc that parses can be found again.
#include "base/check.h"
#include "net/netrc.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto netrc = net::Netrc::parse({reinterpret_cast<const char*>(data), size});
    if (!netrc) return 0;
    for (const net::NetrcEntry& entry : netrc->entries()) {
        CHECK(netrc->find(entry.machine).has_value(), "an entry is not found");
        CHECK(
            netrc->find(entry.machine, entry.credentials.username).has_value(),
            "an entry is not found by its user"
        );
    }
    return 0;
}
