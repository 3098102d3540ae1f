// What an installer adds to the files of a wheel: its programs with the right interpreter, and in
// its dist-info INSTALLER, REQUESTED, direct_url.json (PEP 610, PEP 627) and the RECORD that lists
// it all.
#pragma once

#include "base/result.h"
#include "install/installer.h"
#include "install/link_plan.h"
#include "install/target.h"

#include <cstdint>
#include <functional>
#include <string>

namespace install {

// Where the files of one distribution of this name go: headers have a directory for each
// distribution.
std::string scheme_directory(
    const TargetLayout& target, Scheme scheme, std::string_view distribution
);

struct WrittenFiles {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

// Which program names another wheel, later in the request, brings too: they are recorded, not
// written.
using ProgramFilter = std::function<bool(std::string_view name)>;

// Writes them for one wheel whose directories exist.
base::Result<WrittenFiles> write_installer_files(
    const LinkPlan& plan,
    const WheelInstall& wheel,
    const TargetLayout& target,
    const InstallOptions& options,
    const ProgramFilter& is_written_by_another
);

// Every program of the wheel that has to be written (not linked), with its name below the scripts
// directory.
void for_each_program(
    const LinkPlan& plan,
    std::uint32_t python_minor,
    const std::function<void(std::string_view)>& use
);

}  // namespace install
