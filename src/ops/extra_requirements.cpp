#include "base/file.h"
#include "base/text.h"
#include "ops/run.h"
#include "project/inline_script.h"
#include "project/requirements_file.h"

#include <fmt/core.h>

#include <algorithm>
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

Result<void> add_script(const std::string& path, const std::string& text, ExtraNeeds& needs) {
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
        needs.requirements.push_back({requirement, path});
    return {};
}

// Indexes are chosen by the command line and configuration alone, as with uv.
void warn_about_index_options(
    Session& session, const std::string& path, const project::RequirementsFile& file
) {
    const bool names_indexes = file.index_url || file.no_index || !file.extra_index_urls.empty() ||
                               !file.find_links.empty();
    if (!names_indexes) return;
    session.emit(Warned{fmt::format(
        "the index options of `{}` are ignored; give them on the command line instead", path
    )});
}

Result<void> add_file(
    Session& session,
    const std::string& path,
    const base::Environment& environment,
    ExtraNeeds& needs
) {
    TRY(refuse_project_files(path));
    if (path.ends_with(".py") || path.ends_with(".pyw"))
        return add_script(path, TRY(read_place(session, path)), needs);
    const project::RequirementsReader reader{
        [&](const std::string& place) { return read_place(session, place); },
        [&](const std::string& name) { return environment.find(name); },
    };
    project::RequirementsFile file = TRY(project::read_requirements_file(path, reader));
    warn_about_index_options(session, path, file);
    for (project::FileRequirement& entry : file.requirements)
        needs.requirements.push_back({std::move(entry.requirement), std::move(entry.origin)});
    for (project::FileRequirement& entry : file.constraints)
        needs.constraints.push_back(std::move(entry.requirement));
    return {};
}

}  // namespace

bool ExtraNeeds::is_plain() const {
    return constraints.empty() && std::ranges::none_of(requirements, [](const auto& root) {
               return root.requirement.url.has_value();
           });
}

void ExtraNeeds::add_to(Fingerprint& fingerprint) const {
    constexpr std::string_view kLocal = "file://";
    for (const solve::RootRequirement& root : requirements) {
        fingerprint.add("with", root.requirement.to_string());
        const std::optional<std::string>& url = root.requirement.url;
        if (url && url->starts_with(kLocal))
            add_file_stamp(fingerprint, url->substr(kLocal.size()));
    }
    for (const pep::Requirement& constraint : constraints)
        fingerprint.add("constraint", constraint.to_string());
}

Result<ExtraNeeds> read_extra(
    Session& session, const ExtraRequirements& extra, const base::Environment& environment
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
    ExtraNeeds needs;
    if (extra.empty()) return needs;
    const std::string directory = TRY(base::current_directory());
    for (const std::string& text : extra.with) {
        needs.requirements.push_back(
            {TRY(project::parse_loose_requirement(text, directory)), "--with"}
        );
    }
    for (const std::string& path : extra.files)
        TRY(add_file(session, path, environment, needs));
    return needs;
}

}  // namespace ops
