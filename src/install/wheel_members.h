// The members of a wheel as files to be written: checked one by one and against each other, before
// a byte of them is unpacked. Nothing here knows what the files mean; see wheel_contents.h.
#pragma once

#include "base/result.h"
#include "codec/zip.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace install {

struct WheelMember {
    const codec::ZipEntry* entry = nullptr;
    std::string path;  // normalised: no "." and no empty parts
};

// `name` without "." and empty parts, if it may be unpacked: relative, without "..", UTF-8, no
// control characters.
base::Result<std::string> normalized_member_path(std::string_view name);

// The files of the archive sorted by path; directories are dropped, since those that hold files are
// made anyway. Members of one path and equal content become one. Refuses, besides bad names: equal
// paths with different content, a file where another member needs a directory, links out of the
// tree, devices and other special files. A link within the tree stays as what pip and uv make of
// it: a file that holds the link's text.
base::Result<std::vector<WheelMember>> list_members(const codec::ZipReader& zip);

// A path that is a file and, for another path, a directory. `paths` is sorted.
struct FileAsDirectory {
    std::string_view file;
    std::string_view below;
};

std::optional<FileAsDirectory> find_file_as_directory(std::span<const std::string_view> paths);

// The directories that hold `paths`, parents first. `paths` is sorted.
std::vector<std::string> directories_of(std::span<const std::string_view> paths);

// True when both members hold the same bytes.
base::Result<bool> have_equal_content(
    const codec::ZipReader& zip, const codec::ZipEntry& one, const codec::ZipEntry& other
);

}  // namespace install
