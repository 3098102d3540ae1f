#include "ops/resolver.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/trace.h"
#include "ops/target_platform.h"
#include "solve/solver.h"

#include <fmt/core.h>

#include <algorithm>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

solve::Usability usability_of(package_index::Usability usability) {
    switch (usability) {
        case package_index::Usability::Usable:
            return solve::Usability::Usable;
        case package_index::Usability::Yanked:
            return solve::Usability::Yanked;
        case package_index::Usability::NeedsBuild:
        case package_index::Usability::BuildsDisabled:
            return solve::Usability::NeedsBuild;
        case package_index::Usability::IncompatibleTags:
        case package_index::Usability::BinariesDisabled:
            return solve::Usability::Incompatible;
        case package_index::Usability::RequiresPython:
            return solve::Usability::RequiresPython;
        case package_index::Usability::ExcludedByDate:
            return solve::Usability::ExcludedByDate;
    }
    return solve::Usability::NoFiles;
}

std::string hint_for(package_index::Usability usability) {
    if (usability == package_index::Usability::NeedsBuild) {
        return "adder cannot build source distributions yet; a wheel for this platform, or an "
               "older version that has one, "
               "would work";
    }
    if (usability == package_index::Usability::IncompatibleTags)
        return "another Python (`--python`) may have wheels";
    return {};
}

// The version that is taken most often: the newest one in the range. nullptr: none that would do.
const package_index::Candidate* newest_in(
    const package_index::Project& project, const pep::VersionRange& range
) {
    const auto candidates = project.candidates();
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
        const bool is_likely = candidate->usability == package_index::Usability::Usable &&
                               !candidate->version.is_prerelease() &&
                               range.contains(candidate->version);
        if (is_likely) return &*candidate;
    }
    return nullptr;
}

// Answers the solver from the registry, and knows the packages that come from a URL.
class RegistryProvider : public solve::Provider {
  public:
    // `problem` must outlive the object.
    RegistryProvider(package_index::Registry& registry, const solve::Problem& problem)
        : registry_(registry), problem_(problem) {}

    Result<solve::PackageAnswer> releases(const pep::PackageName& name) override {
        if (const auto direct = direct_.find(name); direct != direct_.end()) {
            return std::vector<solve::Release>{{.version = direct->second.file.version}};
        }
        const package_index::ProjectAnswer answer = TRY(registry_.project(name));
        if (answer.project == nullptr) {
            return solve::NotFound{
                answer.reason, answer.hints.empty() ? std::string() : answer.hints.front()
            };
        }
        std::vector<solve::Release> releases;
        releases.reserve(answer.project->candidates().size());
        for (const package_index::Candidate& candidate : answer.project->candidates()) {
            releases.push_back({
                .version = candidate.version,
                .usability = usability_of(candidate.usability),
                .reason = candidate.reason,
                .yanked_reason = candidate.yanked_reason,
                .hint = hint_for(candidate.usability),
                .rank = candidate.index_rank,
            });
        }
        return releases;
    }

    Result<solve::MetadataAnswer> metadata(
        const pep::PackageName& name, const pep::Version& version
    ) override {
        const package_index::DistributionFile file = TRY(metadata_file(name, version));
        const package_index::MetadataAnswer answer = TRY(registry_.metadata(file));
        if (answer.metadata == nullptr) return solve::Unavailable{answer.reason, answer.detail};
        return solve::Dependencies{
            .requirements = answer.metadata->requires_dist,
            .requires_python = answer.metadata->requires_python,
            .extras = answer.metadata->provides_extras,
        };
    }

    Result<void> use_url(const pep::PackageName& name, const std::string& url) override {
        package_index::DirectWheel wheel = TRY(registry_.direct_wheel(TRY(net::Url::parse(url))));
        if (wheel.file.name != name) {
            return base::fail(
                ErrorKind::Failed,
                fmt::format(
                    "`{}` was asked for, but `{}` is a wheel of `{}`",
                    name.text(),
                    wheel.requested_url,
                    wheel.file.name.text()
                )
            );
        }
        direct_.emplace(name, std::move(wheel));
        return {};
    }

    void prefetch(std::span<const solve::Wanted> wanted) override {
        std::vector<package_index::DistributionFile> files;
        for (const solve::Wanted& want : wanted) {
            if (direct_.contains(want.name)) continue;
            if (!want.candidate) {
                prefetch_unknown(want);
                continue;
            }
            const Result<package_index::DistributionFile> file =
                metadata_file(want.name, *want.candidate);
            if (file) files.push_back(*file);
        }
        if (!files.empty()) registry_.prefetch_metadata(files);
    }

    // The file that is installed for a decided version.
    Result<ResolvedWheel> chosen(const pep::PackageName& name, const pep::Version& version) {
        if (const auto direct = direct_.find(name); direct != direct_.end()) {
            return ResolvedWheel{name, version, direct->second.file, direct->second.requested_url};
        }
        const package_index::ProjectAnswer answer = TRY(registry_.project(name));
        const package_index::Candidate* candidate =
            answer.project == nullptr ? nullptr : answer.project->find(version);
        if (candidate == nullptr) {
            return base::fail(
                ErrorKind::Failed,
                fmt::format("`{}=={}` vanished from the index", name.text(), version.to_string())
            );
        }
        return ResolvedWheel{
            name, version, TRY(answer.project->file(*candidate, candidate->file)), {}
        };
    }

  private:
    // The solver asks for the metadata of one package after the other. So that it finds them there,
    // the way from the page to the metadata goes on without it.
    void prefetch_unknown(const solve::Wanted& want) {
        const bool is_newest_likely = problem_.resolution == solve::Resolution::Highest &&
                                      !problem_.preferences.contains(want.name);
        if (!is_newest_likely) return registry_.prefetch({&want.name, 1});
        registry_.prefetch(want.name, [range = want.range](const package_index::Project& project) {
            return newest_in(project, range);
        });
    }

    Result<package_index::DistributionFile> metadata_file(
        const pep::PackageName& name, const pep::Version& version
    ) {
        if (const auto direct = direct_.find(name); direct != direct_.end())
            return direct->second.file;
        const package_index::ProjectAnswer answer = TRY(registry_.project(name));
        const package_index::Candidate* candidate =
            answer.project == nullptr ? nullptr : answer.project->find(version);
        if (candidate == nullptr) return base::fail(ErrorKind::NotFound, "no such version");
        return answer.project->file(*candidate, candidate->metadata_file);
    }

    package_index::Registry& registry_;
    const solve::Problem& problem_;
    std::map<pep::PackageName, package_index::DirectWheel> direct_;
};

Result<void> refuse_unsupported_sources(
    const ResolveOptions& options, const ResolveRequest& request
) {
    for (const solve::RootRequirement& root : request.requirements) {
        const auto found = options.unsupported_sources.find(root.requirement.name);
        if (found == options.unsupported_sources.end()) continue;
        const std::string name = root.requirement.name.text();
        return base::fail(
            Error(
                ErrorKind::Unsupported,
                fmt::format(
                    "the source of `{}` is {}, which adder cannot use yet", name, found->second
                )
            )
                .hint("`--no-sources` takes the package from the index instead")
        );
    }
    return {};
}

solve::Problem problem_of(
    const Options& options, const python::Interpreter& interpreter, const ResolveRequest& request
) {
    solve::Problem problem{.environment = interpreter.markers, .python = interpreter.version};
    problem.requirements = request.requirements;
    for (solve::RootRequirement& root : problem.requirements) {
        const auto source = options.resolve.source_urls.find(root.requirement.name);
        if (source != options.resolve.source_urls.end() && !root.requirement.url)
            root.requirement.url = source->second;
    }
    problem.constraints = options.resolve.constraints;
    problem.constraints.insert(
        problem.constraints.end(), request.constraints.begin(), request.constraints.end()
    );
    for (const pep::Requirement& requirement : options.resolve.overrides)
        problem.overrides.push_back({{}, requirement});
    for (const pep::PackageName& name : options.resolve.exclusions)
        problem.exclusions.push_back({{}, name});
    problem.preferences = request.preferences;
    problem.resolution = options.resolve.resolution;
    problem.prerelease = options.resolve.prerelease;
    problem.prerelease_by_package = options.resolve.prerelease_by_package;
    return problem;
}

Result<python::Interpreter> on_target(
    const Options& options, const python::Interpreter& interpreter
) {
    if (!options.resolve.platform) return interpreter;
    return on_platform(interpreter, *options.resolve.platform);
}

Error explain(const solve::Failure& failure, const std::string& subject) {
    if (const auto* none = std::get_if<solve::NoSolution>(&failure)) {
        Error error(ErrorKind::Failed, fmt::format("No solution found when resolving {}", subject));
        for (const std::string& step : none->report())
            error = std::move(error).cause(step);
        for (const std::string& hint : none->hints)
            error = std::move(error).hint(hint);
        return error;
    }
    Error error = std::get<Error>(failure);
    if (error.kind() == ErrorKind::Interrupted) return error;
    // An index that answers nonsense was reached: the request has failed, not the command.
    if (error.kind() == ErrorKind::Invalid) error = std::move(error).with_kind(ErrorKind::Failed);
    return std::move(error).context(fmt::format("failed to resolve {}", subject));
}

}  // namespace

Result<std::unique_ptr<package_index::Registry>> make_registry(
    Session& session, const python::Interpreter& interpreter
) {
    store::Store& store = *TRY(session.store());
    package_index::Services services{
        .client = session.client(),
        .pool = session.pool(),
        .directories =
            {
                .pages = TRY(store.bucket("pages")),
                .metadata = TRY(store.bucket("metadata")),
                .wheels = TRY(store.bucket("wheels")),
            },
    };
    const python::Interpreter there = TRY(on_target(session.options(), interpreter));
    package_index::TargetPython target{
        .tags = std::make_shared<pep::Tags>(TRY(pep::Tags::create(there.tags))),
        .version = interpreter.version,
    };
    return std::make_unique<package_index::Registry>(
        std::move(services), session.options().index, std::move(target)
    );
}

Result<ResolutionResult> resolve(
    Session& session,
    package_index::Registry& registry,
    const python::Interpreter& interpreter,
    const ResolveRequest& request
) {
    const std::int64_t begin = base::monotonic_ns();
    TRY(refuse_unsupported_sources(session.options().resolve, request));
    session.emit(PhaseStarted{"Resolving dependencies..."});
    const python::Interpreter there = TRY(on_target(session.options(), interpreter));
    const solve::Problem problem = problem_of(session.options(), there, request);
    RegistryProvider provider(registry, problem);
    const auto solution = solve::solve(problem, provider);
    if (!solution) return base::fail(explain(solution.error(), request.subject));
    for (const std::string& warning : solution->warnings)
        session.emit(Warned{warning});
    for (const std::string& warning : registry.take_warnings())
        session.emit(Warned{warning});
    ResolutionResult result;
    for (const solve::ResolvedPackage& package : solution->packages) {
        result.wheels.push_back(TRY(provider.chosen(package.name, package.version)));
    }
    result.expiry = registry.earliest_expiry();
    base::trace([&] {
        return fmt::format(
            "resolved {} packages with {} decisions and {} conflicts",
            result.wheels.size(),
            solution->statistics.decisions,
            solution->statistics.conflicts
        );
    });
    session.emit(Resolved{result.wheels.size(), base::monotonic_ns() - begin});
    return result;
}

}  // namespace ops
