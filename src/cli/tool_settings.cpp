#include "cli/tool_settings.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/index_settings.h"
#include "cli/time_span.h"
#include "cli/user_directories.h"

#include <fmt/core.h>

#include <map>

namespace cli {

namespace {

using base::ErrorKind;
using base::Result;
using project::Settings;
using Texts = std::vector<std::string>;

template <class T>
struct Option {
    std::string_view flag;
    std::string_view key;
    std::optional<T> Settings::* member;
};

constexpr Option<bool> kFlags[] = {
    {"--no-index", "no-index", &Settings::no_index},
    {"--compile-bytecode", "compile-bytecode", &Settings::compile_bytecode},
    {"--no-sources", "no-sources", &Settings::no_sources},
    {"--no-build", "no-build", &Settings::no_build},
    {"--no-binary", "no-binary", &Settings::no_binary},
};

constexpr Option<std::string> kChoices[] = {
    {"--index-strategy", "index-strategy", &Settings::index_strategy},
    {"--keyring-provider", "keyring-provider", &Settings::keyring_provider},
    {"--resolution", "resolution", &Settings::resolution},
    {"--fork-strategy", "fork-strategy", &Settings::fork_strategy},
    {"--link-mode", "link-mode", &Settings::link_mode},
};

constexpr Option<Texts> kPackages[] = {
    {"--no-build-package", "no-build-package", &Settings::no_build_package},
    {"--no-binary-package", "no-binary-package", &Settings::no_binary_package},
};

constexpr Option<Texts> kPlaces[] = {
    {"--extra-index-url", "extra-index-url", &Settings::extra_index_url},
    {"--find-links", "find-links", &Settings::find_links},
};

// Names that only files may use for a value.
std::string canonical_choice(const std::string& text) {
    if (text == "reflink") return "clone";
    return text == "unsafe-any-match" ? "unsafe-first-match" : text;
}

// "name<separator>rest"; names are normalised.
Result<std::pair<std::string, std::string>> split_package(std::string_view text, char separator) {
    const std::size_t at = std::min(text.find(separator), text.size());
    const pep::PackageName name = TRY(pep::PackageName::parse(text.substr(0, at)));
    return std::pair(name.text(), std::string(text.substr(std::min(at + 1, text.size()))));
}

// Collects the options one by one; see the file's head for the rules.
class Collector {
  public:
    explicit Collector(const Inputs& inputs)
        : invocation_(inputs.invocation), settings_(inputs.settings) {}

    Result<ops::ToolOptions> collect() {
        add_flags();
        TRY(add_lists());
        TRY(add_indexes());
        TRY(add_choices_by_package());
        TRY(add_cutoffs());
        TRY(add_build_options());
        return std::move(options_);
    }

  private:
    void add_flags() {
        for (const Option<bool>& option : kFlags) {
            std::optional<bool> value = invocation_.toggle(option.flag);
            if (!value) value = settings_.*option.member;
            if (value) options_.add_flag(std::string(option.key), *value);
        }
        for (const Option<std::string>& option : kChoices) {
            std::optional<std::string> value = invocation_.value(option.flag);
            if (!value) value = settings_.*option.member;
            if (value) options_.add_text(std::string(option.key), canonical_choice(*value));
        }
        std::optional<std::string> prerelease = invocation_.value("--prerelease");
        if (invocation_.flag("--pre")) prerelease = "allow";
        if (!prerelease) prerelease = settings_.prerelease;
        if (prerelease) options_.add_text("prerelease", *prerelease);
    }

    Result<void> add_lists() {
        for (const Option<Texts>& option : kPackages) {
            Texts names;
            for (const std::string& name : both(option))
                names.push_back(TRY(pep::PackageName::parse(name)).text());
            add_if_given(option, names);
        }
        for (const Option<Texts>& option : kPlaces) {
            Texts urls;
            for (const std::string& place : both(option)) {
                if (!place.empty()) urls.emplace_back(TRY(place_of(place, option.flag)).text());
            }
            add_if_given(option, urls);
        }
        return {};
    }

    Texts both(const Option<Texts>& option) const {
        Texts values = invocation_.values(option.flag);
        const auto& configured = settings_.*option.member;
        if (configured) values.insert(values.end(), configured->begin(), configured->end());
        return values;
    }

    void add_if_given(const Option<Texts>& option, const Texts& values) {
        const bool is_given = !values.empty() || (settings_.*option.member).has_value() ||
                              invocation_.value(option.flag).has_value();
        if (is_given) options_.add_list(std::string(option.key), values);
    }

    Result<void> add_indexes() {
        std::optional<std::string> url = invocation_.value("--index-url");
        if (!url || url->empty()) url = settings_.index_url;
        if (url)
            options_.add_text("index-url", std::string(TRY(place_of(*url, "--index-url")).text()));
        if (const auto text = invocation_.value("--default-index"); text && !text->empty())
            TRY(add_index(*text, "--default-index"));
        for (const std::string& text : invocation_.values("--index")) {
            if (!text.empty()) TRY(add_index(text, "--index"));
        }
        for (const project::IndexEntry& entry :
             settings_.index.value_or(std::vector<project::IndexEntry>())) {
            TRY(add_index(entry));
        }
        return {};
    }

    Result<void> add_index(const std::string& text, std::string_view option) {
        const package_index::IndexLocation location = TRY(location_of(text, option));
        return add_index(project::IndexEntry{
            .name = location.name,
            .url = std::string(location.url.text()),
            .is_default = option == "--default-index",
        });
    }

    Result<void> add_index(const project::IndexEntry& entry) {
        const std::string path = fmt::format("index/{}/", indexes_++);
        const auto add_filled = [&](std::string_view key, const std::string& text) {
            if (!text.empty()) options_.add_text(path + std::string(key), text);
        };
        add_filled("name", entry.name);
        add_filled("url", std::string(TRY(place_of(entry.url, "index")).text()));
        options_.add_flag(path + "explicit", entry.is_explicit);
        options_.add_flag(path + "default", entry.is_default);
        add_filled("format", entry.format.empty() ? "simple" : entry.format);
        add_filled("authenticate", entry.authenticate.empty() ? "auto" : entry.authenticate);
        add_filled("publish-url", entry.publish_url);
        add_filled("cache-control/api", entry.pages_cache_control);
        add_filled("cache-control/files", entry.files_cache_control);
        Texts codes;
        for (const int code : entry.ignore_error_codes)
            codes.push_back(fmt::format("{}", code));
        if (!codes.empty()) options_.add_list(path + "ignore-error-codes", codes);
        // Always a time here: of a span, receipts do not keep what it was.
        if (!entry.exclude_newer.empty())
            options_.add_text(path + "exclude-newer", TRY(time_text(entry.exclude_newer)));
        return {};
    }

    Result<void> add_choices_by_package() {
        for (const auto& [name, mode] :
             settings_.prerelease_package.value_or(project::NamedTexts()))
            TRY(add_prerelease(name, mode));
        for (const std::string& text : invocation_.values("--prerelease-package")) {
            const auto [name, mode] = TRY(split_package(text, '='));
            TRY(add_prerelease(name, mode));
        }
        return {};
    }

    Result<void> add_prerelease(const std::string& name, const std::string& mode) {
        const pep::PackageName package = TRY(pep::PackageName::parse(name));
        options_.add_text("prerelease-package/" + package.text(), mode);
        return {};
    }

    Result<void> add_cutoffs() {
        std::optional<std::string> text = invocation_.value("--exclude-newer");
        if (!text) text = settings_.exclude_newer;
        if (text) {
            const std::optional<std::string> span = iso_time_span(*text);
            options_.add_text(
                span ? "exclude-newer-span" : "exclude-newer", span ? *span : TRY(time_text(*text))
            );
        }
        std::map<std::string, std::string> packages;
        for (const auto& [name, cutoff] :
             settings_.exclude_newer_package.value_or(project::NamedTexts())) {
            packages[TRY(pep::PackageName::parse(name)).text()] = cutoff;
        }
        for (const std::string& pair : invocation_.values("--exclude-newer-package")) {
            auto [name, cutoff] = TRY(split_package(pair, '='));
            packages[std::move(name)] = std::move(cutoff);
        }
        for (const auto& [name, cutoff] : packages) {
            const std::string path = "exclude-newer-package/" + name;
            const std::optional<std::string> span = iso_time_span(cutoff);
            options_.add_text(span ? path + "/span" : path, span ? *span : TRY(time_text(cutoff)));
        }
        return {};
    }

    static Result<std::string> time_text(const std::string& text) {
        const auto cutoff = TRY(parse_cutoff(text, base::wall_clock_seconds()));
        return cutoff ? base::format_rfc3339(*cutoff / 1000) : "false";
    }

    Result<void> add_build_options() {
        add_isolation();
        TRY(add_build_settings());
        add_build_dependencies();
        add_metadata();
        if (const codec::TomlValue* value = build_setting("extra-build-variables"))
            options_.add_value("extra-build-variables", *value);
        std::optional<bool> hashes = invocation_.toggle("--require-build-hashes");
        if (!hashes) hashes = flag_setting("require-build-hashes");
        if (hashes) options_.add_flag("require-build-hashes", *hashes);
        Texts unsourced = invocation_.values("--no-sources-package");
        append_setting("no-sources-package", unsourced);
        if (!unsourced.empty()) options_.add_list("no-sources-package", TRY(normalised(unsourced)));
        return {};
    }

    // `name = ["x>1", { requirement = "y", match-runtime = true }]`; receipts have tables alone.
    void add_build_dependencies() {
        const codec::TomlValue* packages = build_setting("extra-build-dependencies");
        if (packages == nullptr || packages->as_table() == nullptr) return;
        for (const codec::TomlEntry& package : packages->as_table()->entries()) {
            const codec::TomlArray* items = package.value.as_array();
            for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
                const std::string path =
                    fmt::format("extra-build-dependencies/{}/{}", package.key, i);
                options_.add_flag(path + "/match-runtime", false);
                if (const std::string* text = (*items)[i].as_string()) {
                    options_.add_text(path + "/requirement", *text);
                } else {
                    options_.add_value(path, (*items)[i]);
                }
            }
        }
    }

    // Receipts have the lists of each package, empty or not.
    void add_metadata() {
        const codec::TomlValue* packages = build_setting("dependency-metadata");
        if (packages == nullptr) return;
        options_.add_value("dependency-metadata", *packages);
        const codec::TomlArray* items = packages->as_array();
        for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
            for (const char* list : {"requires-dist", "provides-extra"}) {
                if ((*items)[i].find(list) == nullptr)
                    options_.add_list(fmt::format("dependency-metadata/{}/{}", i, list), {});
            }
        }
    }

    void add_isolation() {
        std::optional<bool> shared = invocation_.toggle("--no-build-isolation");
        if (!shared) shared = flag_setting("no-build-isolation");
        if (shared) {
            options_.add_text("build-isolation", *shared ? "shared" : "isolate");
            return;
        }
        Texts packages = invocation_.values("--no-build-isolation-package");
        append_setting("no-build-isolation-package", packages);
        if (packages.empty()) return;
        if (Result<Texts> names = normalised(packages))
            options_.add_list("build-isolation/shared-package", *names);
    }

    // `-C KEY=VALUE`: one value is a text, several are a list.
    Result<void> add_build_settings() {
        std::map<std::string, Texts> values;
        for (const std::string& text : invocation_.values("--config-setting"))
            add_pair("config-settings/", text, values);
        for (const std::string& text : invocation_.values("--config-settings-package")) {
            const auto [name, pair] = TRY(split_package(text, ':'));
            add_pair(fmt::format("config-settings-package/{}/", name), pair, values);
        }
        add_configured("config-settings/", build_setting("config-settings"), values);
        if (const codec::TomlValue* packages = build_setting("config-settings-package");
            packages != nullptr && packages->as_table() != nullptr) {
            for (const codec::TomlEntry& entry : packages->as_table()->entries()) {
                const std::string name = TRY(pep::PackageName::parse(entry.key)).text();
                add_configured(
                    fmt::format("config-settings-package/{}/", name), &entry.value, values
                );
            }
        }
        for (const auto& [path, texts] : values) {
            const bool is_text = texts.size() == 1 && !lists_.contains(path);
            is_text ? options_.add_text(path, texts.front()) : options_.add_list(path, texts);
        }
        return {};
    }

    static void add_pair(
        const std::string& path, std::string_view pair, std::map<std::string, Texts>& values
    ) {
        const std::size_t at = std::min(pair.find('='), pair.size());
        const std::string_view value = pair.substr(std::min(at + 1, pair.size()));
        values[path + std::string(pair.substr(0, at))].emplace_back(value);
    }

    void add_configured(
        const std::string& path, const codec::TomlValue* table, std::map<std::string, Texts>& values
    ) {
        if (table == nullptr || table->as_table() == nullptr) return;
        for (const codec::TomlEntry& entry : table->as_table()->entries()) {
            const std::string whole = path + entry.key;
            if (entry.value.as_array() != nullptr) lists_.insert(whole);
            append(entry.value, values[whole]);
        }
    }

    static void append(const codec::TomlValue& value, Texts& texts) {
        if (const std::string* text = value.as_string()) texts.push_back(*text);
        if (const codec::TomlArray* items = value.as_array()) {
            for (const codec::TomlValue& item : *items)
                append(item, texts);
        }
    }

    void append_setting(std::string_view key, Texts& texts) const {
        if (const codec::TomlValue* value = build_setting(key)) append(*value, texts);
    }

    std::optional<bool> flag_setting(std::string_view key) const {
        const codec::TomlValue* value = build_setting(key);
        return value != nullptr ? value->as_boolean() : std::nullopt;
    }

    const codec::TomlValue* build_setting(std::string_view key) const {
        const auto found = settings_.build.find(std::string(key));
        return found == settings_.build.end() ? nullptr : &found->second;
    }

    static Result<Texts> normalised(const Texts& packages) {
        Texts names;
        for (const std::string& package : packages)
            names.push_back(TRY(pep::PackageName::parse(package)).text());
        return names;
    }

    const Invocation& invocation_;
    const Settings& settings_;
    ops::ToolOptions options_;
    std::size_t indexes_ = 0;
    std::set<std::string> lists_;  // of build settings: lists however long
};

constexpr std::uint64_t kLockTimeoutSeconds = 300;  // as uv's

std::int64_t lock_timeout_ms(const Variables& variables) {
    constexpr std::uint64_t kLongest = std::uint64_t{365} * 24 * 3600;
    const std::string text = variables.find_filled("UV_LOCK_TIMEOUT").value_or("");
    const std::uint64_t seconds = base::parse_unsigned(text).value_or(kLockTimeoutSeconds);
    return static_cast<std::int64_t>(std::min(seconds, kLongest)) * 1000;
}

}  // namespace

std::string tools_directory(const Variables& variables) {
    if (const auto directory = variables.find_filled("UV_TOOL_DIR")) return *directory;
    return base::join_path(user_data_directory(variables), "uv/tools");
}

Result<ops::ToolOptions> tool_options(const Inputs& inputs) {
    return Collector(inputs).collect();
}

Result<ops::InstalledTools> installed_tools(const Inputs& inputs) {
    if (inputs.invocation.flag("--isolated")) return ops::InstalledTools();
    return ops::InstalledTools{
        .directory = TRY(base::absolute_path(tools_directory(inputs.variables))),
        .options = TRY(tool_options(inputs)),
        .lock_timeout_ms = lock_timeout_ms(inputs.variables),
    };
}

}  // namespace cli
