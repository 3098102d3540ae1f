// Tags: the wheel tags that one interpreter on one platform can use, best first (PEP 425, 600,
// 656, 703, 803).
//
// The order is that of the `packaging` library, but for `linux_ARCH`, which comes after the
// manylinux and musllinux tags (as in releases before 26.3): a wheel that names what it needs is
// preferred to one that does not. Immutable after creation; safe to share between threads.
#pragma once

#include "base/result.h"
#include "pep/wheel_filename.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pep {

enum class Platform : std::uint8_t {
    Manylinux,  // Linux with glibc; platform_major.platform_minor is its version
    Musllinux,  // Linux with musl; likewise
    Macos,      // platform_major.platform_minor is the version of the system
    Windows,
    Other,  // one platform tag, `platform_tag`
};

struct TagInputs {
    std::string implementation_name = "cpython";  // sys.implementation.name
    std::uint32_t python_major = 3;
    std::uint32_t python_minor = 0;
    bool free_threaded = false;  // Py_GIL_DISABLED
    bool debug = false;          // Py_DEBUG
    // Of the implementation where it differs from Python's: PyPy 7.3, GraalPy 24.0.
    std::uint32_t implementation_major = 0;
    std::uint32_t implementation_minor = 0;
    // The ABI tag as the interpreter's EXT_SUFFIX says it (`pypy310_pp73`). Empty: worked out from
    // the above, which is possible for CPython, PyPy and GraalPy.
    std::string abi;

    Platform platform = Platform::Manylinux;
    std::uint32_t platform_major = 0;
    std::uint32_t platform_minor = 0;
    // As tags spell it: x86_64, i686, aarch64, armv7l, ppc64le, ...; arm64 and x86_64 for macOS;
    // amd64, x86 and arm64 for Windows.
    std::string arch;
    std::string platform_tag;  // Platform::Other only: `freebsd_14_1_release_amd64`

    bool operator==(const TagInputs&) const = default;
};

// The first part, in this order, that keeps every tag of a wheel from fitting.
enum class TagMismatch : std::uint8_t { Python, Abi, Platform };

class Tags {
  public:
    // Errors: Unsupported for an implementation or platform without tags.
    static base::Result<Tags> create(const TagInputs& inputs);

    // Of the wheel's best tag, higher is better; nullopt if none fits.
    std::optional<std::uint32_t> priority(const WheelFilename& wheel) const;
    // Meaningful if `priority` is nullopt.
    TagMismatch why_not(const WheelFilename& wheel) const;

    std::span<const std::string> platforms() const {
        return platforms_;
    }  // best first, without `any`

    std::size_t size() const { return size_; }

    std::vector<std::string> texts() const;  // "cp311-cp311-manylinux_2_36_x86_64", ..., best first

  private:
    enum class Reach : std::uint8_t { Platforms, Any };

    // Python and ABI tags that are good for all platform tags, or for `any`. `first` is the rank
    // of the first.
    struct Row {
        std::string python;
        std::string abi;
        Reach reach = Reach::Platforms;
        std::uint32_t first = 0;
    };

    void add(std::string python, std::string abi, Reach reach);
    void add_cpython(const TagInputs& inputs);
    void add_compatible(const TagInputs& inputs, const std::string& interpreter);
    std::optional<std::uint32_t> rank_of(const Row& row, std::string_view platform) const;

    std::vector<Row> rows_;
    std::vector<std::string> platforms_;
    std::uint32_t size_ = 0;
};

}  // namespace pep
