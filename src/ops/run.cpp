#include "ops/run.h"

#include "base/file.h"
#include "base/text.h"
#include "ops/base_programs.h"
#include "ops/environment.h"
#include "ops/memo.h"
#include "ops/pinned.h"
#include "ops/satisfaction.h"
#include "ops/warm.h"
#include "python/discovery.h"

#include <fmt/core.h>

#include <algorithm>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

// Where the programs of a body are.
struct Programs {
    std::string root;
    std::string bin;
    std::string python;

    static Programs in(const std::string& body) {
        std::string bin = base::join_path(body, "bin");
        std::string python = base::join_path(bin, "python");
        return {body, std::move(bin), std::move(python)};
    }
};

// What the program runs in: a body of the store, or an interpreter as it is.
struct Surroundings {
    const python::Interpreter* interpreter = nullptr;  // nullptr: nothing is asked of it
    std::optional<store::Lease> lease;
    std::optional<Programs> body;
    std::string script;  // path of a downloaded script inside the body

    std::string python() const { return body ? body->python : interpreter->executable; }

    bool is_in_environment() const { return interpreter != nullptr && interpreter->is_virtual(); }
};

bool needs_environment(const RunRequest& request) {
    return request.script.has_value() && request.script->metadata.has_value();
}

// Scripts that were downloaded live in the body, so that they stay readable as long as they run.
bool script_lives_in_body(const RunRequest& request) {
    return request.target.kind == TargetKind::Remote;
}

Result<python::PythonRequest> python_request(Session& session, const RunRequest& request) {
    const PythonChoice& choice = session.options().python;
    if (choice.request) return python::PythonRequest::parse(*choice.request);
    const pep::Specifiers* wanted = nullptr;
    if (needs_environment(request) && request.script->metadata->requires_python) {
        wanted = &*request.script->metadata->requires_python;
    }
    const bool from_file = request.script.has_value() && request.target.kind == TargetKind::Script;
    const std::string& start =
        from_file ? request.script->directory : choice.discovery.working_directory;
    const std::optional<python::PythonRequest> pinned = TRY(pinned_request(
        session, {.directory = start, .stop_at = {}, .config_directory = choice.config_directory}
    ));
    // A pin that contradicts the script is somebody else's wish.
    if (pinned && (wanted == nullptr || !pinned->is_disjoint_from(*wanted))) return *pinned;
    return wanted == nullptr ? python::PythonRequest()
                             : python::PythonRequest::from_specifiers(*wanted);
}

void warn_about_python(
    Session& session, const RunRequest& request, const python::Interpreter& interpreter
) {
    if (!needs_environment(request) || !request.script->metadata->requires_python) return;
    const pep::Specifiers& wanted = *request.script->metadata->requires_python;
    if (wanted.contains(interpreter.version)) return;
    session.emit(Warned{fmt::format(
        "the chosen Python ({}) is not what `{}` asks for (`{}`)",
        interpreter.version.to_string(),
        request.script->shown,
        wanted.to_string()
    )});
}

// --- the memo

std::string memo_key(
    Session& session,
    const RunRequest& request,
    const ExtraNeeds& extra,
    const python::Interpreter& interpreter
) {
    Fingerprint fingerprint("run");
    fingerprint.add("adder", session.options().adder_version);
    fingerprint.add("settings", request.settings_fingerprint);
    add_interpreter(fingerprint, interpreter.executable, interpreter);
    fingerprint.add("isolated", request.isolation == Isolation::Own ? 1U : 0U);
    extra.add_to(fingerprint);
    if (request.script) {
        fingerprint.add("script", request.script->identity).add("block", request.script->block);
        if (script_lives_in_body(request)) fingerprint.add("text", request.script->text);
    } else if (!request.extra.empty() && request.isolation == Isolation::Shared) {
        // What the base already has takes part in the answer; installing into it changes this
        // directory.
        add_file_stamp(fingerprint, interpreter.paths.purelib);
    }
    return fingerprint.key();
}

// --- from requirements to a body

std::vector<solve::RootRequirement> script_requirements(const RunRequest& request) {
    std::vector<solve::RootRequirement> requirements;
    if (!needs_environment(request) || !request.script->metadata->dependencies) return requirements;
    for (const pep::Requirement& requirement : *request.script->metadata->dependencies) {
        requirements.push_back({requirement, request.script->shown});
    }
    return requirements;
}

// The wheels of the `--with` layer stand in front: where both layers have a package, that layer's
// version is the one that is imported.
std::vector<ResolvedWheel> in_front(
    std::vector<ResolvedWheel> front, const std::vector<ResolvedWheel>& behind
) {
    for (const ResolvedWheel& wheel : behind) {
        const bool hidden = std::ranges::any_of(front, [&](const ResolvedWheel& other) {
            return other.name == wheel.name;
        });
        if (!hidden) front.push_back(wheel);
    }
    std::ranges::sort(front, {}, &ResolvedWheel::name);
    return front;
}

class Preparation {
  public:
    Preparation(Session& session, RunRequest request)
        : session_(session), request_(std::move(request)) {}

    Result<Surroundings> surroundings() {
        python_ = TRY(python_request(session_, request_));
        if (!runs_plainly()) session_.expect_network();
        interpreter_ = TRY(session_.interpreter(python_, environments()));
        warn_about_python(session_, request_, interpreter_);
        if (runs_plainly()) return Surroundings{&interpreter_, {}, {}, {}};
        extra_ = TRY(read_extra(session_, request_.extra, request_.child.inherited));
        key_ = memo_key(session_, request_, extra_, interpreter_);
        if (request_.memo == MemoUse::ReadAndWrite) {
            if (std::optional<WarmHit> hit = TRY(recall(session_, key_)))
                return from_memo(std::move(*hit));
        }
        return build();
    }

    // What was found out, for the next start (start.h). To be called after surroundings().
    Result<std::optional<StartAnswer>> answer() {
        if (!memo_ || !is_rememberable(request_) || !extra_.is_plain() || interpreter_.is_virtual())
            return std::nullopt;
        std::optional<python::WatchList> watch =
            TRY(session_.interpreter_watch(python_, environments()));
        if (!watch) return std::nullopt;
        StartAnswer answer{std::move(*memo_), generation(), std::move(*watch)};
        if (session_.options().offline()) answer.memo.expiry = INT64_MAX;
        return answer;
    }

    const RunRequest& request() const { return request_; }

  private:
    // A program without needs of its own runs in the environment that is active or near; a body is
    // made from a Python outside of environments.
    python::EnvironmentUse environments() const {
        return needs_environment(request_) ? python::EnvironmentUse::Ignore
                                           : python::EnvironmentUse::Prefer;
    }

    bool runs_plainly() const {
        const bool needs_body = needs_environment(request_) || script_lives_in_body(request_);
        return !needs_body && request_.extra.empty() && request_.isolation == Isolation::Shared;
    }

    Result<Surroundings> from_memo(WarmHit hit) {
        // A script that was edited back runs in an earlier generation again, which is the current one from now on.
        if (needs_environment(request_)) {
            attempt(TRY(session_.store())->mark_current(generation(), hit.memo.environment));
        }
        memo_ = std::move(hit.memo);
        return in_body(std::move(hit.lease), memo_->script);
    }

    Surroundings in_body(store::Lease lease, const std::string& script) {
        Programs body = Programs::in(lease.body_path());
        std::string path = script.empty() ? std::string() : base::join_path(body.root, script);
        return Surroundings{&interpreter_, std::move(lease), std::move(body), std::move(path)};
    }

    Result<Surroundings> build() {
        const std::unique_ptr<package_index::Registry> registry =
            TRY(make_registry(session_, interpreter_));
        ResolutionResult script;
        const std::vector<solve::RootRequirement> own = script_requirements(request_);
        if (!own.empty()) {
            script =
                TRY(resolve(session_, *registry, interpreter_, {own, {}, "script dependencies"}));
            script.expiry = INT64_MAX;  // a script keeps its versions until it is asked to refresh
        }
        EnvironmentRequest wanted{.interpreter = &interpreter_, .wheels = script.wheels};
        std::int64_t expiry = script.expiry;
        if (!extra_.requirements.empty()) {
            const bool over_base =
                !needs_environment(request_) && request_.isolation == Isolation::Shared;
            BasePackages base;
            if (over_base) base = TRY(base_packages(interpreter_));
            if (over_base && satisfies(base, extra_.requirements, interpreter_.markers))
                return Surroundings{&interpreter_, {}, {}, {}};
            ResolveRequest with{
                extra_.requirements,
                over_base ? base.versions() : versions_of(script.wheels),
                "`--with` dependencies",
                extra_.constraints
            };
            ResolutionResult layer = TRY(resolve(session_, *registry, interpreter_, with));
            expiry = layer.expiry;
            wanted.wheels = in_front(std::move(layer.wheels), script.wheels);
            if (over_base) {
                wanted.visible_directories = base.directories;
                wanted.base_programs = base_programs(interpreter_);
            }
        }
        name(wanted);
        EnvironmentAnswer answer = TRY(obtain_environment(session_, *registry, wanted));
        TRY(remember(answer, expiry, wanted.script_name));
        return in_body(std::move(answer.lease), wanted.script_name);
    }

    static std::map<pep::PackageName, pep::Version> versions_of(
        const std::vector<ResolvedWheel>& wheels
    ) {
        std::map<pep::PackageName, pep::Version> versions;
        for (const ResolvedWheel& wheel : wheels)
            versions.emplace(wheel.name, wheel.version);
        return versions;
    }

    void name(EnvironmentRequest& wanted) const {
        wanted.kind = request_.extra.empty() ? store::BodyKind::Venv : store::BodyKind::With;
        wanted.label = request_.target.what;
        if (!request_.extra.with.empty()) wanted.label = base::join(request_.extra.with, ", ");
        if (needs_environment(request_)) {
            wanted.kind = store::BodyKind::Script;
            wanted.label =
                request_.script->identity.empty() ? "<stdin>" : request_.script->identity;
            wanted.group = generation();
        }
        // Labels are stored and shown: requirements and URLs may hold passwords and tokens.
        wanted.label = net::redact(wanted.label);
        if (script_lives_in_body(request_)) {
            wanted.script_name = request_.script->name;
            wanted.script_text = request_.script->text;
        }
    }

    // Two runs of one script with two Pythons are two lines of generations. What has no name of its
    // own (standard input) is known by its block, as in the fingerprint.
    std::string generation() const {
        const std::string& identity = request_.script->identity;
        return Fingerprint("script")
            .add("script", identity.empty() ? request_.script->block : identity)
            .add("python", interpreter_.base_executable)
            .key();
    }

    Result<void> remember(
        const EnvironmentAnswer& answer, std::int64_t expiry, const std::string& script
    ) {
        memo_ = Memo{
            .environment = answer.key,
            .expiry = expiry,
            .program = {},
            .script = script,
            .warnings = {}
        };
        attempt(TRY(session_.store())->write_memo(key_, memo_->encode()));
        return {};
    }

    Session& session_;
    RunRequest request_;
    python::PythonRequest python_;
    python::Interpreter interpreter_;
    ExtraNeeds extra_;
    std::string key_;
    std::optional<Memo> memo_;  // of the body it runs in
};

// --- the program

std::vector<std::string> script_directories(const Surroundings& surroundings) {
    std::vector<std::string> directories;
    if (surroundings.body) directories.push_back(surroundings.body->bin);
    if (directories.empty() || surroundings.is_in_environment())
        directories.emplace_back(base::parent_path(surroundings.interpreter->executable));
    return directories;
}

// A package directory may be started by a program of its name that the environment has.
std::optional<std::string> program_of_package(
    const Surroundings& surroundings, const std::string& directory
) {
    if (!surroundings.body) return std::nullopt;
    const std::string name(base::file_name(base::normalize_path(directory)));
    std::string program = base::join_path(surroundings.body->bin, name);
    if (!base::is_executable_file(program)) return std::nullopt;
    return program;
}

Result<Launch> program_of(
    const Surroundings& surroundings, const RunRequest& request, base::Environment environment
) {
    const RunTarget& target = request.target;
    Launch launch{.program = surroundings.python(), .open_files = request.child.open_files};
    std::vector<std::string> words;
    switch (target.kind) {
        case TargetKind::Script:
        case TargetKind::Archive:
            words = {target.what};
            break;
        case TargetKind::Package:
            if (const auto program = program_of_package(surroundings, target.what)) {
                launch.program = *program;
            } else {
                words = {target.what};
            }
            break;
        case TargetKind::StandardInput:
            words = {"-c", request.script->text};
            break;
        case TargetKind::Remote:
            words = {surroundings.script};
            break;
        case TargetKind::Module:
            words = {"-m", target.what};
            break;
        case TargetKind::Interpreter:
            break;
        case TargetKind::Command:
            launch.program = TRY(find_command(environment, target.what));
            break;
        case TargetKind::None:
            return base::fail(ErrorKind::Usage, "nothing to run");
    }
    launch.shown = target.kind == TargetKind::Command ? target.what : launch.program;
    launch.argv.push_back(target.kind == TargetKind::Command ? target.what : launch.program);
    launch.argv.insert(launch.argv.end(), words.begin(), words.end());
    launch.argv.insert(launch.argv.end(), target.arguments.begin(), target.arguments.end());
    launch.environment = std::move(environment);
    return launch;
}

Result<void> check_recursion(const RunRequest& request) {
    const std::uint64_t ours = request.recursion_depth - 1;  // the depth of this very process
    if (ours <= request.recursion_limit) return {};
    return base::fail(
        Error(
            ErrorKind::Usage,
            fmt::format(
                "`run` was recursively invoked {} times which exceeds the limit of {}",
                ours,
                request.recursion_limit
            )
        )
            .hint("a script that is started by `run` in its first line needs `run --script` there")
    );
}

Result<ReadyLaunch> ready_launch(
    Surroundings surroundings, const RunRequest& request, base::Environment environment
) {
    prepend_path(environment, script_directories(surroundings));
    environment.set("UV_RUN_RECURSION_DEPTH", fmt::format("{}", request.recursion_depth));
    if (surroundings.body) {
        environment.set("VIRTUAL_ENV", surroundings.body->root);
    } else if (surroundings.is_in_environment()) {
        environment.set("VIRTUAL_ENV", surroundings.interpreter->prefix);
    }
    ReadyLaunch ready;
    ready.launch = TRY(program_of(surroundings, request, std::move(environment)));
    if (surroundings.lease) ready.leases.push_back(std::move(*surroundings.lease));
    return ready;
}

}  // namespace

bool is_rememberable(const RunRequest& request) {
    return request.target.kind == TargetKind::Script && needs_environment(request) &&
           request.extra.files.empty() && request.extra.editable.empty() &&
           request.memo == MemoUse::ReadAndWrite;
}

Result<ReadyLaunch> prepare_run(Session& session, RunRequest request) {
    TRY(check_recursion(request));
    base::Environment environment = TRY(child_environment(session, request.child));
    Preparation preparation(session, std::move(request));
    Surroundings surroundings = TRY(preparation.surroundings());
    ReadyLaunch ready =
        TRY(ready_launch(std::move(surroundings), preparation.request(), std::move(environment)));
    ready.answer = TRY(preparation.answer());
    return ready;
}

Result<ReadyLaunch> resume_run(
    const Session& session, const RunRequest& request, RememberedStart start
) {
    TRY(check_recursion(request));
    base::Environment environment = TRY(child_environment(session, request.child));
    Surroundings surroundings;
    surroundings.body = Programs::in(start.lease.body_path());
    surroundings.lease = std::move(start.lease);
    return ready_launch(std::move(surroundings), request, std::move(environment));
}

Result<std::vector<std::string>> runnable_commands(Session& session, const RunRequest& request) {
    Preparation preparation(session, request);
    const Surroundings surroundings = TRY(preparation.surroundings());
    std::vector<std::string> names;
    for (const std::string& directory : script_directories(surroundings)) {
        const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
        if (!entries) continue;
        for (const base::DirectoryEntry& entry : *entries) {
            const bool hidden =
                entry.name.starts_with("activate") || entry.name.starts_with("deactivate");
            if (!hidden && base::is_executable_file(base::join_path(directory, entry.name)))
                names.push_back(entry.name);
        }
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace ops
