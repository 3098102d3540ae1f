// For the tests of this layer: a provider that answers from a table, and short ways to write
// values.
#pragma once

#include "solve/solver.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace solve {

// Parses a value the test itself wrote.
template <class T>
T must(base::Result<T> result) {
    if (!result) {
        ADD_FAILURE() << result.error().flat();
        std::abort();
    }
    return std::move(*result);
}

inline pep::PackageName name_of(std::string_view text) {
    return must(pep::PackageName::parse(text));
}

inline pep::ExtraName extra_of(std::string_view text) {
    return must(pep::ExtraName::parse(text));
}

inline pep::Version version_of(std::string_view text) {
    return must(pep::Version::parse(text));
}

inline pep::Requirement requirement_of(std::string_view text) {
    return must(pep::Requirement::parse(text));
}

inline pep::Specifiers specifiers_of(std::string_view text) {
    return must(pep::Specifiers::parse(text));
}

inline pep::VersionRange range_of(std::string_view text) {
    return pep::VersionRange::from(specifiers_of(text));
}

class TableProvider : public Provider {
  public:
    struct Entry {
        Release release;
        MetadataAnswer metadata;
    };

    // `requirements` in the order of the metadata; an extra is written `; extra == 'x'`.
    Entry& add(
        std::string_view name,
        std::string_view version,
        std::initializer_list<std::string_view> requirements = {}
    ) {
        Dependencies dependencies;
        for (std::string_view text : requirements) {
            dependencies.requirements.push_back(requirement_of(text));
        }
        return add_parsed(name_of(name), version_of(version), std::move(dependencies));
    }

    Entry& add_parsed(
        const pep::PackageName& name, const pep::Version& version, Dependencies dependencies
    ) {
        auto [entry, is_new] =
            table_[name].try_emplace(version, Entry{{.version = version}, std::move(dependencies)});
        return entry->second;
    }

    base::Result<PackageAnswer> releases(const pep::PackageName& name) override {
        asked_for_releases.push_back(name.text());
        auto found = table_.find(name);
        if (found == table_.end()) return NotFound{.reason = "was not found in the package index"};
        std::vector<Release> releases;
        for (const auto& [version, entry] : found->second)
            releases.push_back(entry.release);
        return releases;
    }

    base::Result<MetadataAnswer> metadata(const pep::PackageName& name, const pep::Version& version)
        override {
        asked_for_metadata.push_back(name.text() + "==" + version.to_string());
        return table_.at(name).at(version).metadata;
    }

    base::Result<void> use_url(const pep::PackageName& name, const std::string& url) override {
        urls[name.text()] = url;
        return {};
    }

    void prefetch(std::span<const Wanted> wanted) override {
        for (const Wanted& item : wanted) {
            hints.push_back(
                item.name.text() + (item.candidate ? "==" + item.candidate->to_string() : "")
            );
        }
    }

    const std::map<pep::PackageName, std::map<pep::Version, Entry>>& table() const {
        return table_;
    }

    std::vector<std::string> asked_for_releases;
    std::vector<std::string> asked_for_metadata;
    std::vector<std::string> hints;
    std::map<std::string, std::string> urls;

  private:
    std::map<pep::PackageName, std::map<pep::Version, Entry>> table_;
};

// CPython on Linux.
inline Problem problem_on(std::string_view python) {
    const std::string full(python);
    const std::string minor = full.substr(0, full.find('.', full.find('.') + 1));
    Problem problem{.python = version_of(python)};
    problem.environment = {
        .os_name = "posix",
        .sys_platform = "linux",
        .platform_machine = "x86_64",
        .platform_python_implementation = "CPython",
        .platform_release = "6.1.0",
        .platform_system = "Linux",
        .platform_version = "#1 SMP",
        .python_version = minor,
        .python_full_version = full,
        .implementation_name = "cpython",
        .implementation_version = full
    };
    return problem;
}

inline Problem asking(std::initializer_list<std::string_view> requirements) {
    Problem problem = problem_on("3.12.4");
    for (std::string_view text : requirements) {
        problem.requirements.push_back({requirement_of(text), "test"});
    }
    return problem;
}

// "a==1.0 b==2.0", or "error: ...", or "none".
inline std::string outcome(const std::expected<Solution, Failure>& result) {
    if (!result) {
        const auto* error = std::get_if<base::Error>(&result.error());
        return error == nullptr ? "none" : "error: " + error->flat();
    }
    std::string text;
    for (const ResolvedPackage& package : result->packages) {
        if (!text.empty()) text += ' ';
        text += package.name.text() + "==" + package.version.to_string();
    }
    return text;
}

inline std::vector<std::string> report_of(const std::expected<Solution, Failure>& result) {
    const auto* failure = result ? nullptr : std::get_if<NoSolution>(&result.error());
    if (failure == nullptr) {
        ADD_FAILURE() << "expected no solution, got " << outcome(result);
        return {};
    }
    return failure->report();
}

}  // namespace solve
