#include "pep/core_metadata.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

TEST(CoreMetadata, HasWhatResolvingNeeds) {
    const auto metadata = CoreMetadata::parse(
        "Metadata-Version: 2.2\n"
        "Name: Flask.Demo\n"
        "Version: 3.0.0\n"
        "Summary: A demo\n"
        "Requires-Python: >=3.8.*\n"
        "Requires-Dist: Werkzeug (>=3.0.*)\n"
        "requires-dist: importlib-metadata >=3.6.0 ; python_version < '3.10'\n"
        "Requires-Dist: asgiref>=3.2 ; extra ==\n 'async'\n"
        "Provides-Extra: async\n"
        "Provides-Extra: not a name\n"
        "Provides-Extra: Dot_Env\n"
        "Dynamic: Requires-Dist\n"
        "\n"
        "Requires-Dist: of-the-description\n"
    );
    ASSERT_TRUE(metadata) << metadata.error().flat();
    EXPECT_EQ(metadata->metadata_version, "2.2");
    EXPECT_EQ(metadata->name.text(), "flask-demo");
    EXPECT_EQ(metadata->version, *Version::parse("3.0.0"));
    EXPECT_EQ(metadata->requires_python, *Specifiers::parse(">=3.8"));
    ASSERT_EQ(metadata->requires_dist.size(), 3U);
    EXPECT_EQ(metadata->requires_dist[0].to_string(), "werkzeug>=3.0");
    EXPECT_EQ(
        metadata->requires_dist[1].to_string(),
        "importlib-metadata>=3.6.0 ; python_version < '3.10'"
    );
    EXPECT_EQ(metadata->requires_dist[2].to_string(), "asgiref>=3.2 ; extra == 'async'");
    EXPECT_EQ(
        metadata->provides_extras,
        (std::vector{*ExtraName::parse("async"), *ExtraName::parse("dot-env")})
    );
    EXPECT_TRUE(metadata->is_dynamic("requires-DIST"));
    EXPECT_FALSE(metadata->is_dynamic("Version"));
    EXPECT_EQ(metadata->warnings.size(), 3U);
}

TEST(CoreMetadata, NeedsNoMoreThanNameAndVersion) {
    const auto metadata = CoreMetadata::parse("Name: a\r\nVersion: 1\r\n");
    ASSERT_TRUE(metadata);
    EXPECT_FALSE(metadata->requires_python);
    EXPECT_TRUE(metadata->requires_dist.empty());
}

TEST(CoreMetadata, RefusesWhatWouldLoseADependency) {
    struct Case {
        const char* text;
        const char* field;
    };

    for (const Case& c : std::initializer_list<Case>{
             {"", "Name"},
             {"Version: 1\n", "Name"},
             {"Name: a\n", "Version"},
             {"Name:\nVersion: 1\n", "Name"},
             {"Name: a b\nVersion: 1\n", "Name"},
             {"Name: a\nVersion: one\n", "Version"},
             {"Name: a\nVersion: 1\nRequires-Dist: b (what?)\n", "Requires-Dist"},
             {"Name: a\nVersion: 1\nRequires-Dist:\n", "Requires-Dist"},
             {"Name: a\nVersion: 1\nRequires-Python: three\n", "Requires-Python"},
         }) {
        const auto metadata = CoreMetadata::parse(c.text);
        ASSERT_FALSE(metadata) << c.text;
        EXPECT_EQ(metadata.error().kind(), base::ErrorKind::Invalid);
        EXPECT_TRUE(metadata.error().message().contains(c.field)) << metadata.error().flat();
    }
}

}  // namespace
}  // namespace pep
