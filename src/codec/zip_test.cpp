#include "codec/zip.h"

#include "codec/zip_test_archive.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

using namespace zip_test;

// --- what is accepted

struct Accepted {
    std::string_view what;
    void (*change)(Archive&);
    std::string_view expected = "a.txt=alpha;pkg/b.txt=beta beta;";
};

constexpr Accepted kAccepted[] = {
    {"as it is", [](Archive&) {}},
    {"no members", [](Archive& archive) { archive.members.clear(); }, ""},
    {"a comment", [](Archive& archive) { archive.comment = "PK\x05\x06 and more of a comment"; }},
    {"ZIP64 end record", [](Archive& archive) { archive.zip64 = true; }},
    {"descriptors of every form, sizes left to them",
     [](Archive& archive) {
         archive.members.push_back(member("c", "x"));
         archive.members.push_back(member("d", "y"));
         for (std::size_t i = 0; i < 4; ++i) {
             Member& each = archive.members[i];
             add_descriptor(each, i % 2 == 0, i / 2 == 0);
             each.local.crc32 = 0;
             each.local.size = each.local.compressed_size = 0;
         }
     },
     "a.txt=alpha;pkg/b.txt=beta beta;c=x;d=y;"},
    {"descriptor that repeats the local header",
     [](Archive& archive) { add_descriptor(archive.members[0], true, false); }},
    {"ZIP64 sizes in both headers",
     [](Archive& archive) {
         Member& each = archive.members[0];
         std::string sizes;
         put64(sizes, 5);
         put64(sizes, 5);
         each.local.extra = each.central.extra = extra_field(1, sizes);
         each.local.size = each.local.compressed_size = 0xffffffff;
         each.central.size = each.central.compressed_size = 0xffffffff;
     }},
    {"ZIP64 field that repeats the sizes",
     [](Archive& archive) {
         std::string sizes;
         put64(sizes, 5);
         put64(sizes, 5);
         archive.members[0].local.extra = extra_field(1, sizes);
     }},
    {"Unicode path that says the same",
     [](Archive& archive) {
         archive.members[0].local.extra = archive.members[0].central.extra =
             unicode_path("a.txt", "a.txt");
     }},
    {"other extra fields and padding",
     [](Archive& archive) {
         archive.members[0].local.extra = extra_field(0x5455, "\x01time") + std::string(3, '\0');
     }},
    {"directories",
     [](Archive& archive) {
         archive.members.push_back(member("pkg/", ""));
         archive.members.back().attributes = 040755U << 16U;
     },
     "a.txt=alpha;pkg/b.txt=beta beta;pkg/=;"},
    {"equal duplicates",
     [](Archive& archive) { archive.members.push_back(member("a.txt", "alpha", Pack::Deflated)); },
     "a.txt=alpha;pkg/b.txt=beta beta;a.txt=alpha;"},
    {"names that differ by case",
     [](Archive& archive) { archive.members.push_back(member("A.txt", "other")); },
     "a.txt=alpha;pkg/b.txt=beta beta;A.txt=other;"},
    {"central directory in another order",
     [](Archive& archive) { archive.members[0].central.extra = std::string(2, '\0'); }},
    {"UTF-8 names",
     [](Archive& archive) {
         archive.members[0].local.name = archive.members[0].central.name = "\u00e9.txt";
     },
     "\u00e9.txt=alpha;pkg/b.txt=beta beta;"},
};

TEST(Zip, ReadsWhatIsLegal) {
    for (const Accepted& test : kAccepted) {
        Archive archive = two_members();
        test.change(archive);
        EXPECT_EQ(outcome(archive.bytes()), test.expected) << test.what;
    }
}

// --- what is refused

struct Refused {
    std::string_view expected;  // in the error
    void (*change)(Archive&);
};

constexpr Refused kRefused[] = {
    // around the members
    {"there is no end record", [](Archive& archive) { archive.behind = "x"; }},
    {"belong to nothing", [](Archive& archive) { archive.prefix = "#!/bin/sh\n"; }},
    {"belong to nothing", [](Archive& archive) { archive.before_end = "x"; }},
    {"bytes behind the member belong to nothing",
     [](Archive& archive) { archive.before_directory = "x"; }},
    {"bytes behind the member belong to nothing",
     [](Archive& archive) { archive.members[0].behind = "hidden"; }},
    {"followed by bytes that belong to nothing",
     [](Archive& archive) { archive.members[0].behind = std::string(70'000, 'x'); }},
    {"two end records",
     [](Archive& archive) {
         archive.comment =
             std::string("PK\x05\x06") + std::string(16, '\0') + std::string("\x02\0xx", 4);
     }},
    {"fewer members than the end record says", [](Archive& archive) { archive.entries = 9; }},
    {"the central directory is damaged",
     [](Archive& archive) {
         archive.entries = 3;
         archive.comment = std::string(100, 'x');
         archive.members[1].central.extra = extra_field(9, std::string(60, 'x'));
     }},
    {"more than the end record says", [](Archive& archive) { archive.entries = 1; }},
    {"the central directory is cut short", [](Archive& archive) { archive.directory_shift = 1; }},
    {"belong to nothing", [](Archive& archive) { archive.directory_shift = -1; }},
    {"lies outside the archive", [](Archive& archive) { archive.members[0].offset = 5'000; }},
    // overlap
    {"overlaps the next one", [](Archive& archive) { archive.members[1].offset = 0; }},
    {"overlaps the next one",
     [](Archive& archive) {
         archive.members[0].central.compressed_size = archive.members[0].central.size = 30;
     }},
    {"overlaps the next one",
     [](Archive& archive) {
         archive.members[0].local.extra = std::string(4, '\0'), archive.members[1].offset = 39;
     }},
    // two stories about one member
    {"its local header names it `b.txt`",
     [](Archive& archive) { archive.members[0].local.name = "b.txt"; }},
    {"its local header gives another size",
     [](Archive& archive) { archive.members[0].local.size = 4; }},
    {"its local header gives another size",
     [](Archive& archive) { archive.members[0].local.compressed_size = 4; }},
    {"its local header gives another size or checksum",
     [](Archive& archive) { archive.members[0].local.crc32 = 1; }},
    {"another compression method", [](Archive& archive) { archive.members[0].local.method = 8; }},
    {"its local header says it is encrypted",
     [](Archive& archive) { archive.members[0].local.flags = 1; }},
    {"another name in its Unicode path field",
     [](Archive& archive) { archive.members[0].central.extra = unicode_path("evil", "a.txt"); }},
    {"another name in its Unicode path field",
     [](Archive& archive) { archive.members[0].local.extra = unicode_path("evil", "a.txt"); }},
    {"another name in its Unicode path field",
     [](Archive& archive) { archive.members[0].local.extra = extra_field(0x7075, "\x01xx"); }},
    {"Unicode path field made for another name",
     [](Archive& archive) { archive.members[0].local.extra = unicode_path("a.txt", "b.txt"); }},
    {"an extra field is there twice",
     [](Archive& archive) {
         archive.members[0].local.extra =
             unicode_path("a.txt", "a.txt") + unicode_path("a.txt", "a.txt");
     }},
    {"an extra field is longer",
     [](Archive& archive) { archive.members[0].local.extra = std::string("\x09\0\x09\0", 4); }},
    {"stray bytes in the extra fields",
     [](Archive& archive) { archive.members[0].central.extra = "xyz"; }},
    {"a ZIP64 value is missing",
     [](Archive& archive) { archive.members[0].central.size = 0xffffffff; }},
    {"values that the header does not ask for",
     [](Archive& archive) {
         archive.members[0].central.extra = extra_field(1, std::string(8, '\x01'));
     }},
    {"the data descriptor behind the member is missing",
     [](Archive& archive) { archive.members[0].local.flags = archive.members[0].central.flags = 8; }
    },
    {"the data descriptor and the central directory disagree",
     [](Archive& archive) {
         add_descriptor(archive.members[0], true, false);
         archive.members[0].behind[12] = 9;
     }},
    {"the data descriptor behind the member is damaged",
     [](Archive& archive) {
         add_descriptor(archive.members[0], true, false);
         archive.members[0].behind[0] = 'x';
     }},
    // names
    {"a member has no name",
     [](Archive& archive) { archive.members[0].central.name = archive.members[0].local.name = ""; }
    },
    {"not UTF-8",
     [](Archive& archive) {
         archive.members[0].central.name = archive.members[0].local.name = "\xff";
     }},
    {"a NUL in it",
     [](Archive& archive) {
         archive.members[0].central.name = archive.members[0].local.name = std::string("a\0.py", 5);
     }},
    {"there twice with different content",
     [](Archive& archive) { archive.members.push_back(member("a.txt", "other")); }},
    {"lies below `a.txt`, which is a file",
     [](Archive& archive) { archive.members.push_back(member("a.txt/x", "x")); }},
    {"lies below `a.txt`, which is a file",
     [](Archive& archive) { archive.members.push_back(member("a.txt/", "")); }},
    // kinds
    {"is encrypted", [](Archive& archive) { archive.members[0].central.flags = 1; }},
    {"is compressed by method 14", [](Archive& archive) { archive.members[0].central.method = 14; }
    },
    {"is a patch", [](Archive& archive) { archive.members[0].central.flags = 1U << 5U; }},
    {"is a device, pipe or socket",
     [](Archive& archive) { archive.members[0].attributes = 010644U << 16U; }},
    {"is a directory by its mode only",
     [](Archive& archive) { archive.members[0].attributes = 040755U << 16U; }},
    {"is a directory with content",
     [](Archive& archive) { archive.members.push_back(member("d/", "x")); }},
    // sizes
    {"stored with two different sizes",
     [](Archive& archive) { archive.members[0].central.size = 4; }},
    {"its data is longer than its size says",
     [](Archive& archive) { archive.members[1].central.size = archive.members[1].local.size = 3; }},
    {"its data is shorter than its size says",
     [](Archive& archive) { archive.members[1].central.size = archive.members[1].local.size = 30; }
    },
    {"claims a size its data cannot have",
     [](Archive& archive) {
         archive.members[1].central.size = archive.members[1].local.size = 1U << 20U;
     }},
    {"its checksum does not fit",
     [](Archive& archive) { archive.members[1].central.crc32 = archive.members[1].local.crc32 = 7; }
    },
    {"its checksum does not fit", [](Archive& archive) { archive.members[0].data = "ALPHA"; }},
    {"its compressed data is damaged", [](Archive& archive) { archive.members[1].data[0] = '\x07'; }
    },
    {"bytes follow the end of its compressed data",
     [](Archive& archive) {
         archive.members[1].data += "hidden";
         archive.members[1].central.compressed_size = archive.members[1].local.compressed_size =
             archive.members[1].data.size();
     }},
};

TEST(Zip, RefusesWhatIsHostile) {
    for (const Refused& test : kRefused) {
        Archive archive = two_members();
        test.change(archive);
        const std::string got = outcome(archive.bytes());
        EXPECT_TRUE(got.contains(test.expected))
            << "wanted: " << test.expected << "\ngot:    " << got;
    }
}

TEST(Zip, DuplicatesAreComparedByContent) {
    // Two texts of one length with one CRC-32 (found by a search): equal for the headers, not for us.
    const std::string one = *base::from_hex("fbc8b7a48942d678");
    const std::string other = *base::from_hex("f49d17b7b3437b60");
    ASSERT_EQ(zip_crc32(0, one), zip_crc32(0, other));
    Archive archive;
    archive.members = {member("a", one), member("a", other)};
    EXPECT_EQ(outcome(archive.bytes()), "member `a` is there twice with different content");
    archive.members = {member("a", one), member("a", one)};
    EXPECT_TRUE(outcome(archive.bytes()).starts_with("a="));
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    ASSERT_TRUE(zip);
    EXPECT_EQ((*zip)->entries()[0].duplicate_of, std::nullopt);
    EXPECT_EQ((*zip)->entries()[1].duplicate_of, 0U);
}

TEST(Zip, LocalHeadersMustBeWhereTheDirectorySays) {
    std::string bytes = two_members().bytes();
    bytes[0] = 'Q';
    EXPECT_EQ(
        outcome(bytes),
        "failed to unpack member `a.txt`: there is no local header where the central directory says"
    );
}

TEST(Zip, Zip64EndRecordMustStandInItsPlaceAndAgree) {
    Archive archive = two_members();
    archive.zip64 = true;
    const std::string good = archive.bytes();
    const std::size_t end = good.size() - 22;
    const auto with = [&](std::size_t at, char value) {
        std::string bytes = good;
        bytes[at] = value;
        return outcome(bytes);
    };
    EXPECT_TRUE(with(end - 20, 'x').contains("the ZIP64 end record is missing"));
    EXPECT_TRUE(with(end - 20 + 8, 'x').contains("the ZIP64 locator points elsewhere"));
    EXPECT_TRUE(with(end - 76, 'x').contains("does not stand before its locator"));
    EXPECT_TRUE(with(end - 76 + 4, 45).contains("does not stand before its locator"));
    EXPECT_TRUE(with(end - 20 + 4, 1).contains("several disks"));
    std::string disagreeing = good;
    disagreeing.replace(end + 8, 4, std::string("\x03\0\x03\0", 4));
    EXPECT_TRUE(outcome(disagreeing).contains("the end record and its ZIP64 form disagree"));
}

TEST(Zip, EveryFlippedBitIsRefusedOrHarmless) {
    Archive archive = two_members();
    add_descriptor(archive.members[1], true, false);
    archive.members[0].central.extra = unicode_path("a.txt", "a.txt");
    const std::string good = archive.bytes();
    const std::string expected = outcome(good);
    ASSERT_EQ(expected, "a.txt=alpha;pkg/b.txt=beta beta;");
    std::size_t refused = 0;
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        std::string bytes = good;
        bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
        const std::string got = outcome(bytes);
        if (got.contains('=')) {
            EXPECT_EQ(got, expected) << "bit " << i;
        } else {
            ++refused;
        }
    }
    EXPECT_GT(refused, good.size() * 4);
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(outcome(good.substr(0, size)).contains('=')) << "cut at " << size;
    }
}

TEST(Zip, BombsAreRefusedBeforeAnythingIsWritten) {
    Archive archive;
    for (int i = 0; i < 20; ++i) {
        Member bomb = member(fmt::format("b{}", i), std::string(5'000, 'x'), Pack::Deflated);
        bomb.local.size = bomb.central.size = 5'000'000;
        archive.members.push_back(bomb);
    }
    EXPECT_TRUE(outcome(archive.bytes()).contains("more than 200 times its size"))
        << outcome(archive.bytes());
    ZipLimits limits;
    limits.total_size = 50'000'000;
    EXPECT_TRUE(outcome(archive.bytes(), limits).contains("more than is accepted"));
    limits = {};
    limits.member_size = 4'000'000;
    EXPECT_TRUE(outcome(archive.bytes(), limits).contains("is larger than 3.8MiB"));
    limits = {};
    limits.entries = 19;
    EXPECT_TRUE(outcome(archive.bytes(), limits).contains("20 members, more than is accepted"));
    limits = {};
    limits.directory_size = 500;
    EXPECT_TRUE(outcome(archive.bytes(), limits).contains("a central directory of"));
}

TEST(Zip, ReadHasALimit) {
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(two_members().bytes()));
    ASSERT_TRUE(zip);
    EXPECT_TRUE((*zip)->read((*zip)->entries()[0], 5));
    const auto refused = (*zip)->read((*zip)->entries()[0], 4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().flat(), "member `a.txt` has 5B, more than 4B");
}

TEST(Zip, BytesBeforeTheArchiveAreForZipApplications) {
    Archive archive = two_members();
    archive.prefix = "#!/usr/bin/env python3\n";
    ZipLimits limits;
    limits.slack = ZipSlack::AllowBeforeFirst;
    const std::string expected = "a.txt=alpha;pkg/b.txt=beta beta;";
    EXPECT_EQ(
        outcome(archive.bytes(), limits), expected
    );  // offsets count from the start of the file
    EXPECT_EQ(
        outcome("junk" + two_members().bytes(), limits), expected
    );  // offsets count from the archive
    archive.members[0].behind = "x";
    EXPECT_TRUE(outcome(archive.bytes(), limits).contains("belong to nothing"));
}

TEST(Zip, ModesAndKinds) {
    Archive archive = two_members();
    archive.members[0].attributes = 0100755U << 16U;
    archive.members[1].attributes = 0120777U << 16U;
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    ASSERT_TRUE(zip);
    EXPECT_TRUE((*zip)->entries()[0].is_executable());
    EXPECT_FALSE((*zip)->entries()[0].is_symlink);
    EXPECT_TRUE((*zip)->entries()[1].is_symlink);
    EXPECT_EQ((*zip)->find("pkg/b.txt"), &(*zip)->entries()[1]);
    EXPECT_EQ((*zip)->find("pkg"), nullptr);
}

}  // namespace
}  // namespace codec
