// The scenarios of tests/scenarios that ask for one environment, run through the solver alone: a
// table takes the place of the index. What is not about the solver is left to the command-line
// tests; kNotForTheSolver and reason_to_skip say what and why.
#include "base/file.h"
#include "base/text.h"
#include "codec/toml.h"
#include "pep/core_metadata.h"
#include "pep/tags.h"
#include "pep/wheel_filename.h"
#include "solve/solver.h"
#include "solve/universe_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <dirent.h>
#include <map>

namespace solve {
namespace {

using codec::TomlArray;
using codec::TomlTable;
using codec::TomlValue;

const std::string kDirectory = ADDER_SOURCE_DIR "/tests/scenarios";

struct NotForTheSolver {
    const char* scenario;
    const char* reason;
};

constexpr NotForTheSolver kNotForTheSolver[] = {
    {"fork/lowest-fork-min-python", "compiles for every environment"},
    {"hashes/require-hashes", "hashes in a requirements file"},
    {"indexes/find-links", "several indexes: the index layer merges them"},
    {"indexes/index-strategies", "several indexes: the index layer merges them"},
};

bool contains(const std::vector<std::string>& values, std::string_view value) {
    return std::ranges::find(values, value) != values.end();
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    DIR* handle = opendir(directory.c_str());
    if (handle == nullptr) return names;
    while (const dirent* entry = readdir(handle)) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    closedir(handle);
    std::ranges::sort(names);
    return names;
}

// "topic/stem" of every scenario.
std::vector<std::string> all_scenarios() {
    std::vector<std::string> scenarios;
    for (const std::string& topic : names_in(kDirectory)) {
        for (const std::string& file : names_in(kDirectory + "/" + topic)) {
            if (!file.ends_with(".toml")) continue;
            scenarios.push_back(topic + "/" + file.substr(0, file.size() - 5));
        }
    }
    return scenarios;
}

TomlTable load(const std::string& scenario) {
    std::string path = kDirectory + "/" + scenario + ".toml";
    return must(codec::parse_toml(must(base::read_file(path)), path));
}

// Nothing: the solver can answer it.
std::optional<std::string> reason_to_skip(const std::string& scenario, const TomlTable& document) {
    for (const NotForTheSolver& entry : kNotForTheSolver) {
        if (scenario == entry.scenario) return entry.reason;
    }
    const TomlValue* universal = document.at_path("resolver_options.universal");
    if (universal != nullptr && universal->as_boolean().value_or(false)) {
        return "locks for every environment";
    }
    return std::nullopt;
}

std::vector<std::string> runnable_scenarios() {
    std::vector<std::string> scenarios = all_scenarios();
    std::erase_if(scenarios, [](const std::string& scenario) {
        return reason_to_skip(scenario, load(scenario)).has_value();
    });
    return scenarios;
}

std::vector<std::string> strings_of(const TomlValue* value) {
    std::vector<std::string> strings;
    if (value == nullptr) return strings;
    for (const TomlValue& item : *value->as_array())
        strings.push_back(*item.as_string());
    return strings;
}

bool flag(const TomlValue* value, bool otherwise) {
    if (value == nullptr) return otherwise;
    return value->as_boolean().value_or(true);  // a form of sdist, a reason of a yank
}

std::string string_or(const TomlValue* value, std::string otherwise) {
    return value == nullptr ? std::move(otherwise) : *value->as_string();
}

// What a step is run with: `root`, `environment` and `resolver_options` of the steps so far, later
// keys winning.
class Settings {
  public:
    void update(const TomlTable& step) {
        for (const char* part : {"root", "environment", "resolver_options"}) {
            const TomlValue* table = step.find(part);
            if (table == nullptr) continue;
            for (const codec::TomlEntry& entry : table->as_table()->entries()) {
                values_[std::string(part) + "." + entry.key] = &entry.value;
            }
        }
    }

    const TomlValue* find(const std::string& key) const {
        auto found = values_.find(key);
        return found == values_.end() ? nullptr : found->second;
    }

    std::vector<std::string> strings(const std::string& key) const { return strings_of(find(key)); }

    std::string text(const std::string& key, std::string otherwise) const {
        return string_or(find(key), std::move(otherwise));
    }

    // The values of a flag of the command line.
    std::vector<std::string> arguments(std::string_view flag_name) const {
        std::vector<std::string> values;
        const std::vector<std::string> args = strings("resolver_options.args");
        for (std::size_t i = 0; i + 1 < args.size(); ++i) {
            if (args[i] == flag_name) values.push_back(args[i + 1]);
        }
        return values;
    }

    bool has_argument(std::string_view flag_name) const {
        return contains(strings("resolver_options.args"), flag_name);
    }

  private:
    std::map<std::string, const TomlValue*> values_;
};

// `--no-binary` and `--only-binary`, with `:all:` and exceptions from it.
bool is_selected(
    const std::string& name,
    const std::vector<std::string>& selected,
    const std::vector<std::string>& opposite
) {
    if (contains(selected, name)) return true;
    return contains(selected, ":all:") && !contains(opposite, name);
}

struct Target {
    const char* name;  // of `--python-platform`
    pep::Platform platform;
    std::uint32_t major;
    std::uint32_t minor;
    const char* arch;  // in tags
    const char* os_name;
    const char* sys_platform;
    const char* platform_system;
    const char* machine;
};

constexpr Target kTargets[] = {
    {"linux", pep::Platform::Manylinux, 2, 28, "x86_64", "posix", "linux", "Linux", "x86_64"},
    {"x86_64-manylinux2014",
     pep::Platform::Manylinux,
     2,
     17,
     "x86_64",
     "posix",
     "linux",
     "Linux",
     "x86_64"},
    {"windows", pep::Platform::Windows, 0, 0, "amd64", "nt", "win32", "Windows", "AMD64"},
    {"aarch64-apple-darwin",
     pep::Platform::Macos,
     13,
     0,
     "arm64",
     "posix",
     "darwin",
     "Darwin",
     "arm64"},
    {"x86_64-apple-darwin",
     pep::Platform::Macos,
     13,
     0,
     "x86_64",
     "posix",
     "darwin",
     "Darwin",
     "x86_64"},
};

class Runner {
  public:
    Runner(const TomlTable& document, const Settings& settings)
        : document_(document), settings_(settings) {}

    std::expected<Solution, Failure> run(const std::map<pep::PackageName, pep::Version>& previous) {
        python_ =
            settings_.text("resolver_options.python", settings_.text("environment.python", "3.12"));
        Problem problem = problem_on(python_ + (base::split(python_, '.').size() == 2 ? ".0" : ""));
        if (auto filled = fill_problem(problem, previous); !filled) {
            return std::unexpected<Failure>(filled.error());
        }
        choose_target(problem.environment);
        TableProvider index;
        for (const codec::TomlEntry& package : document_.find("packages")->as_table()->entries()) {
            const TomlValue* versions = package.value.find("versions");
            for (const codec::TomlEntry& version : versions->as_table()->entries()) {
                add_release(index, name_of(package.key), version.key, version.value);
            }
        }
        return solve(problem, index);
    }

  private:
    // An Error: what the user wrote is wrong in itself.
    base::Result<void> fill_problem(
        Problem& problem, const std::map<pep::PackageName, pep::Version>& previous
    ) const {
        for (const std::string& text : settings_.strings("root.requires")) {
            problem.requirements.push_back({TRY(pep::Requirement::parse(text)), "scenario"});
        }
        for (const std::string& text : settings_.strings("resolver_options.constraints")) {
            problem.constraints.push_back(requirement_of(text));
        }
        for (const std::string& text : settings_.strings("resolver_options.overrides")) {
            problem.overrides.push_back({.requirement = requirement_of(text)});
        }
        for (const std::string& text : settings_.strings("resolver_options.excludes")) {
            problem.exclusions.push_back({.name = name_of(text)});
        }
        if (!settings_.has_argument("--upgrade")) problem.preferences = previous;
        for (const std::string& name : settings_.arguments("--upgrade-package")) {
            problem.preferences.erase(name_of(name));
        }
        const std::string resolution = settings_.text("resolver_options.resolution", "highest");
        if (resolution == "lowest") problem.resolution = Resolution::Lowest;
        if (resolution == "lowest-direct") problem.resolution = Resolution::LowestDirect;
        if (flag(settings_.find("resolver_options.prereleases"), false)) {
            problem.prerelease = PrereleaseMode::Allow;
        }
        for (const std::string& mode : settings_.arguments("--prerelease")) {
            if (mode == "allow") problem.prerelease = PrereleaseMode::Allow;
            if (mode == "disallow") problem.prerelease = PrereleaseMode::Disallow;
            if (mode == "explicit") problem.prerelease = PrereleaseMode::Explicit;
        }
        return {};
    }

    void choose_target(pep::MarkerEnvironment& environment) {
        const std::string wanted = settings_.text("resolver_options.python_platform", "linux");
        const Target* target = std::ranges::find_if(kTargets, [&](const Target& candidate) {
            return wanted == candidate.name;
        });
        ASSERT_NE(target, std::end(kTargets)) << wanted;
        environment.os_name = target->os_name;
        environment.sys_platform = target->sys_platform;
        environment.platform_system = target->platform_system;
        environment.platform_machine = target->machine;
        std::vector<std::string_view> numbers = base::split(python_, '.');
        tags_ = must(pep::Tags::create(
            {.python_major = static_cast<std::uint32_t>(*base::parse_unsigned(numbers.at(0))),
             .python_minor = static_cast<std::uint32_t>(*base::parse_unsigned(numbers.at(1))),
             .platform = target->platform,
             .platform_major = target->major,
             .platform_minor = target->minor,
             .arch = target->arch}
        ));
    }

    void add_release(
        TableProvider& index,
        const pep::PackageName& name,
        const std::string& version,
        const TomlValue& description
    ) const {
        TableProvider::Entry& entry =
            index.add_parsed(name, version_of(version), dependencies_of(description));
        entry.release = release_of(name, version, description);
        if (const TomlValue* metadata = description.find("metadata")) {
            auto parsed = pep::CoreMetadata::parse(*metadata->as_string());
            if (!parsed) entry.metadata = Unavailable{.reason = "has metadata that cannot be read"};
        }
    }

    static Dependencies dependencies_of(const TomlValue& description) {
        Dependencies dependencies;
        dependencies.requires_python =
            specifiers_of(string_or(description.find("requires_python"), ">=3.12"));
        auto add = [&](const std::string& text) {
            dependencies.requirements.push_back(must(pep::Requirement::parse_lenient(text)));
        };
        for (const std::string& text : strings_of(description.find("requires")))
            add(text);
        const TomlValue* extras = description.find("extras");
        if (extras == nullptr) return dependencies;
        for (const codec::TomlEntry& extra : extras->as_table()->entries()) {
            dependencies.extras.push_back(extra_of(extra.key));
            const std::string gate = "extra == '" + dependencies.extras.back().text() + "'";
            for (const std::string& text : strings_of(&extra.value)) {
                std::size_t marker = text.find(';');
                add(marker == std::string::npos ? text + " ; " + gate
                                                : text.substr(0, marker) + "; (" +
                                                      text.substr(marker + 1) + ") and " + gate);
            }
        }
        return dependencies;
    }

    Release release_of(
        const pep::PackageName& name, const std::string& version, const TomlValue& description
    ) const {
        Release release{.version = version_of(version)};
        if (is_past_cut_off(name, description)) {
            release.usability = Usability::ExcludedByDate;
            return release;
        }
        auto selected = [&](const char* key, const char* argument) {
            std::vector<std::string> names =
                settings_.strings(std::string("resolver_options.") + key);
            for (std::string& more : settings_.arguments(argument))
                names.push_back(std::move(more));
            return names;
        };
        const std::vector<std::string> no_build = selected("no_build", "--only-binary");
        const std::vector<std::string> no_binary = selected("no_binary", "--no-binary");
        bool has_wheel =
            flag(description.find("wheel"), true) && fits_target(name, version, description);
        bool has_sdist = flag(description.find("sdist"), true);
        bool can_install = has_wheel && !is_selected(name.text(), no_binary, no_build);
        bool can_build = has_sdist && !is_selected(name.text(), no_build, no_binary);
        if (!can_install && !can_build) {
            release.usability = has_sdist ? Usability::NeedsBuild : Usability::Incompatible;
        } else if (flag(description.find("yanked"), false)) {
            release.usability = Usability::Yanked;
        }
        return release;
    }

    // Both are UTC in RFC 3339, so their order is that of their texts.
    bool is_past_cut_off(const pep::PackageName& name, const TomlValue& description) const {
        std::string cut_off;
        for (const std::string& date : settings_.arguments("--exclude-newer"))
            cut_off = date;
        for (const std::string& text : settings_.arguments("--exclude-newer-package")) {
            std::size_t equals = text.find('=');
            if (name_of(text.substr(0, equals)) == name) cut_off = text.substr(equals + 1);
        }
        if (cut_off.empty() || cut_off == "false") return false;
        return string_or(description.find("upload_time"), "2024-03-24T00:00:00Z") >= cut_off;
    }

    bool fits_target(
        const pep::PackageName& name, const std::string& version, const TomlValue& description
    ) const {
        std::vector<std::string> tags = strings_of(description.find("wheel_tags"));
        if (tags.empty()) return true;
        return std::ranges::any_of(tags, [&](const std::string& tag) {
            std::string file = base::replace_all(name.text(), "-", "_") + "-" + version + "-" + tag;
            return tags_->priority(must(pep::WheelFilename::parse(file + ".whl"))).has_value();
        });
    }

    const TomlTable& document_;
    const Settings& settings_;
    std::string python_;
    std::optional<pep::Tags> tags_;
};

// As `outcome` says it.
std::string expected_outcome(const TomlTable& step) {
    if (!flag(step.at_path("expected.satisfiable"), true)) return "none";
    std::map<pep::PackageName, std::string> packages;
    if (const TomlValue* listed = step.at_path("expected.packages")) {
        for (const codec::TomlEntry& entry : listed->as_table()->entries()) {
            packages[name_of(entry.key)] = version_of(*entry.value.as_string()).to_string();
        }
    }
    std::string text;
    for (const auto& [name, version] : packages) {
        text += (text.empty() ? "" : " ") + name.text() + "==" + version;
    }
    return text;
}

class Scenarios : public testing::TestWithParam<std::string> {};

TEST_P(Scenarios, ComesOutAsExpected) {
    const TomlTable document = load(GetParam());
    std::vector<const TomlTable*> steps{&document};
    if (const TomlValue* then = document.find("then")) {
        for (const TomlValue& step : *then->as_array())
            steps.push_back(step.as_table());
    }
    Settings settings;
    std::map<pep::PackageName, pep::Version> previous;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        SCOPED_TRACE("step " + std::to_string(i + 1));
        settings.update(*steps[i]);
        auto result = Runner(document, settings).run(previous);

        if (steps[i]->at_path("expected.exit_code") != nullptr) {
            EXPECT_TRUE(outcome(result).starts_with("error: ")) << outcome(result);
            continue;
        }
        EXPECT_EQ(outcome(result), expected_outcome(*steps[i]));
        if (!result) {
            EXPECT_FALSE(report_of(result).empty());
            continue;
        }
        previous.clear();
        for (const ResolvedPackage& package : result->packages) {
            previous.emplace(package.name, package.version);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Solver,
    Scenarios,
    testing::ValuesIn(runnable_scenarios()),
    [](const testing::TestParamInfo<std::string>& scenario) {
        return base::replace_all(base::replace_all(scenario.param, "/", "__"), "-", "_");
    }
);

TEST(ScenarioTable, NamesWhatIsLeftToOtherTests) {
    std::map<std::string, std::vector<std::string>> skipped;
    std::size_t ran = 0;
    for (const std::string& scenario : all_scenarios()) {
        if (auto reason = reason_to_skip(scenario, load(scenario))) {
            skipped[*reason].push_back(scenario);
        } else {
            ++ran;
        }
    }
    fmt::print("{:4} scenarios run through the solver\n", ran);
    for (const auto& [reason, scenarios] : skipped) {
        fmt::print("{:4} left to other tests: {}\n", scenarios.size(), reason);
    }
    EXPECT_EQ(ran, 120U);
}

}  // namespace
}  // namespace solve
