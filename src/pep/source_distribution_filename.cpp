#include "pep/source_distribution_filename.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pep {

namespace {

struct Extension {
    std::string_view text;
    SourceArchive archive;
};

constexpr std::array<Extension, 12> kExtensions{{
    {".tar.gz", SourceArchive::TarGz},
    {".zip", SourceArchive::Zip},
    {".tgz", SourceArchive::Other},
    {".tar.bz2", SourceArchive::Other},
    {".tbz", SourceArchive::Other},
    {".tar.xz", SourceArchive::Other},
    {".txz", SourceArchive::Other},
    {".tar.lzma", SourceArchive::Other},
    {".tar.lz", SourceArchive::Other},
    {".tlz", SourceArchive::Other},
    {".tar.zst", SourceArchive::Other},
    {".tar", SourceArchive::Other},
}};

std::unexpected<base::Error> fail(std::string_view file_name, std::string_view why) {
    return base::fail(
        base::ErrorKind::Invalid,
        fmt::format("`{}` is not the name of a source distribution: {}", file_name, why)
    );
}

}  // namespace

base::Result<SourceDistributionFilename> SourceDistributionFilename::parse(
    std::string_view file_name, const PackageName& expected
) {
    const auto extension = std::ranges::find_if(kExtensions, [&](const Extension& candidate) {
        return file_name.ends_with(candidate.text);
    });
    if (extension == kExtensions.end()) return fail(file_name, "it has no extension of an archive");
    const std::string_view stem = file_name.substr(0, file_name.size() - extension->text.size());

    for (std::size_t dash = stem.find('-'); dash != std::string_view::npos;
         dash = stem.find('-', dash + 1)) {
        const std::string_view name = stem.substr(0, dash);
        if (normalize_name(name) != expected.text()) continue;
        auto version = Version::parse(stem.substr(dash + 1));
        if (!version) return fail(file_name, version.error().message());
        return SourceDistributionFilename{expected, std::move(*version), extension->archive};
    }
    return fail(file_name, fmt::format("it does not begin with `{}-`", expected.text()));
}

}  // namespace pep
