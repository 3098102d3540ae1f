// Page: one project as one index describes it, in the compact form it has in the cache.
//
// Bytes of a page (host byte order; the cache is private to one machine's architecture and says so
// in its magic):
//
//     PageHead     magic, counts, references to the strings that belong to the whole page
//     VersionRow   for each version, ascending: its text and which files are of it
//     StringRow    each distinct tag set ("cp311-cp311-manylinux_2_17_x86_64"), then each distinct
//     requires-python FileRow      104 bytes for each file: by version, source distributions before
//     wheels, then by name strings      everything that is referred to by offset and length
//
// Tag sets and requires-python are stored once, so judging a page of 4,000 files means judging the
// hundred or so distinct texts and looking the rest up. URLs share the page's longest common prefix
// and omit the file name.
//
// Reading never trusts the bytes: a reference outside of them reads as an empty string, and open()
// refuses tables that do not fit. Immutable; safe to share between threads.
#pragma once

#include "index/distribution_file.h"
#include "pep/name.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace package_index {

// Where a page came from; not part of its bytes.
struct PageOrigin {
    std::string index_name;               // for messages
    std::optional<std::size_t> location;  // see DistributionFile
    std::optional<std::int64_t> exclude_newer_ms;
};

// One file, as far as choosing among files needs it. Views live as long as the page.
struct PageFile {
    FileKind kind = FileKind::Wheel;
    std::string_view file_name;
    std::uint32_t tag_set = 0;          // number of the tag set; wheels only
    std::uint32_t requires_python = 0;  // number of the text; 0 is "nothing declared"
    bool is_yanked = false;
    std::string_view yanked_reason;
    std::optional<std::int64_t> upload_time_ms;
};

struct PageVersion {
    std::string_view text;
    std::uint32_t first_file = 0;
    std::uint32_t file_count = 0;
};

class Page {
  public:
    // `bytes` as made by PageBuilder::finish. nullptr if they are something else.
    static std::shared_ptr<const Page> open(
        std::string bytes, pep::PackageName name, PageOrigin origin
    );

    const pep::PackageName& name() const { return name_; }

    const PageOrigin& origin() const { return origin_; }

    const std::string& bytes() const { return bytes_; }

    std::uint32_t version_count() const { return version_count_; }

    std::uint32_t file_count() const { return file_count_; }

    std::uint32_t tag_set_count() const { return tag_set_count_; }

    std::uint32_t requires_python_count() const { return requires_python_count_; }

    PageVersion version(std::uint32_t position) const;
    PageFile file(std::uint32_t position) const;
    std::string_view tag_set(std::uint32_t number) const;
    std::string_view requires_python(std::uint32_t number) const;
    // Everything about a file. The URL is checked when the page is built; should a damaged record
    // hold none that parses, the answer is an error.
    base::Result<DistributionFile> distribution(std::uint32_t position, const pep::Version& version)
        const;

  private:
    Page(std::string bytes, pep::PackageName name, PageOrigin origin);

    std::string bytes_;
    pep::PackageName name_;
    PageOrigin origin_;
    std::uint32_t version_count_ = 0;
    std::uint32_t file_count_ = 0;
    std::uint32_t tag_set_count_ = 0;
    std::uint32_t requires_python_count_ = 0;
};

}  // namespace package_index
