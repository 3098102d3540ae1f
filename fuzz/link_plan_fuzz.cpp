// layer: install
//
// A link plan with a right checksum around any bytes: what is read writes back to the same record.
#include "base/hash.h"
#include "install/link_plan.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string record = "ADRPLAN";
    record.append("\1\0\0\0", 4);
    record.append(reinterpret_cast<const char*>(data), size);
    const base::FastHash hash = base::fast_hash(record);
    record.append(reinterpret_cast<const char*>(hash.data()), sizeof hash);
    const auto plan = install::LinkPlan::decode(record);
    if (!plan) return 0;
    if (plan->encode() != record) std::abort();
    (void)install::executables_of(*plan, 11);
    return 0;
}
