#include "ops/venv.h"

#include "base/file.h"
#include "install/installer.h"
#include "ops/payloads.h"
#include "ops/pinned.h"
#include "ops/resolver.h"

#include <fmt/core.h>

namespace ops {

namespace {

using base::Result;

Result<python::PythonRequest> python_request(Session& session, const VenvRequest& request) {
    const PythonChoice& choice = session.options().python;
    if (choice.request) return python::PythonRequest::parse(*choice.request);
    if (request.project == ProjectUse::Ignore) return python::PythonRequest();
    const python::PinOptions where{
        .directory = choice.discovery.working_directory,
        .stop_at = {},
        .config_directory = choice.config_directory,
    };
    if (const auto pinned = TRY(pinned_request(session, where))) return *pinned;
    return request.requires_python
               ? python::PythonRequest::from_specifiers(*request.requires_python)
               : python::PythonRequest();
}

// pip, and what old Pythons need beside it to build anything.
std::vector<solve::RootRequirement> seed_requirements(const python::Interpreter& interpreter) {
    std::vector<std::string> names = {"pip"};
    if (interpreter.minor() < 12) names.insert(names.end(), {"setuptools", "wheel"});
    std::vector<solve::RootRequirement> requirements;
    for (const std::string& name : names) {
        // These names are valid; a failed parse would be a broken parser.
        if (auto requirement = pep::Requirement::parse(name))
            requirements.push_back({*requirement, "--seed"});
    }
    return requirements;
}

Result<void> install_seeds(
    Session& session, const python::Interpreter& interpreter, const python::VenvLayout& layout
) {
    const auto registry = TRY(make_registry(session, interpreter));
    const ResolutionResult resolution = TRY(resolve(
        session, *registry, interpreter, {seed_requirements(interpreter), {}, "seed packages"}
    ));
    const std::vector<Payload> payloads =
        TRY(obtain_payloads(session, *registry, resolution.wheels));
    std::vector<install::WheelInstall> wheels;
    for (const Payload& payload : payloads)
        wheels.push_back({payload.directory, {}, {}});
    install::InstallOptions options;
    options.link_mode = session.options().install.link_mode.value_or(install::LinkMode::Clone);
    const std::string root = TRY(base::absolute_path(layout.root));
    const install::TargetLayout target =
        install::target_of(python::venv_layout(root, interpreter), root);
    const install::InstallReport report =
        TRY(install::install_wheels(wheels, target, options, session.pool()));
    for (const std::string& warning : report.warnings)
        session.emit(Warned{warning});
    for (const install::InstalledWheel& wheel : report.wheels) {
        session.emit(Changed{ChangeKind::Added, wheel.name, wheel.version, {}});
    }
    TRY(session.store())->tend();
    return {};
}

bool replaces(python::ExistingPolicy policy) {
    return policy == python::ExistingPolicy::Clear || policy == python::ExistingPolicy::Force;
}

}  // namespace

Result<python::VenvLayout> make_venv(Session& session, VenvRequest request) {
    const python::Interpreter interpreter = TRY(
        session.interpreter(TRY(python_request(session, request)), python::EnvironmentUse::Ignore)
    );
    const std::string& managed = session.options().python.discovery.managed_directory;
    session.emit(InterpreterChosen{
        .implementation = python::implementation_title(interpreter),
        .version = interpreter.version.to_string(),
        .path = interpreter.executable,
        .managed = !managed.empty() && interpreter.executable.starts_with(managed + "/"),
    });
    session.emit(EnvironmentCreated{request.path, request.seed == Seed::Packages});
    if (replaces(request.options.existing)) {
        const python::VenvTarget there = TRY(python::look_at_venv_target(request.path));
        if (there == python::VenvTarget::Environment)
            session.emit(EnvironmentRemoved{request.path});
    }
    request.options.seeded = request.seed == Seed::Packages;
    request.options.creator_version = session.options().adder_version;
    python::VenvLayout layout =
        TRY(python::create_venv(request.path, interpreter, request.options));
    if (request.seed == Seed::Packages) {
        Result<void> seeded = install_seeds(session, interpreter, layout);
        // The environment stands without its seeds: the command has failed, not the request.
        if (!seeded) return base::fail(std::move(seeded.error()).with_kind(base::ErrorKind::Usage));
    }
    return layout;
}

}  // namespace ops
