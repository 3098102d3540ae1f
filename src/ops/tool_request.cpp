#include "ops/tool_request.h"

#include "base/file.h"
#include "base/text.h"
#include "project/requirements_file.h"

#include <fmt/core.h>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

struct NameAt {
    std::string name;  // with extras
    std::string version;
};

// "name[extra]@version"; nullopt when it is an ordinary requirement.
std::optional<NameAt> split_at(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || text.contains("://") || text.contains(' '))
        return std::nullopt;
    NameAt parts{std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
    if (!pep::Requirement::parse(parts.name)) return std::nullopt;
    if (parts.version != "latest" && !pep::Version::parse(parts.version)) return std::nullopt;
    return parts;
}

// A script is run by `run`; saying so beats looking for a package of that name.
Result<void> refuse_script(const ToolWords& words) {
    const std::string& text = words.from ? *words.from : words.command;
    if (!looks_like_script(text)) return {};
    const std::string package = base::replace_all(base::replace_all(text, ".", "-"), "_", "-");
    if (words.from) {
        return base::fail(
            Error(
                ErrorKind::Usage,
                fmt::format("`--from` takes a package, and `{}` is a Python script", text)
            )
                .hint(fmt::format(
                    "if there is a package of that name: `{} --from {} {}`",
                    words.invocation,
                    package,
                    words.command
                ))
        );
    }
    if (base::exists(text)) {
        return base::fail(
            Error(
                ErrorKind::Usage,
                fmt::format(
                    "It looks like you tried to run a Python script at `{}`, which is not "
                    "supported by `{}`",
                    text,
                    words.invocation
                )
            )
                .hint(fmt::format("Use `{} {}` instead", script_runner(words.invocation), text))
        );
    }
    return base::fail(
        Error(
            ErrorKind::Usage,
            fmt::format("`{}` looks like a Python script, and there is no such file", text)
        )
            .hint(fmt::format(
                "if it is the command of a package: `{} --from {} {}`",
                words.invocation,
                package,
                text
            ))
    );
}

}  // namespace

bool looks_like_script(std::string_view text) {
    if (!text.ends_with(".py") && !text.ends_with(".pyw")) return false;
    return !text.contains("://") && !text.contains('@');
}

std::string script_runner(std::string_view invocation) {
    const std::string_view program = invocation.substr(0, invocation.find(' '));
    const bool is_short = program == "uvx" || program == "adderx";
    return fmt::format("{} run", program.substr(0, program.size() - (is_short ? 1 : 0)));
}

Result<ToolRequest> parse_tool_request(const ToolWords& words, const std::string& directory) {
    const auto& [command, from, invocation] = words;
    const std::string& text = from ? *from : command;
    TRY(refuse_script(words));
    ToolRequest request;
    request.executable = command;
    request.python = TRY(python::parse_tool_python(text));
    if (request.python) {
        if (!from) request.executable = "python";
        return request;
    }
    if (const std::optional<NameAt> parts = split_at(text)) {
        if (parts->version == "latest") {
            request.version = ToolVersion::Latest;
            request.requirement = TRY(pep::Requirement::parse(parts->name));
        } else {
            request.requirement =
                TRY(pep::Requirement::parse(fmt::format("{}=={}", parts->name, parts->version)));
        }
        if (!from) request.executable = parts->name.substr(0, parts->name.find('['));
        return request;
    }
    request.requirement = TRY(project::parse_loose_requirement(text, directory));
    if (!from) {
        // The name as it was typed, when one was; else that of the wheel.
        const std::size_t end = text.find_first_of(" [<>=!~;@");
        const std::string typed = text.substr(0, end);
        const auto name = pep::PackageName::parse(typed);
        const bool is_name = name && *name == request.requirement->name;
        request.executable = is_name ? typed : request.requirement->name.text();
    }
    return request;
}

}  // namespace ops
