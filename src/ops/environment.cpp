#include "ops/environment.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/trace.h"
#include "index/file_url.h"
#include "install/installer.h"
#include "install/lease_hook.h"
#include "install/script.h"
#include "ops/memo.h"
#include "ops/payloads.h"
#include "ops/warm.h"
#include "pep/direct_url.h"

#include <fmt/core.h>

namespace ops {

namespace {

using base::Result;

// Raised when the layout of bodies changes, so that old ones are not taken for new ones.
constexpr std::uint64_t kBodyFormat = 1;

// What identifies a wheel's content before it was fetched. An index that announces no SHA-256 makes
// the wheel known by where it is; a local file also by its stamp.
std::string identity_of(const ResolvedWheel& wheel) {
    if (const base::HashDigest* digest = wheel.file.sha256()) return digest->hex;
    std::string identity =
        fmt::format("{} {}", wheel.file.url.text(), wheel.file.upload_time_ms.value_or(0));
    if (wheel.file.url.scheme() == "file") {
        const Result<std::string> path = package_index::path_of(wheel.file.url);
        const Result<base::FileStamp> stamp =
            path ? base::stamp_of(*path) : base::fail(path.error());
        if (stamp) {
            identity += fmt::format(" {} {} {}", stamp->inode, stamp->size, stamp->changed_ns);
        }
    }
    return identity;
}

install::LinkMode link_mode_of(const Options& options) {
    // Bodies are private to the store: sharing inodes is the fastest and costs no space. A private
    // store of --no-cache is thrown away with its payloads, which hardlinks survive and symlinks
    // would not.
    return options.install.link_mode.value_or(install::LinkMode::Hardlink);
}

bool has_lease_hook(const Options& options, const EnvironmentRequest& request) {
    return options.install.lease_hook == LeaseHook::Install &&
           install::fits_lease_hook(*request.interpreter);
}

std::string content_key(const Options& options, const EnvironmentRequest& request) {
    Fingerprint fingerprint("env");
    fingerprint.add("format", kBodyFormat);
    add_interpreter(fingerprint, request.interpreter->base_executable, *request.interpreter);
    for (const ResolvedWheel& wheel : request.wheels) {
        fingerprint.add("wheel", wheel.name.text())
            .add("content", identity_of(wheel))
            .add("url", wheel.requested_url);
    }
    for (const std::string& directory : request.visible_directories)
        fingerprint.add("visible", directory);
    for (const BaseProgram& program : request.base_programs)
        fingerprint.add("program", program.name).add("text", program.text);
    if (!request.script_name.empty()) {
        fingerprint.add("script", request.script_name).add("text", request.script_text);
    }
    fingerprint.add("link", static_cast<std::uint64_t>(link_mode_of(options)))
        .add("bytecode", static_cast<std::uint64_t>(options.install.bytecode))
        .add("files", static_cast<std::uint64_t>(options.install.installer_files));
    if (has_lease_hook(options, request)) fingerprint.add("lease hook", install::kLeaseHookVersion);
    return fingerprint.key();
}

// PEP 610, for a wheel that was asked for by URL.
std::string direct_url_json(const ResolvedWheel& wheel, const std::string& sha256) {
    if (wheel.requested_url.empty()) return {};
    pep::ArchiveInfo archive;
    // uv writes a hash only when the URL pinned one; a file:// URL gets an empty archive_info.
    if (!wheel.file.hashes.empty()) archive.hashes["sha256"] = sha256;
    return pep::DirectUrl{.url = wheel.requested_url, .origin = std::move(archive)}.to_json();
}

// A start-up file that makes further directories importable, behind the environment's own packages.
std::string visible_directories_file(const std::vector<std::string>& directories) {
    std::string code = "import site";
    for (const std::string& directory : directories) {
        code += "; site.addsitedir('";
        for (const char c : directory) {
            if (c == '\\' || c == '\'') code += '\\';
            code += c;
        }
        code += "')";
    }
    return code + "\n";
}

class EnvironmentBuilder {
  public:
    EnvironmentBuilder(
        Session& session, package_index::Registry& registry, const EnvironmentRequest& request
    )
        : session_(session), registry_(registry), request_(request) {}

    // The steps, in order; nothing of the body is reachable by a name before the last one.
    Result<store::Lease> build(store::Store& store, store::Stage stage) {
        const std::vector<Payload> payloads =
            TRY(obtain_payloads(session_, registry_, request_.wheels));
        const std::int64_t begin = base::monotonic_ns();
        const python::VenvLayout layout = TRY(create_skeleton(stage));
        const install::InstallReport report = TRY(install_payloads(payloads, layout, stage));
        TRY(add_extras(layout, stage));
        store::BodyInfo info{
            .kind = request_.kind,
            .label = request_.label,
            .group = request_.group,
            .files = report.files,
            .bytes = report.bytes,
        };
        for (const Payload& payload : payloads)
            info.packages.push_back(payload.name);
        name_payloads(payloads, report, info);
        store::Lease lease = TRY(store.publish(std::move(stage), info));
        announce(payloads, base::monotonic_ns() - begin);
        return lease;
    }

  private:
    // What the body is made from, and what it takes by itself. Links take nothing worth mentioning.
    static void name_payloads(
        const std::vector<Payload>& payloads,
        const install::InstallReport& report,
        store::BodyInfo& info
    ) {
        const bool has_own_files = report.link_mode == install::LinkMode::Copy ||
                                   report.link_mode == install::LinkMode::Clone;
        if (has_own_files) info.own_bytes = report.bytes;
        const bool is_symlinked = report.link_mode == install::LinkMode::Symlink;
        std::vector<std::string>& names = is_symlinked ? info.payloads : info.source_payloads;
        for (const Payload& payload : payloads)
            names.push_back(payload.sha256);
    }

    Result<python::VenvLayout> create_skeleton(const store::Stage& stage) {
        python::VenvOptions options;
        options.final_path = stage.final_path();
        options.activators = python::Activators::None;
        options.existing = python::ExistingPolicy::Fill;
        options.creator_version = session_.options().adder_version;
        return python::create_venv(stage.path(), *request_.interpreter, options);
    }

    Result<install::InstallReport> install_payloads(
        const std::vector<Payload>& payloads,
        const python::VenvLayout& layout,
        const store::Stage& stage
    ) {
        session_.emit(PhaseStarted{"Installing wheels..."});
        std::vector<install::WheelInstall> wheels;
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            wheels.push_back(
                {payloads[i].directory, direct_url_json(request_.wheels[i], payloads[i].sha256), {}}
            );
        }
        const InstallSettings& settings = session_.options().install;
        install::InstallOptions options;
        options.link_mode = link_mode_of(session_.options());
        options.metadata = settings.installer_files == InstallerFiles::Omit
                               ? install::InstallerMetadata::Omit
                               : install::InstallerMetadata::Write;
        if (settings.bytecode == Bytecode::Compiled) {
            options.bytecode = install::BytecodeOptions{
                .python = request_.interpreter->executable,
                .workers = base::TaskPool::core_count(),
                .timeout_ms = settings.bytecode_timeout_ms,
                .invalidation_mode = settings.bytecode_invalidation,
            };
        }
        const install::TargetLayout target = install::target_of(layout, stage.final_path());
        install::InstallReport report =
            TRY(install::install_wheels(wheels, target, options, session_.pool()));
        for (const std::string& warning : report.warnings)
            session_.emit(Warned{warning});
        if (report.bytecode.files > 0) {
            session_.emit(BytecodeCompiled{report.bytecode.files, report.bytecode.elapsed_ns});
        }
        return report;
    }

    // Programs of the base give way to those of the wheels.
    Result<void> add_base_programs(const python::VenvLayout& layout, const store::Stage& stage) {
        const install::TargetLayout target = install::target_of(layout, stage.final_path());
        const std::string shebang = install::shebang_of(target);
        for (const BaseProgram& program : request_.base_programs) {
            const std::string path = base::join_path(layout.bin, program.name);
            if (base::exists(path)) continue;
            TRY(base::write_file(path, shebang + program.text, 0777));
        }
        return {};
    }

    Result<void> add_extras(const python::VenvLayout& layout, const store::Stage& stage) {
        TRY(add_base_programs(layout, stage));
        if (has_lease_hook(session_.options(), request_))
            TRY(install::write_lease_hook(layout.purelib));
        if (!request_.visible_directories.empty()) {
            const std::string path = base::join_path(layout.purelib, "_adder_visible.pth");
            TRY(base::write_file(path, visible_directories_file(request_.visible_directories)));
        }
        if (!request_.script_name.empty()) {
            TRY(base::write_file(
                base::join_path(layout.root, request_.script_name), request_.script_text
            ));
        }
        return {};
    }

    void announce(const std::vector<Payload>& payloads, std::int64_t nanoseconds) {
        if (payloads.empty()) return;
        session_.emit(Installed{payloads.size(), nanoseconds});
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            session_.emit(Changed{
                ChangeKind::Added,
                payloads[i].name,
                payloads[i].version,
                request_.wheels[i].requested_url
            });
        }
    }

    Session& session_;
    package_index::Registry& registry_;
    const EnvironmentRequest& request_;
};

}  // namespace

python::VenvLayout layout_at(const std::string& root, const python::Interpreter& interpreter) {
    return python::venv_layout(root, interpreter);
}

Result<EnvironmentAnswer> obtain_environment(
    Session& session, package_index::Registry& registry, const EnvironmentRequest& request
) {
    store::Store& store = *TRY(session.store());
    const std::string key = content_key(session.options(), request);
    const auto answer = [&](store::Lease lease) {
        python::VenvLayout layout = layout_at(lease.body_path(), *request.interpreter);
        return EnvironmentAnswer{key, std::move(lease), std::move(layout)};
    };
    const bool reinstall = session.options().install.reinstall.any();
    if (!reinstall) {
        if (std::optional<store::Lease> lease = TRY(store.lease(key))) {
            if (!request.group.empty()) attempt(store.mark_current(request.group, key));
            return answer(std::move(*lease));
        }
    }
    // Waits while another process builds the same body, and then has that one's.
    store::LeaseOrStage begun = TRY(store.begin(key));
    if (auto* lease = std::get_if<store::Lease>(&begun)) {
        if (!request.group.empty()) attempt(store.mark_current(request.group, key));
        return answer(std::move(*lease));
    }
    store::Stage stage = std::get<store::Stage>(std::move(begun));
    base::trace([&] {
        return fmt::format("building the environment {} at {}", key, stage.final_path());
    });
    return answer(TRY(EnvironmentBuilder(session, registry, request).build(store, std::move(stage)))
    );
}

}  // namespace ops
