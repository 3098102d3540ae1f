#include "pep/tags.h"

#include "pep/platform_tags.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

constexpr std::uint32_t kFirstStableAbiMinor = 2;  // PEP 384: Python 3.2
constexpr std::uint32_t kFirstWithoutPymalloc =
    8;  // until 3.7 the ABI tag said that it has one: cp37m
constexpr std::uint32_t kFirstFreeThreadedMinor = 13;  // PEP 703

bool has(const std::vector<std::string>& tags, std::string_view tag) {
    return std::ranges::find(tags, tag) != tags.end();
}

std::string python_tag(std::string_view prefix, std::uint32_t major, std::uint32_t minor) {
    return fmt::format("{}{}{}", prefix, major, minor);
}

bool is_free_threaded(const TagInputs& inputs) {
    return inputs.free_threaded && inputs.python_minor >= kFirstFreeThreadedMinor;
}

// A debug build loads the modules of a release build too, since 3.8.
std::vector<std::string> cpython_abis(const TagInputs& inputs) {
    const std::string base = python_tag("cp", inputs.python_major, inputs.python_minor);
    const std::string threads = is_free_threaded(inputs) ? "t" : "";
    const bool is_old = inputs.python_major < 3 || inputs.python_minor < kFirstWithoutPymalloc;
    std::vector<std::string> abis{base + threads + (inputs.debug ? "d" : "") + (is_old ? "m" : "")};
    if (inputs.debug && !is_old) abis.push_back(base + threads);
    return abis;
}

// "pypy310_pp73", "graalpy240_311_native"; empty if it cannot be known.
std::string generic_abi(const TagInputs& inputs) {
    if (!inputs.abi.empty()) return inputs.abi;
    const std::uint32_t major = inputs.implementation_major;
    const std::uint32_t minor = inputs.implementation_minor;
    if (major == 0) return {};
    const std::string python = python_tag("", inputs.python_major, inputs.python_minor);
    if (inputs.implementation_name == "pypy")
        return fmt::format("pypy{}_pp{}{}", python, major, minor);
    if (inputs.implementation_name == "graalpy") {
        return fmt::format("graalpy{}{}_{}_native", major, minor, python);
    }
    return {};
}

}  // namespace

void Tags::add(std::string python, std::string abi, Reach reach) {
    rows_.push_back({std::move(python), std::move(abi), reach, size_});
    size_ += reach == Reach::Any ? 1 : static_cast<std::uint32_t>(platforms_.size());
}

void Tags::add_cpython(const TagInputs& inputs) {
    const std::uint32_t major = inputs.python_major;
    const std::string current = python_tag("cp", major, inputs.python_minor);
    for (const std::string& abi : cpython_abis(inputs))
        add(current, abi, Reach::Platforms);

    const bool has_stable_abi = major == 3 && inputs.python_minor >= kFirstStableAbiMinor;
    const std::string stable_abi = is_free_threaded(inputs) ? "abi3t" : "abi3";
    if (has_stable_abi) add(current, stable_abi, Reach::Platforms);
    add(current, "none", Reach::Platforms);
    if (!has_stable_abi) return;
    for (std::uint32_t minor = inputs.python_minor; minor-- > kFirstStableAbiMinor;) {
        add(python_tag("cp", major, minor), stable_abi, Reach::Platforms);
    }
}

// Tags of any implementation of this version: py311, py3, py310, ... py30.
void Tags::add_compatible(const TagInputs& inputs, const std::string& interpreter) {
    std::vector<std::string> pythons{
        python_tag("py", inputs.python_major, inputs.python_minor),
        fmt::format("py{}", inputs.python_major),
    };
    for (std::uint32_t minor = inputs.python_minor; minor-- > 0;) {
        pythons.push_back(python_tag("py", inputs.python_major, minor));
    }
    for (const std::string& python : pythons)
        add(python, "none", Reach::Platforms);
    if (!interpreter.empty()) add(interpreter, "none", Reach::Any);
    for (const std::string& python : pythons)
        add(python, "none", Reach::Any);
}

base::Result<Tags> Tags::create(const TagInputs& inputs) {
    Tags tags;
    tags.platforms_ = TRY(platform_tags(inputs));
    const std::string version = python_tag("", inputs.python_major, inputs.python_minor);
    if (inputs.implementation_name == "cpython") {
        tags.add_cpython(inputs);
        tags.add_compatible(inputs, "cp" + version);
        return tags;
    }
    const bool is_pypy = inputs.implementation_name == "pypy";
    const std::string interpreter = (is_pypy ? "pp" : inputs.implementation_name) + version;
    const std::string abi = generic_abi(inputs);
    if (abi.empty()) {
        return base::fail(
            base::ErrorKind::Unsupported,
            fmt::format(
                "the ABI tag of the Python implementation `{}` is unknown",
                inputs.implementation_name
            )
        );
    }
    tags.add(interpreter, abi, Reach::Platforms);
    tags.add(interpreter, "none", Reach::Platforms);
    tags.add_compatible(inputs, is_pypy ? fmt::format("pp{}", inputs.python_major) : "");
    return tags;
}

std::optional<std::uint32_t> Tags::rank_of(const Row& row, std::string_view platform) const {
    if (row.reach == Reach::Any) return platform == "any" ? std::optional(row.first) : std::nullopt;
    const auto found = std::ranges::find(platforms_, platform);
    if (found == platforms_.end()) return std::nullopt;
    return row.first + static_cast<std::uint32_t>(found - platforms_.begin());
}

std::optional<std::uint32_t> Tags::priority(const WheelFilename& wheel) const {
    for (const Row& row : rows_) {
        if (!has(wheel.python_tags, row.python)) continue;
        if (!has(wheel.abi_tags, row.abi)) continue;
        std::optional<std::uint32_t> best;
        for (const std::string& platform : wheel.platform_tags) {
            const auto rank = rank_of(row, platform);
            if (rank && (!best || *rank < *best)) best = rank;
        }
        // Rows are in order, so what fits a later one is worse.
        if (best) return size_ - *best;
    }
    return std::nullopt;
}

TagMismatch Tags::why_not(const WheelFilename& wheel) const {
    TagMismatch mismatch = TagMismatch::Python;
    for (const Row& row : rows_) {
        if (!has(wheel.python_tags, row.python)) continue;
        if (has(wheel.abi_tags, row.abi)) return TagMismatch::Platform;
        mismatch = TagMismatch::Abi;
    }
    return mismatch;
}

std::vector<std::string> Tags::texts() const {
    std::vector<std::string> all;
    all.reserve(size_);
    for (const Row& row : rows_) {
        if (row.reach == Reach::Any) {
            all.push_back(fmt::format("{}-{}-any", row.python, row.abi));
            continue;
        }
        for (const std::string& platform : platforms_) {
            all.push_back(fmt::format("{}-{}-{}", row.python, row.abi, platform));
        }
    }
    return all;
}

}  // namespace pep
