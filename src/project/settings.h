// Settings: what `uv.toml`, `[tool.uv]` of a pyproject.toml and `[tool.uv]` of a script may say, as
// far as adder acts on it. Plain values; absent means "not said here". Relative paths are made
// absolute against the file's directory.
//
// A key that does not exist is an error in uv.toml and is listed in `unknown` elsewhere; keys that
// exist and that adder does not use yet are read over. Types are always checked.
#pragma once

#include "base/result.h"
#include "codec/toml.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace project {

enum class SettingsKind {
    ConfigurationFile,  // uv.toml: keys of a project are refused
    ToolTable,          // [tool.uv]
    Own,                // adder.toml and [tool.adder]: only what uv does not know
};

struct SettingsOrigin {
    std::string name;       // what messages call the file
    std::string directory;  // what relative paths start from
    SettingsKind kind = SettingsKind::ConfigurationFile;
};

// One [[index]] entry, unchecked text.
struct IndexEntry {
    std::string name;
    std::string url;
    bool is_default = false;
    bool is_explicit = false;
    std::string format;        // "", "simple", "flat"
    std::string authenticate;  // "", "auto", "always", "never"
    std::vector<int> ignore_error_codes;
    std::string pages_cache_control;
    std::string files_cache_control;
    std::string publish_url;
    std::string exclude_newer;  // "false" switches it off
};

// "name" -> value in the file's order.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct Settings {
    std::optional<std::string> required_version;
    std::optional<bool> system_certs, native_tls, offline, no_cache, preview;
    std::optional<std::string> cache_dir;
    // Limits of the store, as they are written: "20 GiB", "90 days", "off".
    std::optional<std::string> cache_max_size, cache_min_free, cache_max_age;
    std::optional<std::string> python_preference, python_downloads;
    std::optional<std::uint64_t> concurrent_downloads, concurrent_builds, concurrent_installs;

    std::optional<std::vector<IndexEntry>> index;
    std::optional<std::string> index_url;
    std::optional<std::vector<std::string>> extra_index_url, find_links;
    std::optional<bool> no_index;
    std::optional<std::string> index_strategy, keyring_provider;
    std::optional<std::string> http_proxy, https_proxy;
    std::optional<std::vector<std::string>> no_proxy, allow_insecure_host;

    std::optional<std::string> resolution, prerelease, fork_strategy;
    std::optional<NamedTexts> prerelease_package;
    std::optional<std::string> exclude_newer;  // "false" switches it off
    std::optional<NamedTexts> exclude_newer_package;
    std::optional<std::string> link_mode;
    std::optional<bool> compile_bytecode, no_sources, upgrade, reinstall, no_build, no_binary;
    std::optional<std::vector<std::string>> upgrade_package, reinstall_package, no_build_package,
        no_binary_package;

    std::optional<std::vector<std::string>> constraint_dependencies, override_dependencies,
        exclude_dependencies;
    // package -> index name, from `[tool.uv.sources] package = { index = "name" }`.
    NamedTexts source_indexes;
    // package -> URL or absolute path of a wheel, from `{ url = ... }` and `{ path = ... }`.
    NamedTexts source_urls;
    // Sources adder cannot serve yet (git, workspace, editable): package -> what it is.
    NamedTexts source_unsupported;

    // Keys about building from source, as they are: nothing is built yet, but installed tools remember
    // them.
    std::map<std::string, codec::TomlValue> build;

    std::vector<std::string> unknown;  // keys nobody knows, for a warning
    std::string source_text;           // the texts these settings were read from, for fingerprints
};

base::Result<Settings> parse_settings(const codec::TomlTable& table, const SettingsOrigin& origin);

// `first` wins wherever it says something; lists of indexes are joined, `first`'s in front.
Settings merge_settings(Settings first, const Settings& second);

}  // namespace project
