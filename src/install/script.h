// The small programs in an environment's bin: those that entry points ask for and those a wheel
// brings itself.
#pragma once

#include "base/result.h"
#include "install/target.h"

#include <string>
#include <string_view>

namespace install {

// The first lines that make the environment's interpreter run the rest of the file, newline
// included: "#!/path", or a detour over /bin/sh when the path is too long for the kernel (127 bytes
// with "#!" and newline left out), contains white space, or must be found relative to the script.
std::string shebang_of(const TargetLayout& target);

// A program that imports `module` and exits with what calling `attribute` ("main", "cli.main")
// returns.
std::string entry_point_script(
    const TargetLayout& target, std::string_view module, std::string_view attribute
);

// True for the first bytes of a script whose interpreter the installer has to fill in: "#!python"
// or "#!pythonw".
bool asks_for_python(std::string_view first_bytes);
// The script with its first line replaced by the environment's shebang. Requires
// asks_for_python(script).
std::string with_shebang(const TargetLayout& target, std::string_view script);

// Names that belong to the environment itself: interpreters (python, python3, python3.12,
// python3.13t, pythonw, pypy3, graalpy ...) and what `activate` comes as. A wheel that brings one
// would take over the environment.
bool is_reserved_program(std::string_view name);

// `pip3.N`. Wheels of pip list the Python of the machine that built them; here `pip3` brings the
// right `pip3.N` with it and the listed ones are dropped.
bool is_versioned_pip(std::string_view name);

}  // namespace install
