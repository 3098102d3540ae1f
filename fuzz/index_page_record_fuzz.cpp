// layer: index
// Bytes of a cache that somebody damaged or forged: a miss, or rows that can all be read and judged.
#include "index/cached_file.h"
#include "index/judge.h"

#include "index_walk.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

package_index::TargetPython target() {
    pep::TagInputs inputs;
    inputs.python_minor = 11;
    inputs.platform_major = 2;
    inputs.platform_minor = 36;
    inputs.arch = "x86_64";
    return {
        std::make_shared<const pep::Tags>(*pep::Tags::create(inputs)),
        *pep::Version::parse("3.11.4")
    };
}

void use_page(std::string bytes) {
    static const pep::PackageName name = *pep::PackageName::parse("demo");
    static const package_index::TargetPython python = target();
    static const package_index::IndexOptions options;
    const auto page = package_index::Page::open(std::move(bytes), name, {});
    if (page == nullptr) return;
    package_index::walk(*page);
    const package_index::PageGroup group{{0}};
    package_index::judge(
        {&page, 1}, {&group, 1}, package_index::GroupOrder::BestVersion, {options, python}
    );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    use_page(bytes);
    const int fd = ::memfd_create("record", MFD_CLOEXEC);
    if (fd < 0 || ::write(fd, data, size) != static_cast<ssize_t>(size)) return 0;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    if (auto file = package_index::CachedFile::read(path)) {
        const bool renewed = file->renew({.policy = "policy", .checked_ns = 1}).has_value();
        const auto again = package_index::CachedFile::read(path);
        if (renewed && (!again || again->slot().policy != "policy")) __builtin_trap();
        use_page(file->take_body());
    }
    ::close(fd);
    return 0;
}
