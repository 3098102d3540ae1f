#include "ops/installed_tool.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/trace.h"
#include "install/installed.h"
#include "ops/environment.h"
#include "python/environment.h"
#include "store/lock.h"

#include <fmt/core.h>

#include <algorithm>
#include <fcntl.h>
#include <poll.h>

namespace ops {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using python::PythonRequest;
using store::LockResult;

constexpr std::string_view kReceiptName = "uv-receipt.toml";
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kPatienceMs = 1000;  // how long nobody needs to be told of waiting
constexpr int kPollMs = 20;

Error no_receipt(std::string_view name, std::string_view what) {
    return {ErrorKind::Invalid, fmt::format("`{}` is no receipt of a tool: {}", name, what)};
}

// --- the lock

enum class Access { Granted, Refused };

// Granted too where there is nothing to lock, or no lock to be had: then nobody else has one.
Result<Access> wait_for(
    const base::Fd& lock, const std::string& directory, Session& session, std::int64_t timeout_ms
) {
    const std::int64_t start = base::monotonic_ns();
    bool told = false;
    while (store::try_lock(lock.get(), store::LockKind::Flock, store::LockMode::Read) ==
           LockResult::Busy) {
        const std::int64_t waited_ms = (base::monotonic_ns() - start) / kMillisecond;
        if (waited_ms >= timeout_ms) return Access::Refused;
        if (!told && waited_ms >= kPatienceMs) {
            session.emit(Waiting{fmt::format(
                "Waiting for another process that changes the tools in `{}`",
                base::display_path(directory)
            )});
            told = true;
        }
        TRY(base::check_cancelled());
        ::poll(nullptr, 0, kPollMs);
    }
    return Access::Granted;
}

// --- fitting

// Why the tool at `root` is not taken.
using Misfit = std::string;

std::expected<python::VenvLayout, Misfit> examine(
    Session& session,
    const std::string& root,
    const InstalledTools& tools,
    const ToolQuestion& question
) {
    const std::string path = receipt_path(tools.directory, question.name);
    const Result<std::string> text = base::read_file(path, codec::kTomlMaximumSize);
    if (!text) return std::unexpected(text.error().flat());
    const Result<ToolOptions> options = parse_receipt(*text, path);
    if (!options) return std::unexpected(options.error().flat());
    if (const auto other = tools.options.difference(*options))
        return std::unexpected(fmt::format("it was installed with another `{}`", *other));
    const Result<python::DiscoveryOptions> discovery =
        session.discovery(python::EnvironmentUse::Ignore);
    if (!discovery) return std::unexpected(discovery.error().flat());
    const Result<python::Interpreter> interpreter =
        python::environment_interpreter(root, *discovery);
    if (!interpreter) return std::unexpected(interpreter.error().flat());
    if (!is_made_with(*question.python, *question.found, *interpreter))
        return std::unexpected(fmt::format("its Python is {}", interpreter->version.to_string()));
    const Result<BasePackages> packages = base_packages(*interpreter);
    if (!packages) return std::unexpected(packages.error().flat());
    if (!satisfies(*packages, question.demands, interpreter->markers))
        return std::unexpected("what is installed there is not what is asked for");
    return layout_at(root, *interpreter);
}

// --- listing

// The version of the package a tool is named after. Its Python is not asked: lib/ has one directory for each.
std::optional<std::string> installed_version(
    const std::string& root, const pep::PackageName& name
) {
    const std::string lib = base::join_path(root, "lib");
    const auto entries = base::list_directory(lib);
    if (!entries) return std::nullopt;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::string site_packages = fmt::format("{}/{}/site-packages", lib, entry.name);
        const auto distributions = install::scan_installed(site_packages);
        if (!distributions) continue;
        const auto found =
            std::ranges::find(*distributions, name, &install::InstalledDistribution::name);
        if (found != distributions->end()) return found->version.to_string();
    }
    return std::nullopt;
}

std::optional<ListedTool> tool_at(const std::string& root, const pep::PackageName& name) {
    const std::string path = base::join_path(root, kReceiptName);
    const Result<std::string> text = base::read_file(path, codec::kTomlMaximumSize);
    if (!text || !parse_receipt(*text, path)) return std::nullopt;
    const std::optional<std::string> python = python::executable_in(root);
    if (!python || !base::exists(*python)) return std::nullopt;
    std::optional<std::string> version = installed_version(root, name);
    if (!version) return std::nullopt;
    return ListedTool{name.text(), std::move(*version)};
}

}  // namespace

std::string receipt_path(const std::string& tools, const pep::PackageName& name) {
    return fmt::format("{}/{}/{}", tools, name.text(), kReceiptName);
}

bool is_made_with(
    const PythonRequest& request, const python::Interpreter& found, const python::Interpreter& tool
) {
    if (!request.is_explicit()) return request.matches(tool);
    if (found.stamp == tool.stamp) return true;
    return request.kind() == PythonRequest::Kind::Name && request.path() == "python";
}

Result<std::optional<python::VenvLayout>> find_installed_tool(
    Session& session, const InstalledTools& tools, const ToolQuestion& question
) {
    if (tools.directory.empty()) return std::nullopt;
    if (!base::exists(receipt_path(tools.directory, question.name))) return std::nullopt;
    // Closed, and with that unlocked, at the end of this function.
    const Result<base::Fd> lock =
        base::open_at(AT_FDCWD, base::join_path(tools.directory, ".lock"), O_RDONLY);
    if (lock &&
        TRY(wait_for(*lock, tools.directory, session, tools.lock_timeout_ms)) == Access::Refused) {
        session.emit(Warned{fmt::format(
            "going on without the installed `{}`: another process has been changing the tools in "
            "`{}` for too long",
            question.name.text(),
            base::display_path(tools.directory)
        )});
        return std::nullopt;
    }
    const std::string root = base::join_path(tools.directory, question.name.text());
    std::expected<python::VenvLayout, Misfit> layout = examine(session, root, tools, question);
    if (layout) return std::move(*layout);
    base::trace([&] {
        return fmt::format("not the tool installed at `{}`: {}", root, layout.error());
    });
    return std::nullopt;
}

Result<ToolOptions> parse_receipt(std::string_view text, std::string_view name) {
    const codec::TomlTable receipt = TRY(codec::parse_toml(text, name));
    const codec::TomlValue* tool = receipt.find("tool");
    if (tool == nullptr || tool->as_table() == nullptr)
        return base::fail(no_receipt(name, "there is no table `tool`"));
    for (const std::string_view key : {"requirements", "entrypoints"}) {
        const codec::TomlValue* list = tool->find(key);
        if (list == nullptr || list->as_array() == nullptr)
            return base::fail(no_receipt(name, fmt::format("there is no list `{}`", key)));
    }
    const codec::TomlValue* options = tool->find("options");
    if (options == nullptr) return ToolOptions();
    if (options->as_table() == nullptr)
        return base::fail(no_receipt(name, "`options` is no table"));
    return ToolOptions::of_receipt(*options->as_table());
}

Result<ToolListing> list_installed_tools(const std::string& directory) {
    Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries && entries.error().kind() == ErrorKind::NotFound) return ToolListing();
    if (!entries) return base::fail(std::move(entries.error()));
    std::ranges::sort(*entries, {}, &base::DirectoryEntry::name);
    ToolListing listing;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::string root = base::join_path(directory, entry.name);
        if (!base::is_directory(root)) continue;
        const Result<pep::PackageName> name = pep::PackageName::parse(entry.name);
        if (!name) {
            listing.strangers.push_back(root);
        } else if (auto tool = name->text() == entry.name ? tool_at(root, *name) : std::nullopt) {
            listing.tools.push_back(std::move(*tool));
        }
    }
    return listing;
}

}  // namespace ops
