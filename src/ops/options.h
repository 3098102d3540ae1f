// What a command was told, as values: filled by `cli` from flags, variables and configuration
// files, read everywhere in `ops`. Grouped by who needs it; a function takes the groups it uses.
#pragma once

#include "index/index_options.h"
#include "install/link.h"
#include "install/unpack.h"
#include "net/client.h"
#include "pep/name.h"
#include "pep/requirement.h"
#include "python/discovery.h"
#include "solve/problem.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ops {

// A package selection "everything, or these": --reinstall, --upgrade.
struct Selection {
    bool all = false;
    std::set<pep::PackageName> packages;

    bool any() const { return all || !packages.empty(); }
};

struct ResolveOptions {
    solve::Resolution resolution = solve::Resolution::Highest;
    solve::PrereleaseMode prerelease = solve::PrereleaseMode::IfNecessary;
    std::map<pep::PackageName, solve::PrereleaseMode> prerelease_by_package;
    std::vector<pep::Requirement> constraints;
    std::vector<pep::Requirement> overrides;
    std::vector<pep::PackageName> exclusions;
    // package -> URL of a wheel, from [tool.uv.sources].
    std::map<pep::PackageName, std::string> source_urls;
    // package -> what its source is, for sources that cannot be served yet.
    std::map<pep::PackageName, std::string> unsupported_sources;
    Selection upgrade;
    std::optional<std::string> platform;  // --python-platform; nullopt: this machine's
};

enum class Bytecode { Lazy, Compiled };
enum class InstallerFiles { Write, Omit };
enum class LeaseHook { Install, Omit };  // install/lease_hook.h

struct InstallSettings {
    std::optional<install::LinkMode> link_mode;  // nullopt: what suits a private environment best
    Bytecode bytecode = Bytecode::Lazy;
    std::int64_t bytecode_timeout_ms = 60'000;
    std::string bytecode_invalidation;  // PYC_INVALIDATION_MODE
    InstallerFiles installer_files = InstallerFiles::Write;
    LeaseHook lease_hook = LeaseHook::Install;
    install::RecordPolicy record = install::RecordPolicy::Refuse;
    Selection reinstall;
    std::size_t threads = 0;  // 0: one for each core
};

struct PythonChoice {
    std::optional<std::string> request;  // --python, as written
    python::DiscoveryOptions discovery;  // facts_directory is filled by Session
    std::string config_directory;        // of the user: the global version pin
};

// Everything. What names it contains is what the fingerprint of a warm run is made of
// (fingerprint.h).
struct Options {
    store::StoreOptions store;
    net::ClientOptions network;
    package_index::IndexOptions index;
    ResolveOptions resolve;
    InstallSettings install;
    PythonChoice python;

    bool offline() const { return network.connectivity == net::Connectivity::Offline; }

    std::string adder_version;
    std::string executable;  // absolute path of this program: $UV of the child
    // Called once, before the first thing that may take a while. Until then there is nothing to tidy up, and signals
    // may end the process at once.
    std::function<void()> on_work;
};

}  // namespace ops
