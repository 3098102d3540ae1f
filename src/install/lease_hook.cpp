#include "install/lease_hook.h"

#include "base/file.h"

#include <fmt/format.h>

#include <array>

namespace install {
namespace {

constexpr std::uint32_t kOldestMinor = 8;  // the oldest that is tested

// Made from lease_hook_module.c by cmake/LeaseHook.cmake.
constexpr auto kModule = std::to_array<unsigned char>({
#include "generated/lease_hook_module.inc"
});

std::string module_name() {
    return fmt::format("_adder_lease_{}", kLeaseHookVersion);
}

// One line, as start-up files have it. They are read twice in an environment, and an exception in one is
// printed at each start: where the module cannot be loaded (a file system mounted noexec, another
// interpreter put in place of ours) the program shall not even notice.
std::string start_up_line() {
    return fmt::format(
        "import sys; '{0}' in sys.modules or "
        "exec('try: import {0}\\nexcept Exception: pass')\n",
        module_name()
    );
}

}  // namespace

std::string_view lease_hook_module() {
    return {reinterpret_cast<const char*>(kModule.data()), kModule.size()};
}

bool fits_lease_hook(const python::Interpreter& interpreter) {
    const bool fits_abi = interpreter.implementation_name == "cpython" &&
                          interpreter.major() == 3 && interpreter.minor() >= kOldestMinor &&
                          !interpreter.gil_disabled && !interpreter.debug;
    return fits_abi && interpreter.pointer_size == sizeof(void*) && interpreter.libc == "gnu" &&
           interpreter.tags.arch == ADDER_HOOK_MACHINE;
}

base::Result<void> write_lease_hook(const std::string& site_packages) {
    const std::string stem = base::join_path(site_packages, module_name());
    TRY(base::write_file(stem + ".abi3.so", lease_hook_module()));
    return base::write_file(stem + ".pth", start_up_line());
}

}  // namespace install
