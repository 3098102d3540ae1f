// layer: install
//
// A wheel of any bytes: examining it never crashes, and what is accepted has harmless paths.
#include "install/wheel_contents.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const pep::WheelFilename filename =
        *pep::WheelFilename::parse("demo-1.0-py3-none-any.whl");
    std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto zip =
        codec::ZipReader::open(std::make_shared<codec::MemorySource>(std::move(bytes)));
    if (!zip) return 0;
    for (const auto policy : {install::RecordPolicy::Refuse, install::RecordPolicy::Warn}) {
        const auto contents = install::examine_wheel(**zip, filename, policy);
        if (!contents) continue;
        for (const install::WheelFile& file : contents->files) {
            const std::string_view path = file.member.path;
            const bool is_harmless = !path.empty() && path.front() != '/' && !path.contains("//") &&
                                     path != ".." && !path.starts_with("../") &&
                                     !path.contains("/../") && !path.ends_with("/..");
            if (!is_harmless || file.target().empty()) std::abort();
        }
    }
    return 0;
}
