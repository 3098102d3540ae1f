// layer: codec
// Any bytes: no crash, bounded memory; whatever is given out has the size and CRC-32 it was announced with.
#include "codec/zip.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto source =
        std::make_shared<codec::MemorySource>(std::string(reinterpret_cast<const char*>(data), size)
        );
    codec::ZipLimits limits;
    limits.total_size = 8U << 20U;
    if (size % 2 == 1) limits.slack = codec::ZipSlack::AllowBeforeFirst;
    const auto zip = codec::ZipReader::open(std::move(source), limits);
    if (!zip) return 0;
    for (const codec::ZipEntry& entry : (*zip)->entries()) {
        (void)codec::check_member_path(entry.name);
        std::uint64_t seen = 0;
        const base::Result<void> done =
            (*zip)->extract(entry, [&](std::string_view bytes) -> base::Result<void> {
                seen += bytes.size();
                if (seen > entry.size) std::abort();
                return {};
            });
        if (done && seen != entry.size) std::abort();
    }
    (void)(*zip)->check_duplicates();
    return 0;
}
