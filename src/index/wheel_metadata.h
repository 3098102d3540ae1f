// The METADATA file inside a wheel, wherever the wheel lies.
#pragma once

#include "base/result.h"
#include "codec/zip.h"
#include "pep/wheel_filename.h"

#include <cstdint>
#include <string>

namespace package_index {

// Nobody's METADATA is larger.
inline constexpr std::uint64_t kMetadataSizeLimit = 16U << 20U;

// The text of `<name>-<version>.dist-info/METADATA`. There must be exactly one .dist-info
// directory, and it must be that of the project and version the file name tells (spelling aside);
// otherwise Invalid.
base::Result<std::string> read_wheel_metadata(
    const codec::ZipReader& zip, const pep::WheelFilename& wheel
);

}  // namespace package_index
