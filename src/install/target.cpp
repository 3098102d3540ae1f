#include "install/target.h"

#include "base/check.h"
#include "base/file.h"

namespace install {

std::string_view name_of(Scheme scheme) {
    switch (scheme) {
        case Scheme::Purelib:
            return "purelib";
        case Scheme::Platlib:
            return "platlib";
        case Scheme::Scripts:
            return "scripts";
        case Scheme::Headers:
            return "headers";
        case Scheme::Data:
            return "data";
    }
    CHECK(false, "a scheme out of range");
}

const std::string& TargetLayout::directory(Scheme scheme) const {
    switch (scheme) {
        case Scheme::Purelib:
            return purelib;
        case Scheme::Platlib:
            return platlib;
        case Scheme::Scripts:
            return scripts;
        case Scheme::Headers:
            return headers;
        case Scheme::Data:
            return root;
    }
    CHECK(false, "a scheme out of range");
}

TargetLayout target_of(
    const python::VenvLayout& environment,
    std::string_view final_root,
    python::Portability portability
) {
    CHECK(
        environment.python.starts_with(environment.root + "/"),
        "an interpreter outside its environment"
    );
    const std::string_view python =
        std::string_view(environment.python).substr(environment.root.size() + 1);
    return {
        .root = environment.data,
        .purelib = environment.purelib,
        .platlib = environment.platlib,
        .scripts = environment.bin,
        .headers = environment.include,
        .python = base::join_path(final_root, python),
        .python_minor = environment.python_minor,
        .portability = portability,
    };
}

TargetLayout target_of(const python::Interpreter& interpreter) {
    return {
        .root = interpreter.paths.data,
        .purelib = interpreter.paths.purelib,
        .platlib = interpreter.paths.platlib,
        .scripts = interpreter.paths.scripts,
        .headers = interpreter.paths.include,
        .python = interpreter.executable,
        .python_minor = interpreter.minor(),
    };
}

}  // namespace install
