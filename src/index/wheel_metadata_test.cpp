#include "index/wheel_metadata.h"

#include "index/metadata_record.h"

#include "wheel_builder.h"
#include <gtest/gtest.h>

#include <memory>

namespace package_index {
namespace {

base::Result<std::string> metadata_in(const WheelBuilder& wheel, std::string_view file_name) {
    const auto zip = codec::ZipReader::open(std::make_shared<codec::MemorySource>(wheel.bytes()));
    if (!zip) return base::fail(zip.error());
    return read_wheel_metadata(**zip, *pep::WheelFilename::parse(file_name));
}

TEST(WheelMetadata, IsTheFileOfTheOneDistInfoDirectory) {
    const auto text =
        metadata_in(WheelBuilder("demo", "1.0").file("demo.py", "x"), "demo-1.0-py3-none-any.whl");
    ASSERT_TRUE(text) << text.error().flat();
    EXPECT_EQ(*text, "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n");
}

TEST(WheelMetadata, TheDirectoryMayBeSpelledDifferently) {
    const WheelBuilder wheel = WheelBuilder("Demo.Kit", "1.0").dist_info_stem("demo_kit-1.0.0");
    EXPECT_TRUE(metadata_in(wheel, "demo_kit-1.0-py3-none-any.whl"));
}

TEST(WheelMetadata, RefusesAWheelThatIsNotWhatItsNameSays) {
    struct Case {
        WheelBuilder wheel;
        std::string_view says;
    };

    const Case cases[] = {
        {WheelBuilder("other", "1.0"), "another project or version, `other-1.0.dist-info`"},
        {WheelBuilder("demo", "2.0"), "another project or version"},
        {WheelBuilder("demo", "1.0").dist_info_stem("demo"), "another project or version"},
        {WheelBuilder("demo", "1.0").file("x-1.0.dist-info/METADATA", ""),
         "has 2 .dist-info directories"},
        {WheelBuilder("demo", "1.0").metadata(""), "has no METADATA"},
    };
    for (const Case& test : cases) {
        const auto text = metadata_in(test.wheel, "demo-1.0-py3-none-any.whl");
        ASSERT_FALSE(text) << test.says;
        EXPECT_NE(text.error().flat().find(test.says), std::string::npos) << text.error().flat();
    }
}

TEST(MetadataRecord, KeepsWhatASolverNeeds) {
    const auto metadata = pep::CoreMetadata::parse(
        "Metadata-Version: 2.1\nName: Demo_Kit\nVersion: 1.0rc1+local.2\nRequires-Python: "
        ">=3.8,<4\n"
        "Provides-Extra: socks\nProvides-Extra: Other\n"
        "Requires-Dist: a[x,y] >=1,!=2.* ; python_version < '3.9' and extra == 'socks'\n"
        "Requires-Dist: b @ https://host/b-1.0-py3-none-any.whl#sha256=aa ; os_name == 'posix'\n"
        "Requires-Dist: c\n\nA long description\n"
    );
    ASSERT_TRUE(metadata) << metadata.error().flat();
    const auto copy = decode_metadata(encode_metadata(*metadata));
    ASSERT_TRUE(copy);
    EXPECT_EQ(copy->name, metadata->name);
    EXPECT_EQ(copy->version.to_string(), "1.0rc1+local.2");
    EXPECT_EQ(copy->requires_python, metadata->requires_python);
    EXPECT_EQ(copy->requires_dist, metadata->requires_dist);
    EXPECT_EQ(copy->requires_dist.size(), 3U);
    EXPECT_EQ(copy->provides_extras, metadata->provides_extras);
}

TEST(MetadataRecord, TellsNoRequirementFromAnEmptyOne) {
    const auto plain = pep::CoreMetadata::parse("Metadata-Version: 2.1\nName: demo\nVersion: 1\n");
    ASSERT_TRUE(plain);
    const std::string record = encode_metadata(*plain);
    const auto copy = decode_metadata(record);
    ASSERT_TRUE(copy);
    EXPECT_FALSE(copy->requires_python);
    EXPECT_TRUE(copy->requires_dist.empty());
    for (std::size_t size = 0; size < record.size(); ++size) {
        EXPECT_FALSE(decode_metadata(std::string_view(record).substr(0, size))) << size;
    }
}

}  // namespace
}  // namespace package_index
