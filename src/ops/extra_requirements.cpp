#include "base/file.h"
#include "base/text.h"
#include "ops/run.h"
#include "project/inline_script.h"
#include "project/requirements_file.h"

#include <fmt/core.h>

#include <cstdlib>
#include <unistd.h>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

bool is_remote(const std::string& path) {
    return path.starts_with("http://") || path.starts_with("https://");
}

Result<std::string> read_place(Session& session, const std::string& path) {
    if (path == "-") return base::read_all(STDIN_FILENO, 64U << 20U);
    if (!is_remote(path)) {
        Result<std::string> text = base::read_file(path);
        if (text || text.error().kind() != ErrorKind::NotFound) return text;
        return base::fail(Error(ErrorKind::Usage, fmt::format("File not found: `{}`", path)));
    }
    net::Request request;
    request.url = TRY(net::Url::parse(path));
    const std::string shown = request.url.display();
    if (session.options().offline()) {
        return base::fail(
            ErrorKind::Usage, fmt::format("cannot read `{}` because the network is disabled", shown)
        );
    }
    net::Response response = TRY(session.client().fetch(std::move(request)).get());
    if (!response.is_success()) {
        return base::fail(
            ErrorKind::Usage,
            fmt::format(
                "cannot read `{}`: the server answered with status {}", shown, response.status
            )
        );
    }
    return std::move(response.body);
}

Result<void> refuse_project_files(const std::string& path) {
    const std::string_view name = base::file_name(path);
    if (name != "pyproject.toml" && name != "setup.py" && name != "setup.cfg" &&
        name != "pylock.toml")
        return {};
    return base::fail(
        Error(
            ErrorKind::Usage,
            fmt::format("Adding requirements from a `{}` is not supported in `run`", name)
        )
            .hint("write the requirements to a requirements file, or name them with `--with`")
    );
}

Result<void> add_script(
    const std::string& path,
    const std::string& text,
    std::vector<solve::RootRequirement>& requirements
) {
    const std::optional<project::ScriptBlock> block = TRY(project::find_script_block(text));
    if (!block) {
        return base::fail(
            ErrorKind::Usage, fmt::format("`{}` does not contain inline script metadata", path)
        );
    }
    const project::ScriptMetadata metadata =
        TRY(project::parse_script_block(*block, path, std::string(base::parent_path(path))));
    if (!metadata.dependencies) return {};
    for (const pep::Requirement& requirement : *metadata.dependencies)
        requirements.push_back({requirement, path});
    return {};
}

Result<void> add_file(
    Session& session, const std::string& path, std::vector<solve::RootRequirement>& requirements
) {
    TRY(refuse_project_files(path));
    if (path.ends_with(".py") || path.ends_with(".pyw")) {
        return add_script(path, TRY(read_place(session, path)), requirements);
    }
    const project::RequirementsReader reader{
        [&](const std::string& place) { return read_place(session, place); },
        [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
    };
    project::RequirementsFile file = TRY(project::read_requirements_file(path, reader));
    for (project::FileRequirement& entry : file.requirements) {
        requirements.push_back({std::move(entry.requirement), std::move(entry.origin)});
    }
    return {};
}

}  // namespace

Result<std::vector<solve::RootRequirement>> extra_requirements(
    Session& session, const ExtraRequirements& extra
) {
    if (!extra.editable.empty()) {
        return base::fail(
            Error(
                ErrorKind::Unsupported,
                fmt::format("`{}` cannot be installed as editable yet", extra.editable.front())
            )
                .hint("build a wheel of the project and name that with `--with`")
        );
    }
    const std::string directory = TRY(base::current_directory());
    std::vector<solve::RootRequirement> requirements;
    for (const std::string& text : extra.with) {
        requirements.push_back({TRY(project::parse_loose_requirement(text, directory)), "--with"});
    }
    for (const std::string& path : extra.files)
        TRY(add_file(session, path, requirements));
    return requirements;
}

}  // namespace ops
