#include "ops/launch.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <cerrno>
#include <sys/resource.h>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;

Error spawn_error(const std::string& shown, int error_number) {
    Error error(ErrorKind::Usage, fmt::format("Failed to spawn: {}", shown));
    return std::move(error).cause(
        fmt::format("{} (os error {})", base::errno_text(error_number), error_number)
    );
}

base::Result<void> limit_open_files(std::uint64_t limit) {
    rlimit limits{};
    if (::getrlimit(RLIMIT_NOFILE, &limits) != 0)
        return base::fail_errno(errno, "failed to read the limit of open files");
    limits.rlim_cur = limit;
    if (limit > limits.rlim_max || ::setrlimit(RLIMIT_NOFILE, &limits) != 0) {
        return base::fail(
            ErrorKind::Usage,
            fmt::format(
                "failed to set the limit of open files to {} (the most is {})",
                limit,
                limits.rlim_max
            )
        );
    }
    return {};
}

}  // namespace

void prepend_path(base::Environment& environment, const std::vector<std::string>& directories) {
    std::string path;
    for (const std::string& directory : directories) {
        if (!path.empty()) path += ':';
        path += directory;
    }
    const std::optional<std::string> old = environment.find("PATH");
    if (old && !old->empty()) path += (path.empty() ? "" : ":") + *old;
    environment.set("PATH", path);
}

base::Result<std::string> find_command(
    const base::Environment& environment, const std::string& command
) {
    const std::optional<std::string> found =
        base::find_program(command, environment.find("PATH").value_or(""));
    if (!found) return base::fail(spawn_error(command, ENOENT));
    return *found;
}

base::Error launch(Launch request, std::vector<store::Lease> leases) {
    std::string carried;
    for (store::Lease& lease : leases) {
        const base::Result<int> passed = lease.pass_on();
        if (!passed) return passed.error();
        if (!carried.empty()) carried += ',';
        carried += lease.environment_value();
    }
    if (!carried.empty()) request.environment.set("ADDER_LEASE", carried);
    if (request.open_files) {
        if (const base::Result<void> limited = limit_open_files(*request.open_files); !limited)
            return limited.error();
    }
    // Handlers end with exec, and what the caller ignores stays ignored; but a signal that came
    // before must not be forgotten.
    if (const base::Result<void> going_on = base::check_cancelled(); !going_on)
        return going_on.error();
    return spawn_error(
        request.shown, base::exec_program(request.program, request.argv, request.environment)
    );
}

}  // namespace ops
