#include "ops/child.h"

#include "base/file.h"
#include "codec/dotenv.h"

#include <fmt/core.h>

#include <ranges>

namespace ops {

base::Result<base::Environment> child_environment(
    const Session& session, const ChildSettings& settings
) {
    base::Environment environment = settings.inherited;
    // From the last file to the first, and nothing is set twice: a later file wins, and $NAME in an
    // earlier one means what the later ones said.
    for (const std::string& file : std::views::reverse(settings.env_files)) {
        const std::optional<std::string> text = TRY(base::read_optional_file(file));
        if (!text)
            return base::fail(
                base::ErrorKind::Usage, fmt::format("No environment file found at: `{}`", file)
            );
        const codec::Dotenv parsed = codec::parse_dotenv(*text, [&](std::string_view name) {
            return environment.find(std::string(name));
        });
        for (const auto& [name, value] : parsed.variables) {
            if (!environment.find(name)) environment.set(name, value);
        }
        for (const codec::DotenvWarning& warning : parsed.warnings) {
            // The line itself is not shown: env files hold secrets.
            session.emit(Warned{fmt::format(
                "Failed to parse environment file `{}` at position {} of line {}; the rest of the "
                "file is ignored",
                file,
                warning.position,
                warning.line_number
            )});
        }
    }
    environment.set("UV", session.options().executable);
    return environment;
}

}  // namespace ops
