#include "net/trust.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace net {
namespace {

constexpr std::string_view kPem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

class TrustTest : public testing::Test {
  protected:
    std::string directory(const std::string& name) {
        const std::string path = root_.path() + "/" + name;
        EXPECT_TRUE(base::make_directories(path));
        return path;
    }

    std::string file(const std::string& name, std::string_view bytes) {
        const std::string path = root_.path() + "/" + name;
        EXPECT_TRUE(base::write_file(path, bytes));
        return path;
    }

    base::TempDir root_ = base::TempDir::create("/tmp", "net-trust-").value();
};

TEST_F(TrustTest, PrefersAHashedDirectoryOfTheSystem) {
    const std::string plain = directory("plain");
    const std::string hashed = directory("hashed");
    const std::string bundle = file("hashed/bundle.crt", kPem);
    file("hashed/002c0b4f.0", kPem);
    const TrustSource source = find_trust({}, {"/nonexistent", plain, hashed}, {bundle});
    EXPECT_EQ(source.hashed_directory, hashed);
    EXPECT_EQ(source.file, "");
    EXPECT_EQ(source.pem, "");
    EXPECT_TRUE(source.notes.empty());
}

TEST_F(TrustTest, TakesABundleWhereNothingIsHashed) {
    const std::string plain = directory("plain");
    file("plain/0000000g.0", kPem);
    file("plain/002c0b4f.x", kPem);
    const std::string bundle = file("bundle.crt", kPem);
    const TrustSource source = find_trust({}, {plain}, {"/nonexistent", bundle});
    EXPECT_EQ(source.hashed_directory, "");
    EXPECT_EQ(source.file, bundle);
}

TEST_F(TrustTest, SaysWhenThereIsNothing) {
    const TrustSource source = find_trust({}, {}, {});
    ASSERT_EQ(source.notes.size(), 1u);
    EXPECT_NE(source.notes[0].find("ca-certificates"), std::string::npos);
}

TEST_F(TrustTest, LetsTheUserReplaceBoth) {
    const std::string system = directory("system");
    file("system/002c0b4f.0", kPem);
    const std::string hashed = directory("hashed");
    file("hashed/12345678.1", kPem);
    const std::string mine = file("mine.pem", kPem);
    TrustSource source = find_trust({.certificate_file = mine}, {system}, {});
    EXPECT_EQ(source.file, mine);
    EXPECT_EQ(source.hashed_directory, "");
    source = find_trust({.certificate_directory = hashed + ":" + system}, {}, {});
    EXPECT_EQ(source.hashed_directory, hashed + ":" + system);
}

TEST_F(TrustTest, ReadsAPlainDirectoryOfTheUsers) {
    const std::string plain = directory("plain");
    file("plain/one.pem", kPem);
    file("plain/two.crt", kPem);
    file("plain/key.pem", "-----BEGIN PRIVATE KEY-----");
    file("plain/readme.txt", kPem);
    const TrustSource source = find_trust({.certificate_directory = plain}, {}, {});
    EXPECT_EQ(source.pem.size(), 2 * (kPem.size() + 1));
    EXPECT_EQ(source.pem.find("PRIVATE"), std::string::npos);
}

TEST_F(TrustTest, FallsBackWhenTheUsersPlacesAreGone) {
    const std::string system = directory("system");
    file("system/002c0b4f.0", kPem);
    const TrustSource source = find_trust(
        {.certificate_file = "/nonexistent/a", .certificate_directory = "/nonexistent/b"},
        {system},
        {}
    );
    EXPECT_EQ(source.hashed_directory, system);
    ASSERT_EQ(source.notes.size(), 2u);
    EXPECT_EQ(
        source.notes[0], "SSL_CERT_DIR names `/nonexistent/b`, which is no readable directory"
    );
    EXPECT_EQ(source.notes[1], "SSL_CERT_FILE names `/nonexistent/a`, which is no file");
}

}  // namespace
}  // namespace net
