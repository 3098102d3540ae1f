#include "ops/tool.h"

#include "base/file.h"
#include "base/text.h"
#include "install/installed.h"
#include "ops/environment.h"
#include "ops/memo.h"
#include "ops/pinned.h"
#include "ops/warm.h"
#include "project/requirements_file.h"

#include <fmt/core.h>

#include <algorithm>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

// Who provides the program that was asked for, and what there is instead.
struct Providers {
    std::vector<std::string> own;  // programs of the package itself
    std::vector<std::pair<std::string, bool>>
        packages;  // packages with the program; whether it is the expected one
};

class ToolPreparation {
  public:
    ToolPreparation(Session& session, ToolRunRequest request)
        : session_(session), request_(std::move(request)) {}

    Result<ReadyLaunch> prepare() {
        base::Environment environment = TRY(child_environment(session_, request_.child));
        tool_ = TRY(parse_request(session_.options().python.discovery.working_directory));
        python_ = TRY(python_request());
        session_.expect_network();
        interpreter_ = TRY(session_.interpreter(python_, python::EnvironmentUse::Ignore));
        extra_ = TRY(read_needs());
        if (const auto installed = TRY(find_installed()))
            return from_installed(*installed, std::move(environment));
        key_ = memo_key();
        const bool ask_again =
            tool_.version == ToolVersion::Latest || request_.memo == MemoUse::WriteOnly;
        if (!ask_again) {
            if (std::optional<WarmHit> hit = TRY(recall(session_, key_)))
                return remembered(
                    std::move(hit->lease), std::move(hit->memo), std::move(environment)
                );
        }
        return build(std::move(environment));
    }

    // The last step alone (start.h).
    Result<ReadyLaunch> resume(RememberedStart start, const std::string& directory) {
        base::Environment environment = TRY(child_environment(session_, request_.child));
        tool_ = TRY(parse_request(directory));
        return ready(std::move(start.lease), start.memo, std::move(environment));
    }

  private:
    Result<ToolRequest> parse_request(const std::string& directory) const {
        return parse_tool_request(
            {request_.words.front(), request_.from, request_.invocation}, directory
        );
    }

    Result<python::PythonRequest> python_request() {
        const PythonChoice& choice = session_.options().python;
        if (!tool_.python || tool_.python->kind() == python::PythonRequest::Kind::Default) {
            if (choice.request) return python::PythonRequest::parse(*choice.request);
            const python::PinOptions where{.config_directory = choice.config_directory};
            return TRY(pinned_request(session_, where, PinScope::GlobalOnly))
                .value_or(python::PythonRequest());
        }
        if (choice.request) {
            return base::fail(
                ErrorKind::Usage,
                fmt::format(
                    "Received multiple Python version requests: `{}` and `{}`",
                    *choice.request,
                    tool_.python->canonical()
                )
            );
        }
        return *tool_.python;
    }

    // What is asked for: the tool first, if it is a package.
    std::vector<solve::RootRequirement> requirements() const {
        std::vector<solve::RootRequirement> all;
        if (tool_.requirement) all.push_back({*tool_.requirement, "--from"});
        all.insert(all.end(), extra_.requirements.begin(), extra_.requirements.end());
        return all;
    }

    bool may_be_installed() const {
        return tool_.requirement && tool_.version == ToolVersion::Any &&
               !request_.installed.directory.empty();
    }

    Result<std::optional<python::VenvLayout>> find_installed() {
        if (!may_be_installed()) return std::nullopt;
        const ResolveOptions& resolve = session_.options().resolve;
        const std::vector<solve::RootRequirement> wanted = requirements();
        std::vector<pep::Requirement> constraints = resolve.constraints;
        constraints.insert(constraints.end(), extra_.constraints.begin(), extra_.constraints.end());
        const ToolQuestion question{
            .name = tool_.requirement->name,
            .demands = {wanted, constraints, resolve.overrides, resolve.exclusions},
            .python = &python_,
            .found = &interpreter_,
        };
        return find_installed_tool(session_, request_.installed, question);
    }

    Result<ReadyLaunch> from_installed(
        const python::VenvLayout& layout, base::Environment environment
    ) const {
        Memo memo;
        TRY(choose_program(layout, memo));
        return start_in(layout.root, memo, std::move(environment));
    }

    std::string memo_key() const {
        Fingerprint fingerprint("tool");
        fingerprint.add("adder", session_.options().adder_version)
            .add("settings", request_.settings_fingerprint);
        add_interpreter(fingerprint, interpreter_.executable, interpreter_);
        fingerprint.add("command", request_.words.front()).add("from", request_.from.value_or(""));
        extra_.add_to(fingerprint);
        const ResolveOptions& resolve = session_.options().resolve;
        for (const pep::Requirement& narrow : resolve.constraints)
            fingerprint.add("constraint", narrow.to_string());
        for (const pep::Requirement& force : resolve.overrides)
            fingerprint.add("override", force.to_string());
        return fingerprint.key();
    }

    Result<ReadyLaunch> build(base::Environment environment) {
        const std::unique_ptr<package_index::Registry> registry =
            TRY(make_registry(session_, interpreter_));
        const ResolutionResult resolution = TRY(resolve_tool(*registry));
        EnvironmentRequest wanted{
            .interpreter = &interpreter_, .wheels = resolution.wheels, .kind = store::BodyKind::Tool
        };
        wanted.label = tool_.requirement ? tool_.requirement->name.text() : "python";
        EnvironmentAnswer answer = TRY(obtain_environment(session_, *registry, wanted));
        Memo memo{
            .environment = answer.key,
            .expiry = resolution.expiry,
            .program = {},
            .script = {},
            .warnings = {}
        };
        TRY(choose_program(answer.layout, memo));
        attempt(TRY(session_.store())->write_memo(key_, memo.encode()));
        return remembered(std::move(answer.lease), std::move(memo), std::move(environment));
    }

    // Ready, with what the next start may begin with.
    Result<ReadyLaunch> remembered(store::Lease lease, Memo memo, base::Environment environment) {
        ReadyLaunch launch = TRY(ready(std::move(lease), memo, std::move(environment)));
        if (session_.options().offline()) memo.expiry = INT64_MAX;
        const bool is_plain = extra_.is_plain() && !(tool_.requirement && tool_.requirement->url);
        if (!is_plain || !is_rememberable(request_)) return launch;
        if (tool_.version == ToolVersion::Latest) return launch;
        // One that is installed is looked at each time; one that is not must not appear.
        std::vector<std::string> files;
        if (may_be_installed())
            files = {receipt_path(request_.installed.directory, tool_.requirement->name)};
        if (std::ranges::any_of(files, base::exists)) return launch;
        std::optional<python::WatchList> watch =
            TRY(session_.interpreter_watch(python_, python::EnvironmentUse::Ignore));
        if (watch)
            launch.answer = StartAnswer{std::move(memo), {}, std::move(*watch), std::move(files)};
        return launch;
    }

    Result<ExtraNeeds> read_needs() {
        Result<ExtraNeeds> extra = read_extra(session_, request_.extra, request_.child.inherited);
        if (extra) return extra;
        const ErrorKind kind =
            extra.error().kind() == ErrorKind::Usage ? ErrorKind::Usage : ErrorKind::Failed;
        return base::fail(std::move(extra.error())
                              .context("Failed to resolve `--with` requirement")
                              .with_kind(kind));
    }

    Result<ResolutionResult> resolve_tool(package_index::Registry& registry) {
        std::vector<solve::RootRequirement> wanted = requirements();
        if (tool_.version == ToolVersion::Latest)
            TRY(pin_to_latest(registry, wanted.front().requirement));
        if (wanted.empty()) return ResolutionResult{};
        Result<ResolutionResult> resolved = resolve(
            session_, registry, interpreter_, {wanted, {}, "tool dependencies", extra_.constraints}
        );
        if (resolved) return resolved;
        const ErrorKind kind = resolved.error().kind();
        if (kind != ErrorKind::Failed && kind != ErrorKind::Invalid) return resolved;
        return base::fail(with_hints(std::move(resolved.error()).with_kind(ErrorKind::Failed)));
    }

    // `name@latest`: the newest version there is, whether it fits or not; then a misfit is said,
    // not silently avoided.
    Result<void> pin_to_latest(package_index::Registry& registry, pep::Requirement& requirement) {
        const package_index::ProjectAnswer answer = TRY(registry.project(requirement.name));
        if (answer.project == nullptr) return {};
        const bool allow = session_.options().resolve.prerelease == solve::PrereleaseMode::Allow;
        const auto candidates = answer.project->candidates();
        for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
            const bool hidden = candidate->usability == package_index::Usability::Yanked ||
                                candidate->usability == package_index::Usability::ExcludedByDate;
            if (hidden || (candidate->version.is_prerelease() && !allow)) continue;
            requirement.specifiers =
                TRY(pep::Specifiers::parse("==" + candidate->version.to_string()));
            return {};
        }
        return {};
    }

    Error with_hints(Error error) const {
        const bool verbose = std::ranges::any_of(request_.words, [](const std::string& word) {
            return word == "--verbose" || word == "-v" || word == "-vv" || word == "-vvv";
        });
        if (verbose) {
            error = std::move(error).hint(fmt::format(
                "to see what {} does, put `--verbose` in front of `{}`",
                request_.invocation,
                request_.words.front()
            ));
        }
        if (tool_.requirement && tool_.requirement->name.text() == "run" &&
            request_.words.size() > 1) {
            const std::string& meant = request_.words[1];
            error = std::move(error).hint(fmt::format(
                "`{0}` takes the tool's name itself: did you mean `{1} {2}`?",
                request_.invocation,
                looks_like_script(meant) ? script_runner(request_.invocation) : request_.invocation,
                meant
            ));
        }
        return error;
    }

    Result<Providers> providers_of(const python::VenvLayout& layout) const {
        const install::TargetLayout target = install::target_of(layout, layout.root);
        const auto installed = TRY(install::scan_installed(layout.purelib));
        const std::string expected = tool_.requirement ? tool_.requirement->name.text() : "";
        Providers providers;
        for (const install::ProvidedExecutables& provided :
             TRY(install::executables_in(installed, target))) {
            const bool own = provided.distribution == expected;
            if (own) providers.own = provided.names;
            if (std::ranges::find(provided.names, tool_.executable) != provided.names.end()) {
                providers.packages.emplace_back(provided.distribution, own);
            }
        }
        return providers;
    }

    // Leaves `memo.program` empty where the command has to be looked up on PATH.
    Result<void> choose_program(const python::VenvLayout& layout, Memo& memo) const {
        if (tool_.python && !request_.from) {
            memo.program = "bin/python";
            return {};
        }
        const Providers providers = TRY(providers_of(layout));
        if (!providers.packages.empty()) {
            memo.program = fmt::format("bin/{}", tool_.executable);
            warn_about_provider(providers, memo);
            return {};
        }
        // With `--from`, the command may be anything on PATH: `--from ruff python`.
        if (request_.from) {
            base::Environment environment = request_.child.inherited;
            prepend_path(environment, {layout.bin});
            if (find_command(environment, tool_.executable)) return {};
        }
        return base::fail(not_provided(providers));
    }

    void warn_about_provider(const Providers& providers, Memo& memo) const {
        const std::string package = tool_.requirement ? tool_.requirement->name.text() : "";
        const bool own =
            std::ranges::any_of(providers.packages, &std::pair<std::string, bool>::second);
        if (own || package.empty()) return;
        const std::string& other = providers.packages.front().first;
        memo.warnings.push_back(fmt::format(
            "An executable named `{0}` is not provided by package `{1}` but is available via the "
            "dependency `{2}`. "
            "Consider using `{3} --from {2} {0}` instead.",
            tool_.executable,
            package,
            other,
            request_.invocation
        ));
    }

    Error not_provided(const Providers& providers) const {
        const std::string package = tool_.requirement ? tool_.requirement->name.text() : "python";
        if (providers.own.empty()) {
            return {
                ErrorKind::Failed,
                fmt::format("Package `{}` does not provide any executables.", package)
            };
        }
        std::string text = fmt::format(
            "An executable named `{}` is not provided by package `{}`.\nThe following executables "
            "are available:",
            tool_.executable,
            package
        );
        for (const std::string& name : providers.own)
            text += fmt::format("\n- {}", name);
        Error error(ErrorKind::Failed, std::move(text));
        if (const auto meant = base::nearest(tool_.executable, providers.own)) {
            return std::move(error).hint(
                fmt::format("Use `{} --from {} {}` instead.", request_.invocation, package, *meant)
            );
        }
        const std::string name =
            providers.own.size() == 1 ? providers.own.front() : "<EXECUTABLE-NAME>";
        return std::move(error).hint(
            fmt::format("Use `{} --from {} {}` instead.", request_.invocation, package, name)
        );
    }

    Result<ReadyLaunch> ready(store::Lease lease, const Memo& memo, base::Environment environment)
        const {
        ReadyLaunch result = TRY(start_in(lease.body_path(), memo, std::move(environment)));
        result.leases.push_back(std::move(lease));
        return result;
    }

    // The program in the environment at `root`.
    Result<ReadyLaunch> start_in(
        const std::string& root, const Memo& memo, base::Environment environment
    ) const {
        for (const std::string& warning : memo.warnings)
            session_.emit(Warned{warning});
        prepend_path(environment, {base::join_path(root, "bin")});
        ReadyLaunch result;
        result.launch.program = memo.program.empty()
                                    ? TRY(find_command(environment, tool_.executable))
                                    : base::join_path(root, memo.program);
        result.launch.shown = tool_.executable;
        result.launch.argv = request_.words;
        // Python finds its environment by its own path, and so does a program with a shebang.
        result.launch.argv.front() = result.launch.program;
        result.launch.environment = std::move(environment);
        return result;
    }

    Session& session_;
    ToolRunRequest request_;
    ToolRequest tool_;
    python::PythonRequest python_;
    python::Interpreter interpreter_;
    ExtraNeeds extra_;
    std::string key_;
};

// Constraints and overrides given as files become options of the session's resolution.
Result<std::vector<pep::Requirement>> requirements_in(
    const std::vector<std::string>& files, const base::Environment& environment
) {
    std::vector<pep::Requirement> requirements;
    const project::RequirementsReader reader{
        [](const std::string& path) { return base::read_file(path); },
        [&](const std::string& name) { return environment.find(name); },
    };
    for (const std::string& path : files) {
        project::RequirementsFile file = TRY(project::read_requirements_file(path, reader));
        for (project::FileRequirement& entry : file.requirements)
            requirements.push_back(std::move(entry.requirement));
    }
    return requirements;
}

}  // namespace

bool is_rememberable(const ToolRunRequest& request) {
    return request.memo == MemoUse::ReadAndWrite && request.extra.files.empty() &&
           request.extra.editable.empty() && request.constraint_files.empty() &&
           request.override_files.empty() && !request.words.front().ends_with("@latest");
}

Result<ReadyLaunch> resume_tool(
    Session& session, ToolRunRequest request, RememberedStart start, const std::string& directory
) {
    return ToolPreparation(session, std::move(request)).resume(std::move(start), directory);
}

Result<ReadyLaunch> prepare_tool(Session& session, ToolRunRequest request) {
    ResolveOptions resolve = session.options().resolve;
    const base::Environment& environment = request.child.inherited;
    for (pep::Requirement& narrow : TRY(requirements_in(request.constraint_files, environment)))
        resolve.constraints.push_back(narrow);
    for (pep::Requirement& force : TRY(requirements_in(request.override_files, environment)))
        resolve.overrides.push_back(force);
    session.replace_resolve_options(std::move(resolve));
    return ToolPreparation(session, std::move(request)).prepare();
}

}  // namespace ops
