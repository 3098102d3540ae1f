// PageBuilder: collects the files of one project from an index's answer and writes the bytes of a
// Page.
//
// What does not belong is left out here, once, for all formats of index: files of other projects,
// archives that are neither wheel nor source distribution, names or Requires-Python that do not
// parse even leniently, URLs that an index on the network may not name. Strings have limits, so
// memory is bounded by the number of files, and that by kMaximumFiles.
#pragma once

#include "base/result.h"
#include "index/page.h"
#include "net/url.h"
#include "pep/name.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace package_index {

inline constexpr std::size_t kMaximumFiles = 200'000;

// A digest as announced: the name of the algorithm and hex digits, both unchecked.
struct AnnouncedHash {
    std::string algorithm;
    std::string hex;
};

// One file as it stands in JSON or HTML. Reused from file to file by the parsers.
struct PageEntry {
    std::string file_name;
    std::string url;  // absolute or relative to the page
    std::vector<AnnouncedHash> hashes;
    std::string requires_python;
    std::optional<std::uint64_t> size;
    std::optional<std::string> yanked;
    std::string upload_time;  // RFC 3339
    bool has_metadata = false;
    std::vector<AnnouncedHash> metadata_hashes;

    void clear();
};

class PageBuilder {
  public:
    // `base`: what relative URLs are relative to; the final URL of the page or its `<base href>`.
    PageBuilder(const pep::PackageName& name, const net::Url& base);
    ~PageBuilder();
    PageBuilder(const PageBuilder&) = delete;
    PageBuilder& operator=(const PageBuilder&) = delete;

    // Changes what later relative URLs are relative to.
    void set_base(const net::Url& base);
    // An Error only for a page that is beyond all limits.
    base::Result<void> add(const PageEntry& entry);
    // The bytes of the page; the builder is used up.
    std::string finish();

    // Files that were left out so far.
    std::size_t skipped() const;

  private:
    class Rows;
    std::unique_ptr<Rows> rows_;
};

}  // namespace package_index
