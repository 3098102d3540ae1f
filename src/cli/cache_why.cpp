#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/cache_options.h"
#include "cli/cache_report.h"
#include "cli/command.h"
#include "cli/removals.h"
#include "pep/name.h"
#include "store/store.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

constexpr std::int64_t kSecondNs = 1'000'000'000;

struct Answer {
    const store::Explanation& found;
    std::int64_t now_ns = 0;
};

// What one word may mean to the store: itself, a package's normalised name, the path of a script.
Result<std::vector<std::string>> meanings(const std::string& word) {
    std::vector<std::string> names = {word};
    if (const Result<pep::PackageName> package = pep::PackageName::parse(word))
        names.push_back(package->text());
    names.push_back(TRY(base::absolute_path(word)));
    if (const Result<std::string> real = base::canonical_path(word)) names.push_back(*real);
    return names;
}

std::string standing_text(const store::Standing& standing, bool is_in_use) {
    if (is_in_use) return "never, while it is in use";
    if (standing.is_next) return fmt::format("next: {}", explain(*standing.is_next));
    return fmt::format(
        "not now; number {} of {} in the order of last use", standing.position, standing.of
    );
}

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string keeps_text(const store::ExplainedBody& body) {
    std::vector<std::string> reasons;
    if (body.body.in_use) reasons.emplace_back("a program that runs from it");
    if (!body.groups.empty()) reasons.emplace_back("its script, which used it last");
    if (!body.layers.empty())
        reasons.push_back(plural(body.layers.size(), "layer on top of it", "layers on top of it"));
    if (reasons.empty()) {
        reasons.emplace_back(
            body.keys.empty() ? "nothing: no name leads to it"
                              : "nothing that a prune would respect"
        );
    }
    if (!body.memos.empty()) {
        reasons.push_back(plural(
            body.memos.size(), "remembered answer leads to it", "remembered answers lead to it"
        ));
    }
    return base::join(reasons, "; ");
}

std::string body_text(
    const Context& context, const Answer& answer, const store::ExplainedBody& explained
) {
    const store::StoredBody& body = explained.body;
    std::string text = fmt::format(
        "environment {}\n"
        "  for        {} ({})\n"
        "  holds      {}, {} of them its own; {}\n"
        "  last used  {} ago\n"
        "  kept by    {}\n",
        body.id,
        body.label.empty() ? "unknown" : body.label,
        store::name_of(body.kind),
        base::format_bytes(body.bytes),
        base::format_bytes(explained.own_bytes),
        plural(body.packages.size(), "package", "packages"),
        age_text((answer.now_ns - body.last_used_ns) / kSecondNs),
        keeps_text(explained)
    );
    for (const std::string& key : explained.keys)
        text += fmt::format("  name       {}\n", key);
    if (body.in_use) text += "  used by\n" + users_text(context, body);
    return text + fmt::format("  evicted    {}\n", standing_text(explained.standing, body.in_use));
}

std::string payload_text(const Answer& answer, const store::ExplainedPayload& payload) {
    std::string kept = "nothing: it is made again from the index when it is wanted";
    if (!payload.needed_by.empty()) {
        kept = plural(
            payload.needed_by.size(), "environment that links to it", "environments that link to it"
        );
    }
    std::string text = fmt::format(
        "package {} {}\n"
        "  digest     {}\n"
        "  holds      {}\n"
        "  last used  {} ago\n"
        "  kept by    {}\n",
        payload.package,
        payload.version,
        payload.sha256,
        base::format_bytes(payload.bytes),
        age_text((answer.now_ns - payload.last_used_ns) / kSecondNs),
        kept
    );
    if (!payload.shared_by.empty()) {
        text += fmt::format(
            "  made into  {}\n", plural(payload.shared_by.size(), "environment", "environments")
        );
    }
    return text + fmt::format("  evicted    {}\n", standing_text(payload.standing, false));
}

void write_strings(
    codec::JsonWriter& json, std::string_view key, const std::vector<std::string>& strings
) {
    json.key(key).begin_array();
    for (const std::string& text : strings)
        json.string(text);
    json.end_array();
}

void write_standing(codec::JsonWriter& json, const store::Standing& standing) {
    json.key("eviction").begin_object();
    json.key("position").integer(static_cast<std::int64_t>(standing.position));
    json.key("of").integer(static_cast<std::int64_t>(standing.of));
    json.key("next").boolean(standing.is_next.has_value());
    if (standing.is_next) json.key("reason").string(name_of(*standing.is_next));
    json.end_object();
}

std::string answer_json(const Answer& answer) {
    codec::JsonWriter json;
    json.begin_object();
    json.key("environments").begin_array();
    for (const store::ExplainedBody& body : answer.found.bodies) {
        json.begin_object();
        write_body(json, body.body);
        json.key("own_bytes").integer(static_cast<std::int64_t>(body.own_bytes));
        write_strings(json, "names", body.keys);
        write_strings(json, "generations", body.groups);
        write_strings(json, "layers", body.layers);
        write_strings(json, "memos", body.memos);
        json.key("prune_takes").boolean(body.prune_takes);
        write_standing(json, body.standing);
        json.end_object();
    }
    json.end_array();
    json.key("packages").begin_array();
    for (const store::ExplainedPayload& payload : answer.found.payloads) {
        json.begin_object();
        json.key("digest").string(payload.sha256);
        json.key("name").string(payload.package);
        json.key("version").string(payload.version);
        json.key("bytes").integer(static_cast<std::int64_t>(payload.bytes));
        json.key("last_used").string(base::format_rfc3339(payload.last_used_ns / kSecondNs));
        write_strings(json, "needed_by", payload.needed_by);
        write_strings(json, "made_into", payload.shared_by);
        write_standing(json, payload.standing);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + "\n";
}

std::string answer_text(const Context& context, const Answer& answer) {
    std::string text;
    for (const store::ExplainedBody& body : answer.found.bodies)
        text += (text.empty() ? "" : "\n") + body_text(context, answer, body);
    for (const store::ExplainedPayload& payload : answer.found.payloads)
        text += (text.empty() ? "" : "\n") + payload_text(answer, payload);
    return text;
}

Result<int> why(const Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.positionals.empty()) {
        return base::fail(
            base::Error(base::ErrorKind::Usage, "which entry of the store?")
                .hint("name a package, a tool, a script, a key or an id; `cache ls` lists them")
        );
    }
    const std::string& word = invocation.positionals.front();
    store::Store store = TRY(store::Store::open(TRY(store_options(context))));
    const store::Explanation found = TRY(store.explain(TRY(meanings(word))));
    const Answer answer{found, base::wall_clock_ns()};
    if (invocation.value("--output-format") == "json") {
        context.printer.output(answer_json(answer));
        return 0;
    }
    if (found.bodies.empty() && found.payloads.empty()) {
        return base::fail(base::Error(
                              base::ErrorKind::Failed,
                              fmt::format("nothing in the store goes by `{}`", word)
        )
                              .hint("`cache ls` lists what is there"));
    }
    context.printer.output(answer_text(context, answer));
    return 0;
}

}  // namespace

int cache_why_command(const Context& context) {
    const Result<int> code = why(context);
    return code ? *code : report(context, code.error());
}

}  // namespace cli
