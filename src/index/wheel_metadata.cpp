#include "index/wheel_metadata.h"

#include "pep/name.h"
#include "pep/version.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace package_index {

namespace {

constexpr std::string_view kSuffix = ".dist-info";

// "flask-3.0.dist-info" -> {flask, 3.0}; the last dash divides, as names in wheels have none.
bool names_project(std::string_view directory, const pep::WheelFilename& wheel) {
    directory.remove_suffix(kSuffix.size());
    const std::size_t dash = directory.rfind('-');
    if (dash == std::string_view::npos) return false;
    const auto name = pep::PackageName::parse(directory.substr(0, dash));
    const auto version = pep::Version::parse(directory.substr(dash + 1));
    return name && version && *name == wheel.name && *version == wheel.version;
}

}  // namespace

base::Result<std::string> read_wheel_metadata(
    const codec::ZipReader& zip, const pep::WheelFilename& wheel
) {
    std::set<std::string_view> directories;
    for (const codec::ZipEntry& entry : zip.entries()) {
        const std::string_view name = entry.name;
        const std::string_view top = name.substr(0, name.find('/'));
        if (top.size() < name.size() && top.ends_with(kSuffix)) directories.insert(top);
    }
    if (directories.size() != 1) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format(
                "`{}` has {} .dist-info directories, not one", wheel.to_string(), directories.size()
            )
        );
    }
    const std::string directory(*directories.begin());
    if (!names_project(directory, wheel)) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format(
                "`{}` holds the metadata of another project or version, `{}`",
                wheel.to_string(),
                directory
            )
        );
    }
    const codec::ZipEntry* metadata = zip.find(directory + "/METADATA");
    if (metadata == nullptr) {
        return base::fail(
            base::ErrorKind::Invalid, fmt::format("`{}` has no METADATA file", wheel.to_string())
        );
    }
    return zip.read(*metadata, kMetadataSizeLimit);
}

}  // namespace package_index
