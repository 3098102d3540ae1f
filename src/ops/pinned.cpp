#include "ops/pinned.h"

#include "base/file.h"

#include <fmt/core.h>

namespace ops {

base::Result<std::optional<python::PythonRequest>> pinned_request(
    Session& session, const python::PinOptions& options, PinScope scope
) {
    const std::optional<python::PinFile> pin =
        TRY(scope == PinScope::GlobalOnly ? python::find_global_pin(options)
                                          : python::find_pin(options));
    if (!pin) return std::nullopt;
    for (const std::string& line : pin->ignored) {
        session.emit(Warned{fmt::format(
            "`{}` in `{}` is no Python that can be asked for there; the line is ignored",
            line,
            base::display_path(pin->path)
        )});
    }
    if (pin->first() == nullptr) return std::nullopt;
    return *pin->first();
}

}  // namespace ops
