#include "cli/byte_size.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

struct Case {
    const char* text;
    std::optional<store::SizeLimit> limit;
};

constexpr store::SizeLimit bytes(std::uint64_t value) {
    return {.bytes = value};
}

class ByteSize : public testing::TestWithParam<Case> {};

TEST_P(ByteSize, IsRead) {
    EXPECT_EQ(parse_size_limit(GetParam().text), GetParam().limit) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Sizes,
    ByteSize,
    testing::Values(
        Case{"0", bytes(0)},
        Case{"2000000", bytes(2'000'000)},
        Case{"17b", bytes(17)},
        Case{"4K", bytes(4096)},
        Case{"500MiB", bytes(500ULL << 20U)},
        Case{"500 mb", bytes(500'000'000)},
        Case{" 10G ", bytes(10ULL << 30U)},
        Case{"10GB", bytes(10'000'000'000)},
        Case{"1.5g", bytes(3ULL << 29U)},
        Case{"0.1TiB", bytes((1ULL << 40U) / 10)},
        Case{"1.000001 tb", bytes(1'000'001'000'000)},
        Case{"20%", store::SizeLimit{.percent = 20}},
        Case{"100 %", store::SizeLimit{.percent = 100}},
        Case{"8388608T", bytes(1ULL << 63U)}
    )
);

INSTANTIATE_TEST_SUITE_P(
    NoSizes,
    ByteSize,
    testing::Values(
        Case{"", {}},
        Case{"G", {}},
        Case{"-1", {}},
        Case{"10X", {}},
        Case{"10 G 5", {}},
        Case{"1.", {}},
        Case{".5G", {}},
        Case{"1.2.3M", {}},
        Case{"1,5G", {}},
        Case{"0%", {}},
        Case{"101%", {}},
        Case{"1.5%", {}},
        Case{"8388609T", {}},
        Case{"99999999999999999999", {}},
        Case{"1.0000001G", {}}
    )
);

}  // namespace
}  // namespace cli
