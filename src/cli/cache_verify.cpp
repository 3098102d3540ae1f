#include "base/clock.h"
#include "base/task_pool.h"
#include "base/text.h"
#include "cli/cache_options.h"
#include "cli/command.h"
#include "cli/reporter.h"
#include "cli/signals.h"
#include "codec/json.h"
#include "ops/verify.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

// 1: damage was found that is still there. 2: some of the store could not be looked at.
constexpr int kDamaged = 1;
constexpr int kIncomplete = 2;

std::string plural(std::uint64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string entries(std::uint64_t count, std::string_view adjective = "") {
    return fmt::format("{} {}{}", count, adjective, count == 1 ? "entry" : "entries");
}

std::string_view state_of(const ops::Damage& damage) {
    return damage.repaired ? "was damaged and is taken out of service" : "is damaged";
}

// "package `flask 3.0.0` is damaged: `flask/app.py` was changed", and where it is.
std::string damage_text(const Context& context, const ops::Damage& damage) {
    const Style style = damage.repaired ? Style::Green : Style::Red;
    std::string text = fmt::format(
        "{} `{}` {}\n",
        ops::name_of(damage.thing),
        damage.title,
        context.printer.styled(Stream::Output, style, state_of(damage))
    );
    for (const std::string& reason : damage.reasons)
        text += fmt::format("  {}\n", reason);
    if (damage.count > damage.reasons.size())
        text += fmt::format("  and {} more\n", damage.count - damage.reasons.size());
    if (!damage.note.empty()) text += fmt::format("  {}\n", damage.note);
    text += fmt::format("  at {}\n", base::display_path(damage.path));
    return text;
}

std::string summary(const ops::VerifyReport& report, std::int64_t nanoseconds) {
    return fmt::format(
        "Checked {}, {} and {}: {} ({}) in {}",
        plural(report.packages, "package"),
        plural(report.environments, "environment"),
        plural(report.records, "record"),
        plural(report.files, "file"),
        base::format_bytes(report.bytes),
        base::format_duration(nanoseconds)
    );
}

void print_remarks(const Context& context, const ops::VerifyReport& report) {
    const Printer& printer = context.printer;
    for (const std::string& text : report.unchecked)
        printer.warning(fmt::format("not checked: {}", text));
    for (const std::string& path : report.strays) {
        const std::string_view what = report.strays_removed ? "removed" : "belongs to nothing";
        printer.note(fmt::format("{}: {}", what, base::display_path(path)));
    }
    if (report.outdated > 0) {
        printer.note(
            fmt::format("{} out of service since a restart or a repair", entries(report.outdated))
        );
    }
    if (report.passed_over > 0) {
        printer.note(
            fmt::format("{} passed over: being removed, or not ours", entries(report.passed_over))
        );
    }
    if (report.added > 0) {
        printer.note(
            fmt::format("{} added by programs to their environments", plural(report.added, "file"))
        );
    }
    if (report.counters_wrong)
        printer.note("the counters of the store are behind; `--repair` counts again");
}

std::string report_json(const ops::VerifyReport& report, ops::Repair repair) {
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    codec::JsonWriter json;
    json.begin_object();
    json.key("repair").boolean(repair == ops::Repair::Yes);
    json.key("checked").begin_object();
    json.key("packages").integer(number(report.packages));
    json.key("environments").integer(number(report.environments));
    json.key("records").integer(number(report.records));
    json.key("files").integer(number(report.files));
    json.key("bytes").integer(number(report.bytes));
    json.end_object();
    json.key("damage").begin_array();
    for (const ops::Damage& damage : report.damage) {
        json.begin_object();
        json.key("kind").string(ops::name_of(damage.thing));
        json.key("title").string(damage.title);
        json.key("path").string(damage.path);
        json.key("reasons").begin_array();
        for (const std::string& reason : damage.reasons)
            json.string(reason);
        json.end_array();
        json.key("count").integer(number(damage.count));
        json.key("repaired").boolean(damage.repaired);
        json.key("note").string(damage.note);
        json.end_object();
    }
    json.end_array();
    json.key("unchecked").begin_array();
    for (const std::string& text : report.unchecked)
        json.string(text);
    json.end_array();
    json.key("strays").begin_array();
    for (const std::string& path : report.strays)
        json.string(path);
    json.end_array();
    json.key("outdated").integer(number(report.outdated));
    json.key("passed_over").integer(number(report.passed_over));
    json.key("added_files").integer(number(report.added));
    json.key("counters_wrong").boolean(report.counters_wrong);
    json.end_object();
    return json.take() + "\n";
}

void print_report(
    const Context& context,
    const ops::VerifyReport& report,
    ops::Repair repair,
    std::int64_t nanoseconds
) {
    const Printer& printer = context.printer;
    for (const ops::Damage& damage : report.damage)
        printer.output(damage_text(context, damage));
    print_remarks(context, report);
    printer.note(summary(report, nanoseconds));
    if (report.damage.empty()) {
        printer.note("Found no damage");
    } else if (repair == ops::Repair::No) {
        printer.note(fmt::format(
            "Found {}; `--repair` takes what is damaged out of service",
            entries(report.damage.size(), "damaged ")
        ));
    }
}

Result<int> verify(const Context& context) {
    const Invocation& invocation = context.invocation;
    const store::StoreOptions options = TRY(store_options(context));
    const ops::Repair repair = invocation.flag("--repair") ? ops::Repair::Yes : ops::Repair::No;
    const bool wants_json = invocation.value("--output-format") == "json";
    handle_signals();
    const std::int64_t begin = base::monotonic_ns();
    base::TaskPool pool(base::TaskPool::core_count());
    Reporter reporter(context.printer, Detail::Summary);
    const Result<ops::VerifyReport> checked =
        ops::verify_store(options.root, repair, pool, reporter);
    reporter.finish();
    const ops::VerifyReport report = TRY(checked);
    if (wants_json) {
        context.printer.output(report_json(report, repair));
    } else if (!report.store_exists) {
        context.printer.note(fmt::format(
            "No cache found at: {}",
            context.printer.styled(Stream::Error, Style::Cyan, base::display_path(options.root))
        ));
    } else {
        print_report(context, report, repair, base::monotonic_ns() - begin);
    }
    if (report.is_damaged()) return kDamaged;
    return report.unchecked.empty() ? 0 : kIncomplete;
}

}  // namespace

int cache_verify_command(const Context& context) {
    const Result<int> code = verify(context);
    return code ? *code : report(context, code.error());
}

}  // namespace cli
