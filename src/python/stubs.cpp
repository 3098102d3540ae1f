#include "python/venv.h"

namespace python {
static base::Error unfinished() {
    return {base::ErrorKind::Unsupported, "unfinished"};
}

VenvLayout venv_layout(const std::string&, const Interpreter&) {
    return {};
}

base::Result<VenvTarget> look_at_venv_target(const std::string&) {
    return base::fail(unfinished());
}

base::Result<VenvLayout> create_venv(const std::string&, const Interpreter&, const VenvOptions&) {
    return base::fail(unfinished());
}
}  // namespace python
