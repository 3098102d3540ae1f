#include "cli/cache_report.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/removals.h"
#include "net/url.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unistd.h>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t kLongestCommand = 60;
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// For one line of a terminal: what comes from outside may hold control characters.
std::string printable(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = ' ';
    }
    return text;
}

// A command line without secrets, not too long.
std::string shortened(const std::string& command) {
    std::string text = printable(net::redact(command));
    if (text.size() <= kLongestCommand) return text;
    std::size_t end = kLongestCommand - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "...";
}

// The look for users passes over the process that looks: it may run from the store itself.
bool is_ours(const Context& context, const store::StoredBody& body) {
    const std::string leases = context.variables.find("ADDER_LEASE").value_or("");
    return leases.contains(":" + body.id);
}

std::string title(const store::StoredBody& body) {
    return body.label.empty() ? body.id : printable(body.label);
}

void write_body_object(codec::JsonWriter& json, const store::StoredBody& body) {
    json.begin_object();
    write_body(json, body);
    json.end_object();
}

// How one user of a body looks: four columns with the size, which stands in the first line alone.
struct UserLine {
    std::string title;
    std::string who;  // "pid 17"
    std::string what;
    std::string since;
    std::string size;
};

std::vector<UserLine> user_lines(const Context& context, const store::StoredBody& body) {
    std::vector<UserLine> lines;
    for (const store::User& user : body.users) {
        lines.push_back({
            .title = {},
            .who = fmt::format("pid {}", user.pid),
            .what = shortened(user.command),
            .since = age_text(user.age_seconds),
            .size = {},
        });
    }
    if (!lines.empty()) return lines;
    UserLine line{.title = {}, .who = "(other)", .what = {}, .since = {}, .size = {}};
    line.what = "a program of another user or container";
    if (is_ours(context, body)) {
        line.who = fmt::format("pid {}", ::getpid());
        line.what = "this command";
    }
    return {line};
}

std::string aligned(const std::vector<UserLine>& lines, std::string_view indent) {
    std::array<std::size_t, 4> widths{};
    for (const UserLine& line : lines) {
        widths[0] = std::max(widths[0], line.title.size());
        widths[1] = std::max(widths[1], line.who.size());
        widths[2] = std::max(widths[2], line.what.size());
        widths[3] = std::max(widths[3], line.since.size());
    }
    std::string text;
    for (const UserLine& line : lines) {
        std::string row = std::string(indent);
        if (widths[0] > 0) row += fmt::format("{:<{}}  ", line.title, widths[0]);
        row += fmt::format(
            "{:<{}}  {:<{}}  {:<{}}  {}",
            line.who,
            widths[1],
            line.what,
            widths[2],
            line.since,
            widths[3],
            line.size
        );
        text += std::string(row.substr(0, row.find_last_not_of(' ') + 1)) + "\n";
    }
    return text;
}

// "Kept 2 environments in use (1.2GiB); they are removed when these programs end:", and a line for
// each program.
std::string kept_text(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
) {
    const std::size_t count = report.kept.size();
    std::uint64_t bytes = 0;
    std::vector<UserLine> lines;
    for (const store::StoredBody& body : report.kept) {
        bytes += body.bytes;
        std::vector<UserLine> users = user_lines(context, body);
        users.front().title = title(body);
        users.front().size = base::format_bytes(body.bytes);
        lines.insert(lines.end(), users.begin(), users.end());
    }
    const bool is_one = lines.size() == 1;
    std::string fate = fmt::format(
        "{} removed when {} program{} end{}",
        count == 1 ? "it is" : "they are",
        is_one ? "this" : "these",
        is_one ? "" : "s",
        is_one ? "s" : ""
    );
    if (text.collector == Collector::Prune) fate = "prune again when they have ended";
    if (text.collector == Collector::Prune && is_one) fate = "prune again when it has ended";
    std::string kept = fmt::format(
        "{} {} environment{} in use ({}); {}:\n{}",
        text.dry_run == DryRun::Yes ? "Would keep" : "Kept",
        count,
        count == 1 ? "" : "s",
        context.printer.styled(Stream::Error, Style::Cyan, base::format_bytes(bytes)),
        fate,
        aligned(lines, "  ")
    );
    kept.pop_back();
    return kept;
}

// Of a body that no name leads to.
std::string_view standing_of(const store::StoredBody& body) {
    if (!body.key.empty()) return "";
    return body.in_use ? ", goes when its programs end" : "  goes with the next command";
}

struct Holding {
    std::uint64_t environments = 0;
    std::uint64_t bytes = 0;
};

struct Holdings {
    Holding in_use;
    Holding condemned;  // some of them are in use
};

Holdings holdings_of(const std::vector<store::StoredBody>& bodies) {
    Holdings holdings;
    const auto add = [](Holding& sum, const store::StoredBody& body) {
        sum.environments += 1;
        sum.bytes += body.bytes;
    };
    for (const store::StoredBody& body : bodies) {
        if (body.in_use) add(holdings.in_use, body);
        if (body.key.empty()) add(holdings.condemned, body);
    }
    return holdings;
}

void write_holding(codec::JsonWriter& json, std::string_view key, const Holding& holding) {
    json.key(key).begin_object();
    json.key("environments").integer(static_cast<std::int64_t>(holding.environments));
    json.key("bytes").integer(static_cast<std::int64_t>(holding.bytes));
    json.end_object();
}

std::string plural(std::uint64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string removed_line(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
) {
    const std::string verb = text.dry_run == DryRun::Yes ? "Would remove" : "Removed";
    std::string line;
    if (report.files == 0 && report.directories == 0) return std::string(text.nothing);
    if (report.files == 0) {
        line = report.directories == 1 ? fmt::format("{} 1 directory", verb)
                                       : fmt::format("{} {} directories", verb, report.directories);
    } else {
        line = report.files == 1 ? fmt::format("{} 1 file", verb)
                                 : fmt::format("{} {} files", verb, report.files);
    }
    if (report.bytes > 0) {
        const std::string size = base::format_bytes(report.bytes);
        line += fmt::format(" ({})", context.printer.styled(Stream::Error, Style::Green, size));
    }
    std::vector<std::string> things;
    if (report.environments > 0) things.push_back(plural(report.environments, "environment"));
    if (report.payloads > 0) things.push_back(plural(report.payloads, "package"));
    if (!things.empty()) line += ": " + base::join(things, ", ");
    return line;
}

}  // namespace

// The largest unit is enough to recognise a process.
std::string age_text(std::int64_t seconds) {
    seconds = std::max<std::int64_t>(seconds, 0);
    if (seconds >= 2 * kDay) return fmt::format("{} d", seconds / kDay);
    if (seconds >= 2 * kHour) return fmt::format("{} h", seconds / kHour);
    if (seconds >= 2 * kMinute) return fmt::format("{} min", seconds / kMinute);
    return fmt::format("{} s", seconds);
}

std::string users_text(const Context& context, const store::StoredBody& body) {
    return aligned(user_lines(context, body), "      ");
}

void write_body(codec::JsonWriter& json, const store::StoredBody& body) {
    json.key("id").string(body.id);
    json.key("kind").string(store::name_of(body.kind));
    json.key("label").string(body.label);
    json.key("packages").begin_array();
    for (const std::string& package : body.packages)
        json.string(package);
    json.end_array();
    json.key("files").integer(static_cast<std::int64_t>(body.files));
    json.key("bytes").integer(static_cast<std::int64_t>(body.bytes));
    json.key("created").string(base::format_rfc3339(body.created_ns / 1'000'000'000));
    json.key("last_used").string(base::format_rfc3339(body.last_used_ns / 1'000'000'000));
    json.key("condemned").boolean(body.key.empty());
    json.key("in_use").boolean(body.in_use);
    json.key("users").begin_array();
    for (const store::User& user : body.users) {
        json.begin_object();
        json.key("pid").integer(user.pid);
        json.key("command").string(net::redact(user.command));
        json.key("age_seconds").integer(user.age_seconds);
        json.end_object();
    }
    json.end_array();
}

void print_collection(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
) {
    context.printer.note(removed_line(context, report, text));
    if (text.dry_run == DryRun::Yes)
        context.printer.output(removals_text(report.removals, base::wall_clock_ns()));
    if (!report.kept.empty()) context.printer.note(kept_text(context, report, text));
    for (const std::string& note : report.notes)
        context.printer.note(note);
}

std::string collection_json(const store::CollectionReport& report, DryRun dry_run) {
    codec::JsonWriter json;
    json.begin_object();
    json.key("dry_run").boolean(dry_run == DryRun::Yes);
    json.key("removed").begin_object();
    json.key("files").integer(static_cast<std::int64_t>(report.files));
    json.key("directories").integer(static_cast<std::int64_t>(report.directories));
    json.key("bytes").integer(static_cast<std::int64_t>(report.bytes));
    json.key("environments").integer(static_cast<std::int64_t>(report.environments));
    json.key("payloads").integer(static_cast<std::int64_t>(report.payloads));
    json.end_object();
    write_removals(json, report.removals);
    json.key("kept").begin_array();
    for (const store::StoredBody& body : report.kept)
        write_body_object(json, body);
    json.end_array();
    json.key("notes").begin_array();
    for (const std::string& note : report.notes)
        json.string(note);
    json.end_array();
    json.end_object();
    return json.take() + "\n";
}

void print_holdings(const Context& context, const std::vector<store::StoredBody>& bodies) {
    const Holdings holdings = holdings_of(bodies);
    const auto text_of = [](const Holding& holding) {
        return fmt::format(
            "{} ({})",
            plural(holding.environments, "environment"),
            base::format_bytes(holding.bytes)
        );
    };
    if (holdings.in_use.environments > 0)
        context.printer.note("In use: " + text_of(holdings.in_use));
    if (holdings.condemned.environments > 0)
        context.printer.note("Removed when no program uses it: " + text_of(holdings.condemned));
}

std::string size_json(const store::StoreSize& size, const std::vector<store::StoredBody>& bodies) {
    codec::JsonWriter json;
    json.begin_object();
    json.key("bytes").integer(static_cast<std::int64_t>(size.bytes));
    json.key("environments").integer(static_cast<std::int64_t>(size.environments));
    json.key("environment_bytes").integer(static_cast<std::int64_t>(size.environment_bytes));
    json.key("payloads").integer(static_cast<std::int64_t>(size.payloads));
    json.key("payload_bytes").integer(static_cast<std::int64_t>(size.payload_bytes));
    json.key("file_bytes").integer(static_cast<std::int64_t>(size.file_bytes));
    const Holdings holdings = holdings_of(bodies);
    write_holding(json, "in_use", holdings.in_use);
    write_holding(json, "condemned", holdings.condemned);
    json.end_object();
    return json.take() + "\n";
}

std::string bodies_json(const std::vector<store::StoredBody>& bodies) {
    codec::JsonWriter json;
    json.begin_array();
    for (const store::StoredBody& body : bodies)
        write_body_object(json, body);
    json.end_array();
    return json.take() + "\n";
}

std::string bodies_text(
    const Context& context, const std::vector<store::StoredBody>& bodies, std::int64_t now_ns
) {
    std::size_t width = 0;
    for (const store::StoredBody& body : bodies)
        width = std::max(width, title(body).size());
    std::string text;
    for (const store::StoredBody& body : bodies) {
        const std::int64_t idle = (now_ns - body.last_used_ns) / 1'000'000'000;
        text += fmt::format(
            "{:<6}  {:<{}}  {:>9}  {:>4} packages  used {} ago{}{}\n",
            store::name_of(body.kind),
            title(body),
            width,
            base::format_bytes(body.bytes),
            body.packages.size(),
            age_text(idle),
            body.in_use ? "  in use" : "",
            standing_of(body)
        );
        if (body.in_use) text += users_text(context, body);
    }
    return text;
}

}  // namespace cli
