#include "ops/script_source.h"

#include "base/check.h"
#include "base/file.h"

#include <fmt/core.h>

#include <unistd.h>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

constexpr std::uint64_t kLargestScript = 64U << 20U;

Result<void> read_metadata(ScriptSource& script) {
    const std::optional<project::ScriptBlock> block = TRY(base::with_context(
        project::find_script_block(script.text),
        fmt::format("failed to read the metadata of `{}`", script.shown)
    ));
    if (!block) return {};
    script.block = block->text;
    script.metadata = TRY(project::parse_script_block(*block, script.shown, script.directory));
    return {};
}

Result<ScriptSource> read_file(const std::string& path, const std::string& directory) {
    ScriptSource script;
    script.shown = path;
    script.name = base::file_name(path);
    script.identity = base::normalize_path(base::join_path(directory, path));
    script.directory = base::parent_path(script.identity);
    Result<std::string> text = base::read_file(path, kLargestScript);
    if (text) script.text = std::move(*text);
    // What is not there, or is a directory, Python has its own words for. But a script that may say what it
    // needs must not start without it.
    const bool is_refused = !text && text.error().kind() == ErrorKind::Io;
    if (is_refused && !base::is_directory(path)) return base::fail(std::move(text).error());
    return script;
}

Result<ScriptSource> read_standard_input(const std::string& directory) {
    ScriptSource script;
    script.shown = "<stdin>";
    script.name = "stdin.py";
    script.directory = directory;
    script.text = TRY(base::with_context(
        base::read_all(STDIN_FILENO, kLargestScript),
        "failed to read the script from standard input"
    ));
    return script;
}

// "https://host/dir/hello.py?x" is "hello.py".
std::string name_of(const net::Url& url) {
    std::string name(base::file_name(url.path()));
    std::erase_if(name, [](char c) { return c == '/' || c == '\0'; });
    if (name.empty() || name == "." || name == "..") return "script.py";
    return name.ends_with(".py") ? name : name + ".py";
}

Result<ScriptSource> download(
    net::Client& client, const std::string& text, const std::string& directory
) {
    const net::Url url = TRY(net::Url::parse(text));
    ScriptSource script;
    script.shown = url.display();
    script.name = name_of(url);
    script.identity = url.without_credentials().text();
    script.directory = directory;
    if (client.options().connectivity == net::Connectivity::Offline) {
        return base::fail(
            Error(
                ErrorKind::Usage,
                fmt::format("cannot download `{}` because the network is disabled", script.shown)
            )
                .hint("leave out `--offline`, or save the script to a file first")
        );
    }
    net::Request request;
    request.url = url;
    request.size_limit = kLargestScript;
    net::Response response = TRY(base::with_context(
        client.fetch(std::move(request)).get(), fmt::format("failed to download `{}`", script.shown)
    ));
    if (!response.is_success()) {
        // An error page is no program, whatever it contains.
        return base::fail(
            Error(ErrorKind::Usage, fmt::format("failed to download `{}`", script.shown))
                .cause(fmt::format("the server answered with status {}", response.status))
        );
    }
    script.text = std::move(response.body);
    return script;
}

}  // namespace

Result<std::optional<ScriptSource>> load_script(
    net::Client* client, const RunTarget& target, const std::string& directory
) {
    std::optional<ScriptSource> script;
    switch (target.kind) {
        case TargetKind::Script:
            script = TRY(read_file(target.what, directory));
            break;
        case TargetKind::StandardInput:
            script = TRY(read_standard_input(directory));
            break;
        case TargetKind::Remote:
            CHECK(client != nullptr, "a remote script without a client");
            script = TRY(download(*client, target.what, directory));
            break;
        default:
            return std::nullopt;
    }
    TRY(read_metadata(*script));
    return script;
}

}  // namespace ops
