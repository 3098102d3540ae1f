// What is installed in an environment: the *.dist-info directories of its site-packages, how to
// take one away again, and which distribution brought which program.
#pragma once

#include "base/result.h"
#include "install/target.h"
#include "pep/name.h"
#include "pep/version.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace install {

enum class Requested { No, Yes };

struct InstalledDistribution {
    pep::PackageName name;
    pep::Version version;
    std::string path;        // of the dist-info directory, absolute
    std::string installer;   // text of INSTALLER, trimmed; empty when there is none
    std::string direct_url;  // text of direct_url.json; empty when it came from an index
    Requested requested = Requested::No;
};

// The distributions of one site-packages directory, by name, then version, then path. Directories
// whose name is not `NAME-VERSION.dist-info` are passed over; a directory that does not exist has
// none.
base::Result<std::vector<InstalledDistribution>> scan_installed(const std::string& site_packages);

struct UninstallReport {
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::vector<std::string>
        warnings;  // entries of RECORD that lead out of the environment and were left alone
};

// Removes what the RECORD of `distribution` lists below the directories of `target`, the bytecode
// made from it, and the directories that are empty then. Files that are already gone do not matter;
// one without RECORD is an error.
base::Result<UninstallReport> uninstall(
    const InstalledDistribution& distribution, const TargetLayout& target
);

struct ProvidedExecutables {
    std::string distribution;        // normalised name
    std::vector<std::string> names;  // sorted
};

// Which distribution brought which programs: entries of its RECORD that lie directly in the scripts
// directory (entry points alone do not count). Only distributions with programs, by name.
base::Result<std::vector<ProvidedExecutables>> executables_in(
    std::span<const InstalledDistribution> distributions, const TargetLayout& target
);
// The same from the plans of payloads, before or without installing them.
base::Result<std::vector<ProvidedExecutables>> executables_of_payloads(
    std::span<const std::string> payloads, std::uint32_t python_minor
);

}  // namespace install
