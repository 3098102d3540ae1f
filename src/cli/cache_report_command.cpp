#include "base/clock.h"
#include "base/file.h"
#include "cli/cache_options.h"
#include "cli/command.h"
#include "cli/html_report.h"
#include "generated/version.h"
#include "store/store.h"

#include <fmt/core.h>

#include <unistd.h>
#include <utility>

namespace cli {

namespace {

using base::Result;

constexpr std::string_view kStandardOutput = "-";

// Where to write: through links, and to nothing but a file. A rename would put a page in the place
// of a device.
Result<std::string> checked_path(const std::string& file) {
    if (!base::exists(file)) {
        std::string path = TRY(base::absolute_path(file));
        const std::string_view directory = base::parent_path(path);
        if (base::is_directory(std::string(directory))) return path;
        return base::fail(
            base::ErrorKind::Usage,
            fmt::format("there is no directory `{}`", base::display_path(directory))
        );
    }
    if (base::is_regular_file(file)) return base::canonical_path(file);
    return base::fail(base::Error(
                          base::ErrorKind::Usage,
                          fmt::format(
                              "`{}` is {}",
                              base::display_path(file),
                              base::is_directory(file) ? "a directory" : "not a regular file"
                          )
    )
                          .hint("name a file for the page, or `-` for standard output"));
}

Result<std::string> wanted_file(const Invocation& invocation) {
    const std::optional<std::string> file = invocation.value("--html");
    if (!file || file->empty()) {
        return base::fail(
            base::Error(base::ErrorKind::Usage, "which form should the report have, and where?")
                .hint("write a page with `--html FILE`; `--html -` prints it")
        );
    }
    return *file;
}

// The look for users passes over the process that looks; it may run from the store itself.
void add_ourselves(const Context& context, store::StoreUsage& usage) {
    const std::string leases = context.variables.find("ADDER_LEASE").value_or("");
    for (store::UsedBody& used : usage.bodies) {
        if (used.body.users.empty() && leases.contains(":" + used.body.id))
            used.body.users.push_back({.pid = ::getpid(), .command = "this command"});
    }
}

Result<HtmlReport> make_report(const Context& context) {
    const store::StoreOptions options = TRY(store_options(context));
    HtmlReport report{
        .program = fmt::format("adder {}", ADDER_VERSION),
        .root = options.root,
        .made_ns = base::wall_clock_ns(),
        .usage = TRY(store::survey_usage(options.root)),
        .disk = store::measure_disk(options.root),
        .prune = {},
    };
    add_ourselves(context, report.usage);
    if (!report.usage.bodies.empty() || !report.usage.payloads.empty() ||
        !report.usage.files.empty()) {
        store::Store store = TRY(store::Store::open(options));
        report.prune = TRY(store.prune({.dry_run = true, .limits = options.limits})).removals;
    }
    return report;
}

Result<int> write_report(const Context& context) {
    const std::string file = TRY(wanted_file(context.invocation));
    const std::string path = file == kStandardOutput ? file : TRY(checked_path(file));
    const std::string page = html_report(TRY(make_report(context)));
    if (file == kStandardOutput) {
        context.printer.output(page);
        return 0;
    }
    if (base::Result<void> written = base::write_file_atomically(path, page); !written) {
        return base::fail(std::move(written.error())
                              .context(fmt::format(
                                  "failed to write the report to `{}`", base::display_path(path)
                              )));
    }
    context.printer.note(fmt::format(
        "Wrote a report to: {}",
        context.printer.styled(Stream::Error, Style::Cyan, base::display_path(path))
    ));
    return 0;
}

}  // namespace

int cache_report_command(const Context& context) {
    const Result<int> code = write_report(context);
    return code ? *code : report(context, code.error());
}

}  // namespace cli
