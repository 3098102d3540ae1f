// Installing payloads into an environment: read the plans, make the directories, link the files on
// all threads, then write what differs from one environment to the next (programs, RECORD and its
// neighbours in the dist-info).
//
// When two wheels bring the same file the later one in the request wins, whatever the threads do
// (uv: whichever thread comes last); both RECORDs list it. A distribution of the same name that is
// already there is not looked at: uninstall it first.
//
// An error leaves a half-filled environment: install into a stage, or repeat.
#pragma once

#include "base/result.h"
#include "base/task_pool.h"
#include "install/bytecode.h"
#include "install/link.h"
#include "install/target.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace install {

enum class InstallerMetadata { Write, Omit };  // Omit: UV_NO_INSTALLER_METADATA

// One payload of the store with what is to be written about it. Whoever calls holds the payload's
// read lock until the environment is published.
struct WheelInstall {
    std::string payload;     // absolute path of the payload directory
    std::string direct_url;  // JSON of PEP 610 for what did not come from an index, else empty
    std::string cache_info;  // JSON of uv_cache.json for a wheel of the local disk, else empty
};

struct InstallOptions {
    LinkMode link_mode = LinkMode::Hardlink;
    std::string installer = "uv";
    InstallerMetadata metadata = InstallerMetadata::Write;
    std::optional<BytecodeOptions> bytecode;  // compile after linking
};

struct InstalledWheel {
    std::string name;
    std::string version;
    std::string dist_info;  // absolute path
};

struct InstallReport {
    std::vector<InstalledWheel> wheels;  // in the order of the request
    std::uint64_t files =
        0;  // made by this install, including programs and metadata, without bytecode
    std::uint64_t bytes = 0;                  // their logical size
    LinkMode link_mode = LinkMode::Hardlink;  // what was really used for most
    std::vector<std::string> warnings;        // at most one about a fallback to copying
    BytecodeReport bytecode;
};

base::Result<InstallReport> install_wheels(
    std::span<const WheelInstall> wheels,
    const TargetLayout& target,
    const InstallOptions& options,
    base::TaskPool& pool
);

}  // namespace install
