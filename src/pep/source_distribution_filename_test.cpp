#include "pep/source_distribution_filename.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

TEST(SourceDistributionFilename, TheProjectTellsWhereTheVersionBegins) {
    struct Case {
        const char* file;
        const char* name;
        const char* version;
        SourceArchive archive;
    };

    for (const Case& c : std::initializer_list<Case>{
             {"foo-1.0.tar.gz", "foo", "1.0", SourceArchive::TarGz},
             {"Foo_Bar-1.0.zip", "foo-bar", "1.0", SourceArchive::Zip},
             {"foo-bar-1.0.tar.gz", "foo-bar", "1.0", SourceArchive::TarGz},
             {"zope.interface-5.0.1.tar.bz2", "zope-interface", "5.0.1", SourceArchive::Other},
             {"foo-1.0-1.tar.gz", "foo", "1.0.post1", SourceArchive::TarGz},
             {"foo-2-1.0.tgz", "foo-2", "1.0", SourceArchive::Other},
             {"foo-2-1.tar.xz", "foo", "2.post1", SourceArchive::Other},
         }) {
        const auto parsed = SourceDistributionFilename::parse(c.file, *PackageName::parse(c.name));
        ASSERT_TRUE(parsed) << c.file << ": " << parsed.error().flat();
        EXPECT_EQ(parsed->name.text(), c.name);
        EXPECT_EQ(parsed->version, *Version::parse(c.version)) << c.file;
        EXPECT_EQ(parsed->archive, c.archive) << c.file;
    }
}

TEST(SourceDistributionFilename, RefusesOtherFiles) {
    for (const char* file :
         {"",
          "foo",
          "foo-1.0",
          "foo-1.0.exe",
          "foo-1.0.whl",
          "bar-1.0.tar.gz",
          "foo-.tar.gz",
          "foo-x.tar.gz",
          "foobar-1.0.tar.gz",
          "foo-bar-1.0.tar.gz",
          "foo1.0.tar.gz",
          ".tar.gz"}) {
        EXPECT_FALSE(SourceDistributionFilename::parse(file, *PackageName::parse("foo"))) << file;
    }
}

}  // namespace
}  // namespace pep
