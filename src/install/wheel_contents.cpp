#include "install/wheel_contents.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/headers.h"
#include "install/record_claims.h"
#include "install/script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace install {

namespace {

constexpr std::string_view kDistInfoSuffix = ".dist-info";
constexpr std::uint64_t kMetadataLimit = 16U << 20U;

std::unexpected<base::Error> refuse(std::string message) {
    return base::fail(base::ErrorKind::Invalid, std::move(message));
}

std::string_view first_part(std::string_view path) {
    return path.substr(0, path.find('/'));
}

// --- who the wheel says it is

base::Result<std::string> find_dist_info(const std::vector<WheelMember>& members) {
    std::string found;
    for (const WheelMember& member : members) {
        const std::string_view top = first_part(member.path);
        if (top.size() == member.path.size() || !top.ends_with(kDistInfoSuffix) || top == found)
            continue;
        if (!found.empty()) {
            return refuse(
                fmt::format("it has more than one .dist-info directory: `{}`, `{}`", found, top)
            );
        }
        found = top;
    }
    if (found.empty()) return refuse("it has no .dist-info directory");
    return found;
}

// A local version ("+cpu") may be in the file name alone: builders add it when they repack.
bool confirms(const pep::Version& claimed, const pep::WheelFilename& filename) {
    return claimed == filename.version || claimed == filename.version.without_local();
}

base::Result<void> check_identity(
    std::string_view source,
    std::string_view name,
    std::string_view version,
    const pep::WheelFilename& filename
) {
    const base::Result<pep::PackageName> claimed_name = pep::PackageName::parse(name);
    if (!claimed_name || *claimed_name != filename.name) {
        return refuse(fmt::format(
            "its {} is of the package `{}`, its file name of `{}`",
            source,
            name,
            filename.name.text()
        ));
    }
    const base::Result<pep::Version> claimed_version = pep::Version::parse(version);
    if (claimed_version && confirms(*claimed_version, filename)) return {};
    return refuse(fmt::format(
        "its {} is of version `{}`, its file name of `{}`",
        source,
        version,
        filename.version.to_string()
    ));
}

base::Result<void> check_dist_info_name(
    std::string_view dist_info, const pep::WheelFilename& filename
) {
    const std::string_view stem = dist_info.substr(0, dist_info.size() - kDistInfoSuffix.size());
    const std::size_t dash = stem.rfind('-');
    if (dash == std::string_view::npos) {
        return refuse(
            fmt::format("its directory `{}` is not named NAME-VERSION.dist-info", dist_info)
        );
    }
    return check_identity(
        fmt::format("directory `{}`", dist_info),
        stem.substr(0, dash),
        stem.substr(dash + 1),
        filename
    );
}

base::Result<std::string> read_member(
    const codec::ZipReader& zip, const WheelMember* member, std::string_view path
) {
    if (member == nullptr) return refuse(fmt::format("it has no `{}`", path));
    return zip.read(*member->entry, kMetadataLimit);
}

const WheelMember* find_member(const std::vector<WheelMember>& members, std::string_view path) {
    const auto at = std::ranges::lower_bound(members, path, {}, [](const WheelMember& member) {
        return std::string_view(member.path);
    });
    return at != members.end() && at->path == path ? &*at : nullptr;
}

base::Result<void> check_metadata(std::string_view text, const pep::WheelFilename& filename) {
    const codec::HeaderBlock headers = codec::parse_headers(text);
    const std::string* const name = headers.find("Name");
    const std::string* const version = headers.find("Version");
    if (name == nullptr || version == nullptr)
        return refuse("its METADATA tells no name or no version");
    return check_identity("METADATA", *name, *version, filename);
}

// The scheme of what lies outside .data.
base::Result<Scheme> read_root_scheme(std::string_view text) {
    const codec::HeaderBlock headers = codec::parse_headers(text);
    const std::string* const version = headers.find("Wheel-Version");
    if (version == nullptr) return refuse("its WHEEL tells no Wheel-Version");
    const std::string_view major = std::string_view(*version).substr(0, version->find('.'));
    if (base::parse_unsigned(base::trim(major)) != 1U) {
        return base::fail(
            base::ErrorKind::Unsupported,
            fmt::format("its format is wheel version `{}`, and only version 1 is known", *version)
        );
    }
    const std::string* const purelib = headers.find("Root-Is-Purelib");
    const bool is_pure = purelib != nullptr && base::equals_ignoring_case(*purelib, "true");
    return is_pure ? Scheme::Purelib : Scheme::Platlib;
}

// --- where its files go

// What makes a directory an environment, and what the store keeps beside it.
bool is_reserved_in_root(std::string_view target) {
    constexpr std::array<std::string_view, 9> kNames = {
        "pyvenv.cfg", "bin", "lib", "lib64", "include", ".lease", ".meta", ".synced", ".lock"
    };
    constexpr std::string_view kBin = "bin/";
    if (target.starts_with(kBin)) return is_reserved_program(target.substr(kBin.size()));
    return std::ranges::find(kNames, target) != kNames.end();
}

base::Result<void> place_data_file(WheelFile& file, std::size_t data_directory_size) {
    const std::string_view path = file.member.path;
    const std::string_view below = path.substr(data_directory_size + 1);
    const std::string_view key = first_part(below);
    for (std::size_t i = 0; i < kSchemeCount; ++i) {
        if (name_of(static_cast<Scheme>(i)) == key) file.scheme = static_cast<Scheme>(i);
    }
    if (key != name_of(file.scheme) || key.size() == below.size()) {
        return refuse(fmt::format("the member `{}` belongs to no known part of .data", path));
    }
    file.target_offset = static_cast<std::uint32_t>(data_directory_size + 1 + key.size() + 1);
    if (file.scheme == Scheme::Scripts && file.target().contains('/')) {
        return refuse(fmt::format("the member `{}` is a program in a directory of its own", path));
    }
    const bool is_reserved =
        (file.scheme == Scheme::Scripts && is_reserved_program(file.target())) ||
        (file.scheme == Scheme::Data && is_reserved_in_root(file.target()));
    if (!is_reserved) return {};
    return refuse(
        fmt::format("the member `{}` would replace a part of the environment itself", path)
    );
}

bool is_installer_file(std::string_view name) {
    return name == "RECORD" || name == "INSTALLER" || name == "REQUESTED";
}

base::Result<void> place_file(
    WheelFile& file, const WheelContents& contents, std::string_view data_directory
) {
    const std::string_view path = file.member.path;
    file.scheme = contents.root;
    file.role = file.member.entry->is_executable() ? FileRole::Executable : FileRole::Plain;
    const std::string_view top = first_part(path);
    if (top == data_directory) {
        if (top.size() == path.size())
            return refuse(fmt::format("the member `{}` must be a directory", path));
        return place_data_file(file, top.size());
    }
    if (top != contents.dist_info) return {};
    const std::string_view name = path.substr(std::min(path.size(), top.size() + 1));
    if (name == "direct_url.json") {
        return refuse("it brings a direct_url.json, which tells where something was installed from"
        );
    }
    if (is_installer_file(name)) file.role = FileRole::Superseded;
    return {};
}

// --- what else lands where its files do

// Where a file ends up in a virtual environment, as far as this can be told without one.
std::string landing_place(const WheelFile& file) {
    switch (file.scheme) {
        case Scheme::Purelib:
        case Scheme::Platlib:
            return fmt::format("site/{}", file.target());
        case Scheme::Scripts:
            return fmt::format("root/bin/{}", file.target());
        case Scheme::Headers:
            return fmt::format("headers/{}", file.target());
        case Scheme::Data:
            break;
    }
    return fmt::format("root/{}", file.target());
}

// Two members of one landing place: equal ones are installed once, different ones refused.
base::Result<void> check_landing_places(const codec::ZipReader& zip, WheelContents& contents) {
    std::vector<std::pair<std::string, WheelFile*>> places;
    for (WheelFile& file : contents.files) {
        if (file.role != FileRole::Superseded) places.emplace_back(landing_place(file), &file);
    }
    std::ranges::sort(places);
    std::vector<std::string_view> paths;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i == 0 || places[i].first != places[i - 1].first) {
            paths.emplace_back(places[i].first);
            continue;
        }
        const WheelFile& before = *places[i - 1].second;
        WheelFile& file = *places[i].second;
        if (!TRY(have_equal_content(zip, *before.member.entry, *file.member.entry))) {
            return refuse(fmt::format(
                "its members `{}` and `{}` go to the same place with different content",
                before.member.path,
                file.member.path
            ));
        }
        file.role = FileRole::Superseded;
    }
    const std::optional<FileAsDirectory> found = find_file_as_directory(paths);
    if (!found) return {};
    return refuse(
        fmt::format("`{}` is a file and, for `{}`, a directory", found->file, found->below)
    );
}

// --- the programs it asks for

// "pkg.module" and "cli.main" go into the text of a program.
bool is_dotted_name(std::string_view text) {
    return std::ranges::all_of(base::split(text, '.'), [](std::string_view part) {
        return !part.empty() && (part.front() < '0' || part.front() > '9') &&
               std::ranges::all_of(part, [](char c) {
                   const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                   return is_letter || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
               });
    });
}

base::Result<void> check_program(const pep::EntryPoint& program) {
    const std::string& name = program.name;
    if (name.empty() || name == "." || name == ".." || name.contains('/') || name.contains('\0')) {
        return refuse(fmt::format("the name of its entry point `{}` is no file name", name));
    }
    if (is_reserved_program(name)) {
        return refuse(
            fmt::format("its entry point `{}` would replace a part of the environment itself", name)
        );
    }
    if (is_dotted_name(program.module) && is_dotted_name(program.attribute)) return {};
    return refuse(fmt::format("its entry point `{}` does not name a function of a module", name));
}

base::Result<void> read_programs(std::string_view text, WheelContents& contents) {
    pep::EntryPoints points = TRY(pep::parse_entry_points(text));
    contents.programs = std::move(points.console_scripts);
    std::ranges::move(points.gui_scripts, std::back_inserter(contents.programs));
    for (const pep::EntryPoint& program : contents.programs)
        TRY(check_program(program));
    // A program that is an entry point and a script as well (old wheels carry both): the entry
    // point wins.
    for (WheelFile& file : contents.files) {
        if (file.scheme != Scheme::Scripts) continue;
        if (std::ranges::find(contents.programs, file.target(), &pep::EntryPoint::name) !=
            contents.programs.end()) {
            file.role = FileRole::Superseded;
        }
    }
    return {};
}

}  // namespace

base::Result<WheelContents> examine_wheel(
    const codec::ZipReader& zip, const pep::WheelFilename& filename, RecordPolicy policy
) {
    std::vector<WheelMember> members = TRY(list_members(zip));
    // From here on every member is a file with a harmless path of its own.

    WheelContents contents;
    contents.dist_info = TRY(find_dist_info(members));
    TRY(check_dist_info_name(contents.dist_info, filename));
    const auto read = [&](std::string_view name) {
        const std::string path = base::join_path(contents.dist_info, name);
        return read_member(zip, find_member(members, path), path);
    };
    const std::string metadata = TRY(read("METADATA"));
    TRY(check_metadata(metadata, filename));
    const std::string wheel = TRY(read("WHEEL"));
    contents.root = TRY(read_root_scheme(wheel));
    const std::string entry_points_path = base::join_path(contents.dist_info, "entry_points.txt");
    const bool has_entry_points = find_member(members, entry_points_path) != nullptr;
    const std::string entry_points =
        has_entry_points ? TRY(read("entry_points.txt")) : std::string();
    // From here on the wheel is the one its file name promises.

    const std::string_view stem =
        std::string_view(contents.dist_info)
            .substr(0, contents.dist_info.size() - kDistInfoSuffix.size());
    const std::string data_directory = fmt::format("{}.data", stem);
    contents.files.reserve(members.size());
    for (WheelMember& member : members) {
        contents.files.push_back({.member = std::move(member)});
        TRY(place_file(contents.files.back(), contents, data_directory));
    }
    TRY(read_programs(entry_points, contents));
    TRY(check_landing_places(zip, contents));
    // From here on every file has one place of its own inside the environment.

    TRY(attach_record_claims(zip, policy, contents));
    return contents;
}

void RecordDoubts::add(std::string doubt) {
    if (count++ == 0) first = std::move(doubt);
}

std::unexpected<base::Error> refuse_record(std::string doubt) {
    return base::fail(
        base::Error(base::ErrorKind::Invalid, std::move(doubt))
            .hint("a wheel of your own that is merely old installs with `ADDER_RECORD=warn`")
    );
}

}  // namespace install
