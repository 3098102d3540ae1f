#include "cli/cache_report.h"

#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/url.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

namespace {

constexpr std::size_t kLongestCommand = 60;
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// "3 d", "5 h", "12 min", "8 s": the largest unit is enough to recognise a process.
std::string age(std::int64_t seconds) {
    seconds = std::max<std::int64_t>(seconds, 0);
    if (seconds >= 2 * kDay) return fmt::format("{} d", seconds / kDay);
    if (seconds >= 2 * kHour) return fmt::format("{} h", seconds / kHour);
    if (seconds >= 2 * kMinute) return fmt::format("{} min", seconds / kMinute);
    return fmt::format("{} s", seconds);
}

// A command line for one line of a terminal, without control characters and secrets.
std::string shortened(const std::string& command) {
    std::string text = net::redact(command);
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
    }
    if (text.size() > kLongestCommand) text = text.substr(0, kLongestCommand - 3) + "...";
    return text;
}

// The look for users passes over the process that looks: it may run from the store itself.
bool is_ours(const Context& context, const store::StoredBody& body) {
    const std::string leases = context.variables.find("ADDER_LEASE").value_or("");
    return leases.contains(":" + body.id);
}

std::string users_text(const Context& context, const store::StoredBody& body) {
    if (body.users.empty()) {
        return is_ours(context, body) ? "      this command\n"
                                      : "      a program of another user or container\n";
    }
    std::string text;
    for (const store::User& user : body.users) {
        text += fmt::format(
            "      pid {}  {}  {}\n", user.pid, shortened(user.command), age(user.age_seconds)
        );
    }
    return text;
}

std::string title(const store::StoredBody& body) {
    return body.label.empty() ? body.id : body.label;
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
    return line;
}

void write_body(codec::JsonWriter& json, const store::StoredBody& body) {
    json.begin_object();
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
    json.end_object();
}

}  // namespace

void print_collection(
    const Context& context, const store::CollectionReport& report, const CollectionText& text
) {
    context.printer.note(removed_line(context, report, text));
    if (!report.kept.empty()) {
        const std::size_t count = report.kept.size();
        std::string kept = fmt::format(
            "Kept {} environment{} in use; {} when {} end{}:",
            count,
            count == 1 ? "" : "s",
            count == 1 ? "it goes" : "they go",
            count == 1 ? "its program" : "their programs",
            count == 1 ? "s" : ""
        );
        for (const store::StoredBody& body : report.kept) {
            kept += fmt::format(
                "\n  {} ({})\n{}",
                title(body),
                base::format_bytes(body.bytes),
                users_text(context, body)
            );
            kept.pop_back();
        }
        context.printer.note(kept);
    }
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
    json.key("kept").begin_array();
    for (const store::StoredBody& body : report.kept)
        write_body(json, body);
    json.end_array();
    json.key("notes").begin_array();
    for (const std::string& note : report.notes)
        json.string(note);
    json.end_array();
    json.end_object();
    return json.take() + "\n";
}

std::string size_json(const store::StoreSize& size) {
    codec::JsonWriter json;
    json.begin_object();
    json.key("bytes").integer(static_cast<std::int64_t>(size.bytes));
    json.key("environments").integer(static_cast<std::int64_t>(size.environments));
    json.key("environment_bytes").integer(static_cast<std::int64_t>(size.environment_bytes));
    json.key("payloads").integer(static_cast<std::int64_t>(size.payloads));
    json.key("payload_bytes").integer(static_cast<std::int64_t>(size.payload_bytes));
    json.key("file_bytes").integer(static_cast<std::int64_t>(size.file_bytes));
    json.end_object();
    return json.take() + "\n";
}

std::string bodies_json(const std::vector<store::StoredBody>& bodies) {
    codec::JsonWriter json;
    json.begin_array();
    for (const store::StoredBody& body : bodies)
        write_body(json, body);
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
            age(idle),
            body.in_use ? "  in use" : "",
            body.key.empty() ? "  condemned" : ""
        );
        if (body.in_use) text += users_text(context, body);
    }
    return text;
}

}  // namespace cli
