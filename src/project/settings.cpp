#include "project/settings.h"

#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>

namespace project {

namespace {

using base::ErrorKind;
using base::Result;
using codec::TomlArray;
using codec::TomlTable;
using codec::TomlValue;

struct Context {
    const SettingsOrigin& origin;

    std::unexpected<base::Error> wrong(const TomlValue& value, std::string_view what) const {
        return base::fail(codec::toml_error(value, origin.name, what).with_kind(ErrorKind::Usage));
    }

    std::string absolute(const std::string& path) const {
        return base::normalize_path(base::join_path(origin.directory, path));
    }

    // URLs as they are, paths made absolute.
    std::string place(const std::string& text) const {
        return text.contains("://") || base::is_absolute(text) ? text : absolute(text);
    }
};

// --- values of each type

Result<void> read(const Context& context, const TomlValue& value, std::optional<bool>& target) {
    target = value.as_boolean();
    if (!target)
        return context.wrong(
            value, fmt::format("expected true or false, found {}", value.kind_name())
        );
    return {};
}

Result<std::string> text_of(const Context& context, const TomlValue& value) {
    const std::string* text = value.as_string();
    if (text == nullptr)
        return context.wrong(value, fmt::format("expected a string, found {}", value.kind_name()));
    return *text;
}

Result<void> read(
    const Context& context, const TomlValue& value, std::optional<std::string>& target
) {
    target = TRY(text_of(context, value));
    return {};
}

Result<void> read(
    const Context& context, const TomlValue& value, std::optional<std::uint64_t>& target
) {
    const std::optional<std::int64_t> number = value.as_integer();
    if (!number || *number < 1)
        return context.wrong(value, "expected a whole number of at least 1");
    target = static_cast<std::uint64_t>(*number);
    return {};
}

Result<void> read(
    const Context& context, const TomlValue& value, std::optional<std::vector<std::string>>& target
) {
    const TomlArray* items = value.as_array();
    if (items == nullptr)
        return context.wrong(
            value, fmt::format("expected a list of strings, found {}", value.kind_name())
        );
    target.emplace();
    for (const TomlValue& item : *items) {
        // Requirements may be tables with a scope; those belong to a later issue and are refused,
        // not dropped.
        if (item.as_table() != nullptr)
            return context.wrong(item, "entries with a scope are not supported yet");
        target->push_back(TRY(text_of(context, item)));
    }
    return {};
}

Result<std::string> text_or_false(const Context& context, const TomlValue& value) {
    if (value.as_boolean() == false) return "false";
    if (const codec::TomlDateTime* time = value.as_datetime()) return time->to_string();
    return text_of(context, value);
}

Result<void> read(
    const Context& context, const TomlValue& value, std::optional<NamedTexts>& target
) {
    const TomlTable* table = value.as_table();
    if (table == nullptr)
        return context.wrong(value, fmt::format("expected a table, found {}", value.kind_name()));
    target.emplace();
    for (const codec::TomlEntry& entry : table->entries()) {
        target->emplace_back(entry.key, TRY(text_or_false(context, entry.value)));
    }
    return {};
}

Result<IndexEntry> index_entry(const Context& context, const TomlValue& value) {
    const TomlTable* table = value.as_table();
    if (table == nullptr) return context.wrong(value, "an index must be a table");
    IndexEntry entry;
    for (const codec::TomlEntry& field : table->entries()) {
        const TomlValue& item = field.value;
        if (field.key == "name") entry.name = TRY(text_of(context, item));
        if (field.key == "url") entry.url = context.place(TRY(text_of(context, item)));
        if (field.key == "default") entry.is_default = item.as_boolean().value_or(false);
        if (field.key == "explicit") entry.is_explicit = item.as_boolean().value_or(false);
        if (field.key == "format") entry.format = TRY(text_of(context, item));
        if (field.key == "authenticate") entry.authenticate = TRY(text_of(context, item));
        if (field.key == "publish-url") entry.publish_url = TRY(text_of(context, item));
        if (field.key == "exclude-newer") entry.exclude_newer = TRY(text_or_false(context, item));
        if (field.key == "ignore-error-codes" && item.as_array() != nullptr) {
            for (const TomlValue& code : *item.as_array()) {
                entry.ignore_error_codes.push_back(static_cast<int>(code.as_integer().value_or(0)));
            }
        }
        if (field.key == "cache-control" && item.as_table() != nullptr) {
            if (const TomlValue* pages = item.find("api"))
                entry.pages_cache_control = TRY(text_of(context, *pages));
            if (const TomlValue* files = item.find("files"))
                entry.files_cache_control = TRY(text_of(context, *files));
        }
    }
    if (entry.url.empty()) return context.wrong(value, "an index needs a `url`");
    return entry;
}

Result<void> read(
    const Context& context, const TomlValue& value, std::optional<std::vector<IndexEntry>>& target
) {
    const TomlArray* items = value.as_array();
    if (items == nullptr)
        return context.wrong(value, "`index` must be a list of tables: write `[[index]]`");
    target.emplace();
    for (const TomlValue& item : *items)
        target->push_back(TRY(index_entry(context, item)));
    return {};
}

// --- sources

Result<void> read_source(
    const Context& context, const codec::TomlEntry& entry, Settings& settings
) {
    const TomlValue* source = &entry.value;
    if (const TomlArray* several = source->as_array()) {
        if (several->size() != 1) {
            settings.source_unsupported.emplace_back(entry.key, "a list of sources");
            return {};
        }
        source = &several->front();
    }
    if (const TomlValue* index = source->find("index")) {
        settings.source_indexes.emplace_back(entry.key, TRY(text_of(context, *index)));
    } else if (const TomlValue* url = source->find("url")) {
        settings.source_urls.emplace_back(entry.key, TRY(text_of(context, *url)));
    } else if (const TomlValue* path = source->find("path")) {
        settings.source_urls.emplace_back(
            entry.key, context.absolute(TRY(text_of(context, *path)))
        );
    } else if (source->find("git") != nullptr) {
        settings.source_unsupported.emplace_back(entry.key, "a git repository");
    } else if (source->find("workspace") != nullptr) {
        settings.source_unsupported.emplace_back(entry.key, "a member of a workspace");
    } else {
        return context.wrong(
            entry.value, "a source needs one of `index`, `url`, `path`, `git`, `workspace`"
        );
    }
    return {};
}

Result<void> read_sources(const Context& context, const TomlValue& value, Settings& settings) {
    const TomlTable* table = value.as_table();
    if (table == nullptr) return context.wrong(value, "`sources` must be a table");
    for (const codec::TomlEntry& entry : table->entries())
        TRY(read_source(context, entry, settings));
    return {};
}

// --- keys

// Keys that are valid and have no effect on the commands adder has.
constexpr std::string_view kReadOver[] = {
    "preview-features",
    "torch-backend",
    "python-install-mirror",
    "pypy-install-mirror",
    "graalpy-install-mirror",
    "pyodide-install-mirror",
    "python-downloads-json-url",
    "publish-url",
    "trusted-publishing",
    "check-url",
    "add-bounds",
    "audit",
    "pip",
    "cache-keys",
    "build-constraint-dependencies",
    "environments",
};

constexpr std::string_view kBuild[] = {
    "dependency-metadata",
    "config-settings",
    "config-settings-package",
    "no-build-isolation",
    "require-build-hashes",
    "no-build-isolation-package",
    "extra-build-dependencies",
    "extra-build-variables",
    "no-sources-package",
};

constexpr std::string_view kProjectOnly[] = {
    "required-environments",
    "minimum-libc-version",
    "conflicts",
    "workspace",
    "sources",
    "managed",
    "package",
    "default-groups",
    "dependency-groups",
    "dev-dependencies",
    "build-backend",
};

template <class Member>
struct Key {
    std::string_view name;
    Member Settings::* member;
};

constexpr Key<std::optional<bool>> kFlags[] = {
    {"system-certs", &Settings::system_certs},
    {"native-tls", &Settings::native_tls},
    {"offline", &Settings::offline},
    {"no-cache", &Settings::no_cache},
    {"preview", &Settings::preview},
    {"no-index", &Settings::no_index},
    {"compile-bytecode", &Settings::compile_bytecode},
    {"no-sources", &Settings::no_sources},
    {"upgrade", &Settings::upgrade},
    {"reinstall", &Settings::reinstall},
    {"no-build", &Settings::no_build},
    {"no-binary", &Settings::no_binary},
};

constexpr Key<std::optional<std::string>> kTexts[] = {
    {"required-version", &Settings::required_version},
    {"index-url", &Settings::index_url},
    {"http-proxy", &Settings::http_proxy},
    {"https-proxy", &Settings::https_proxy},
};

// What uv does not know. It refuses an uv.toml with such a key and passes over a [tool.uv] that has
// one, so beside uv they stand in adder.toml or [tool.adder].
constexpr Key<std::optional<std::string>> kOwn[] = {
    {"cache-max-size", &Settings::cache_max_size},
    {"cache-min-free", &Settings::cache_min_free},
    {"cache-max-age", &Settings::cache_max_age},
};

constexpr Key<std::optional<std::vector<std::string>>> kLists[] = {
    {"extra-index-url", &Settings::extra_index_url},
    {"find-links", &Settings::find_links},
    {"no-proxy", &Settings::no_proxy},
    {"allow-insecure-host", &Settings::allow_insecure_host},
    {"upgrade-package", &Settings::upgrade_package},
    {"reinstall-package", &Settings::reinstall_package},
    {"no-build-package", &Settings::no_build_package},
    {"no-binary-package", &Settings::no_binary_package},
    {"constraint-dependencies", &Settings::constraint_dependencies},
    {"override-dependencies", &Settings::override_dependencies},
    {"exclude-dependencies", &Settings::exclude_dependencies},
};

constexpr Key<std::optional<std::uint64_t>> kNumbers[] = {
    {"concurrent-downloads", &Settings::concurrent_downloads},
    {"concurrent-builds", &Settings::concurrent_builds},
    {"concurrent-installs", &Settings::concurrent_installs},
};

constexpr Key<std::optional<NamedTexts>> kTables[] = {
    {"prerelease-package", &Settings::prerelease_package},
    {"exclude-newer-package", &Settings::exclude_newer_package},
};

struct Choice {
    std::string_view name;
    std::optional<std::string> Settings::* member;
    std::string_view choices;
};

constexpr Choice kChoices[] = {
    {"python-preference", &Settings::python_preference, "only-managed,managed,system,only-system"},
    {"python-downloads", &Settings::python_downloads, "auto,automatic,manual,never"},
    {"index-strategy",
     &Settings::index_strategy,
     "first-index,unsafe-any-match,unsafe-first-match,unsafe-best-match"},
    {"keyring-provider", &Settings::keyring_provider, "disabled,subprocess"},
    {"resolution", &Settings::resolution, "highest,lowest,lowest-direct"},
    {"prerelease",
     &Settings::prerelease,
     "disallow,allow,if-necessary,explicit,if-necessary-or-explicit"},
    {"fork-strategy", &Settings::fork_strategy, "fewest,requires-python"},
    {"link-mode", &Settings::link_mode, "clone,reflink,copy,hardlink,symlink"},
};

template <class Keys>
Result<bool> read_from(
    const Keys& keys, const Context& context, const codec::TomlEntry& entry, Settings& settings
) {
    for (const auto& key : keys) {
        if (key.name != entry.key) continue;
        TRY(base::with_context(
            read(context, entry.value, settings.*key.member),
            fmt::format("invalid setting `{}` in `{}`", entry.key, context.origin.name)
        ));
        return true;
    }
    return false;
}

Result<bool> read_choice(
    const Context& context, const codec::TomlEntry& entry, Settings& settings
) {
    for (const Choice& choice : kChoices) {
        if (choice.name != entry.key) continue;
        std::string text = TRY(text_of(context, entry.value));
        const std::vector<std::string_view> choices = base::split(choice.choices, ',');
        if (std::ranges::find(choices, text) == choices.end()) {
            const std::string listed = base::replace_all(choice.choices, ",", "`, `");
            return context.wrong(
                entry.value, fmt::format("`{}` must be one of `{}`", entry.key, listed)
            );
        }
        settings.*choice.member = std::move(text);
        return true;
    }
    return false;
}

Result<bool> read_known(const Context& context, const codec::TomlEntry& entry, Settings& settings) {
    if (TRY(read_from(kOwn, context, entry, settings))) return true;
    if (context.origin.kind == SettingsKind::Own) return false;
    if (TRY(read_from(kFlags, context, entry, settings)) ||
        TRY(read_from(kTexts, context, entry, settings)) ||
        TRY(read_from(kLists, context, entry, settings)) ||
        TRY(read_from(kNumbers, context, entry, settings)) ||
        TRY(read_from(kTables, context, entry, settings)) ||
        TRY(read_choice(context, entry, settings))) {
        return true;
    }
    if (entry.key == "cache-dir") {
        settings.cache_dir = context.absolute(TRY(text_of(context, entry.value)));
    } else if (entry.key == "exclude-newer") {
        settings.exclude_newer = TRY(text_or_false(context, entry.value));
    } else if (entry.key == "index") {
        TRY(read(context, entry.value, settings.index));
    } else if (entry.key == "sources" && context.origin.kind == SettingsKind::ToolTable) {
        TRY(read_sources(context, entry.value, settings));
    } else if (std::ranges::find(kBuild, entry.key) != std::end(kBuild)) {
        settings.build.emplace(entry.key, entry.value);
    } else {
        return std::ranges::find(kReadOver, entry.key) != std::end(kReadOver);
    }
    return true;
}

Result<void> refuse_unknown(
    const Context& context, const codec::TomlEntry& entry, Settings& settings
) {
    if (context.origin.kind == SettingsKind::Own) {
        return context.wrong(
            entry.value,
            fmt::format(
                "unknown setting `{}`: here stand `cache-max-size`, `cache-min-free` and "
                "`cache-max-age`; all others belong to uv.toml or [tool.uv]",
                entry.key
            )
        );
    }
    const bool project_key = std::ranges::find(kProjectOnly, entry.key) != std::end(kProjectOnly);
    if (context.origin.kind == SettingsKind::ToolTable) {
        if (!project_key) settings.unknown.push_back(entry.key);
        return {};
    }
    if (project_key) {
        return context.wrong(
            entry.value,
            fmt::format(
                "`{}` belongs to a project: it may stand in `pyproject.toml` only", entry.key
            )
        );
    }
    std::vector<std::string> names;
    const auto collect = [&](const auto& keys) {
        for (const auto& key : keys)
            names.emplace_back(key.name);
    };
    collect(kFlags), collect(kTexts), collect(kOwn), collect(kLists), collect(kNumbers),
        collect(kTables), collect(kChoices);
    base::Error error = codec::toml_error(
        entry.value, context.origin.name, fmt::format("unknown setting `{}`", entry.key)
    );
    if (const auto meant = base::nearest(entry.key, names)) {
        error = std::move(error).hint(fmt::format("did you mean `{}`?", *meant));
    }
    return base::fail(std::move(error).with_kind(ErrorKind::Usage));
}

void make_places_absolute(const Context& context, Settings& settings) {
    if (settings.index_url) settings.index_url = context.place(*settings.index_url);
    for (auto* places : {&settings.extra_index_url, &settings.find_links}) {
        if (!*places) continue;
        for (std::string& place : **places)
            place = context.place(place);
    }
}

template <class T>
void take_missing(std::optional<T>& first, const std::optional<T>& second) {
    if (!first) first = second;
}

template <class T>
void join(std::optional<std::vector<T>>& first, const std::optional<std::vector<T>>& second) {
    if (!second) return;
    if (!first) first.emplace();
    first->insert(first->end(), second->begin(), second->end());
}

template <class Keys>
void merge_keys(const Keys& keys, Settings& first, const Settings& second) {
    for (const auto& key : keys)
        take_missing(first.*key.member, second.*key.member);
}

}  // namespace

Result<Settings> parse_settings(const TomlTable& table, const SettingsOrigin& origin) {
    const Context context{origin};
    Settings settings;
    for (const codec::TomlEntry& entry : table.entries()) {
        if (!TRY(read_known(context, entry, settings)))
            TRY(refuse_unknown(context, entry, settings));
    }
    make_places_absolute(context, settings);
    return settings;
}

Settings merge_settings(Settings first, const Settings& second) {
    join(first.index, second.index);
    join(first.extra_index_url, second.extra_index_url);
    join(first.find_links, second.find_links);
    merge_keys(kFlags, first, second);
    merge_keys(kTexts, first, second);
    merge_keys(kOwn, first, second);
    merge_keys(kLists, first, second);
    merge_keys(kNumbers, first, second);
    merge_keys(kTables, first, second);
    merge_keys(kChoices, first, second);
    take_missing(first.cache_dir, second.cache_dir);
    take_missing(first.exclude_newer, second.exclude_newer);
    const auto append = [](NamedTexts& to, const NamedTexts& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    append(first.source_indexes, second.source_indexes);
    append(first.source_urls, second.source_urls);
    append(first.source_unsupported, second.source_unsupported);
    first.build.insert(second.build.begin(), second.build.end());
    first.source_text += second.source_text;
    return first;
}

}  // namespace project
