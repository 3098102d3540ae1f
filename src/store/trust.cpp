#include "store/trust.h"

#include "store/payload.h"

#include <cerrno>
#include <unistd.h>

namespace store {

bool is_trusted(const std::string& directory) {
    const std::optional<PayloadRecord> record = read_payload_record(directory);
    if (!record) return false;
    return ::access((directory + "/.synced").c_str(), F_OK) == 0 || record->boot == boot_id();
}

base::Result<void> distrust(int directory) {
    if (::unlinkat(directory, ".meta", 0) == 0 || errno == ENOENT) return {};
    return base::fail_errno(errno, "failed to take the unpacked package out of service");
}

}  // namespace store
