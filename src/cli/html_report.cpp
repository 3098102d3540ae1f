#include "cli/html_report.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/cache_report.h"
#include "cli/report_contents.h"
#include "codec/json.h"
#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

namespace cli {

namespace {

// Made from src/cli/report/ by cmake/ReportPage.cmake.
constexpr auto kPage = std::to_array<unsigned char>({
#include "generated/report_page_html.inc"
});
constexpr auto kStyle = std::to_array<unsigned char>({
#include "generated/report_page_css.inc"
});
constexpr auto kScript = std::to_array<unsigned char>({
#include "generated/report_page_js.inc"
});

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;
constexpr std::size_t kLongestCommand = 300;

template <std::size_t N>
std::string_view text_of(const std::array<unsigned char, N>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// "1.2 MiB"
std::string size_text(std::uint64_t bytes) {
    std::string text = base::format_bytes(bytes);
    text.insert(std::min(text.find_first_not_of("0123456789."), text.size()), " ");
    return text;
}

std::string count_text(std::size_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string idle_text(std::int64_t last_used_ns, std::int64_t now_ns) {
    return last_used_ns == 0 ? "" : age_text((now_ns - last_used_ns) / kSecondNs);
}

// How pale it is on the map; page.css has the four steps.
int oldness(std::int64_t last_used_ns, std::int64_t now_ns) {
    const std::int64_t idle = now_ns - last_used_ns;
    if (idle < kDayNs) return 0;
    if (idle < 7 * kDayNs) return 1;
    return idle < 30 * kDayNs ? 2 : 3;
}

class Page {
  public:
    explicit Page(const HtmlReport& report)
        : report_(report), tree_(report_tree(report.usage)), now_(report.made_ns) {}

    std::string text() const {
        const std::map<std::string_view, std::function<std::string()>> parts = {
            {"POLICY", [] { return policy(); }},
            {"TITLE", [this] { return escape_html("Report on " + report_.root); }},
            {"STYLE", [] { return std::string(text_of(kStyle)); }},
            {"SCRIPT", [] { return std::string(text_of(kScript)); }},
            {"HEADER", [this] { return header(); }},
            {"FIGURES", [this] { return figures(); }},
            {"USERS", [this] { return users(); }},
            {"TABLES", [this] { return tables(); }},
            {"DATA", [this] { return data(); }},
        };
        std::string page;
        // Every second piece is the name of a marker; what is filled in is not looked at again.
        bool is_marker = false;
        for (const std::string_view piece : base::split(text_of(kPage), '@')) {
            page += is_marker ? parts.at(piece)() : std::string(piece);
            is_marker = !is_marker;
        }
        return page;
    }

  private:
    static std::string source_hash(std::string_view source) {
        return fmt::format("'sha256-{}'", base::to_base64(base::sha256(source)));
    }

    static std::string policy() {
        return fmt::format(
            "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
            source_hash(text_of(kScript)),
            source_hash(text_of(kStyle))
        );
    }

    std::string header() const {
        const std::string made = base::format_rfc3339(now_ / kSecondNs);
        const std::string title = tree_.bytes == 0
                                      ? "The store is empty"
                                      : fmt::format("{} in the store", size_text(tree_.bytes));
        std::string disk;
        if (report_.disk) {
            disk = fmt::format(
                "; {} of {} are free on this disk",
                size_text(report_.disk->available),
                size_text(report_.disk->total)
            );
        }
        return fmt::format(
            "<h1>{}</h1>\n<p><code>{}</code>{}</p>\n"
            "<p>As it was at <time datetime=\"{}\">{} {} UTC</time>; made by {}</p>",
            title,
            escape_html(report_.root),
            disk,
            made,
            made.substr(0, 10),
            made.substr(11, 5),
            escape_html(report_.program)
        );
    }

    // --- totals

    static std::string figure(
        std::string_view what, std::string_view value, std::string_view note
    ) {
        return fmt::format(
            "<div class=\"figure\"><div class=\"what\">{}</div><div class=\"value\">{}</div>"
            "<div class=\"note\">{}</div></div>\n",
            what,
            value,
            note
        );
    }

    std::string figure_of(const ReportNode& section) const {
        const std::map<std::string_view, std::pair<std::size_t, std::string_view>> counts = {
            {"environments", {report_.usage.bodies.size(), ""}},
            {"packages", {report_.usage.payloads.size(), "unpacked "}},
            {"files", {report_.usage.files.size(), ""}},
        };
        const auto [count, adjective] = counts.at(section.section);
        const std::string_view thing = section.section;
        return figure(
            fmt::format("<span class=\"dot s-{}\"></span>{}", section.section, section.name),
            size_text(section.bytes),
            fmt::format(
                "{} {}{}", count, adjective, count == 1 ? thing.substr(0, thing.size() - 1) : thing
            )
        );
    }

    struct InUse {
        std::size_t programs = 0;
        std::size_t environments = 0;
        std::uint64_t bytes = 0;
    };

    InUse in_use() const {
        InUse sum;
        std::set<std::int64_t> programs;
        std::size_t unseen = 0;
        for (const store::UsedBody& used : report_.usage.bodies) {
            if (!used.body.in_use) continue;
            sum.environments += 1;
            sum.bytes += used.body.bytes;
            unseen += used.body.users.empty() ? 1U : 0U;
            for (const store::User& user : used.body.users)
                programs.insert(user.pid);
        }
        sum.programs = programs.size() + unseen;
        return sum;
    }

    std::string figures() const {
        std::string text;
        for (const ReportNode& section : tree_.children)
            text += figure_of(section);
        const InUse use = in_use();
        text += figure(
            "In use now",
            use.programs == 0 ? "nothing" : count_text(use.programs, "program"),
            use.programs == 0
                ? "no program runs from the store"
                : fmt::format(
                      "{}, {}", count_text(use.environments, "environment"), size_text(use.bytes)
                  )
        );
        const std::set<std::string> kept = store::kept_by_clean(report_.usage);
        text += figure(
            "<code>cache clean</code> frees",
            size_text(store::bytes_freed_but_for(report_.usage, kept)),
            kept.empty() ? "everything goes"
                         : fmt::format("keeps {} in use", count_text(kept.size(), "environment"))
        );
        return text + prune_figure();
    }

    std::string prune_figure() const {
        std::set<std::string> gone;
        for (const store::Removal& removal : report_.prune)
            gone.insert(removal.name);
        return figure(
            "<code>cache prune</code> frees",
            size_text(store::bytes_freed(report_.usage, gone)),
            gone.empty() ? "everything is needed or new" : count_text(gone.size(), "thing")
        );
    }

    // --- who uses what

    static std::string shown_command(const std::string& command) {
        std::string text = net::redact(command);
        if (text.size() > kLongestCommand) {
            std::size_t end = kLongestCommand;
            while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
                --end;
            text = text.substr(0, end) + "...";
        }
        return escape_html(text);
    }

    static std::string user_row(
        const store::StoredBody& body,
        std::string_view pid,
        std::string_view command,
        std::string_view since
    ) {
        return fmt::format(
            "<tr><td data-is=\"Program\"><bdi>{}</bdi></td><td data-is=\"Process\" "
            "class=\"short\">{}</td>"
            "<td data-is=\"Command\"><bdi>{}</bdi></td><td data-is=\"Runs for\" class=\"short\">{}"
            "</td><td data-is=\"Environment\"><span>{}{}<span class=\"more mono\">{}</span></span>"
            "</td><td data-is=\"Holds\" class=\"number\">{}</td></tr>\n",
            escape_html(body.label.empty() ? body.id : body.label),
            pid,
            command,
            since,
            count_text(body.packages.size(), "package"),
            body.key.empty() ? ", goes when its programs end" : "",
            escape_html(body.id),
            size_text(body.bytes)
        );
    }

    static std::string user_rows(const store::StoredBody& body) {
        if (body.users.empty())
            return user_row(body, "(other)", "a program of another user or container", "");
        std::string rows;
        for (const store::User& user : body.users) {
            rows += user_row(
                body,
                fmt::format("{}", user.pid),
                fmt::format("<code>{}</code>", shown_command(user.command)),
                age_text(user.age_seconds)
            );
        }
        return rows;
    }

    std::string users() const {
        std::string rows;
        for (const store::UsedBody& used : report_.usage.bodies)
            if (used.body.in_use) rows += user_rows(used.body);
        if (rows.empty()) return "<p>No program runs from the store.</p>";
        return "<table class=\"users\"><thead><tr><th>Program</th><th>Process</th><th>Command</th>"
               "<th>Runs for</th><th>Environment</th><th class=\"number\">Holds</th></tr></thead>\n"
               "<tbody>\n" +
               rows + "</tbody></table>";
    }

    // --- everything

    std::string thing_row(const ReportNode& thing) const {
        const std::string idle = idle_text(thing.last_used_ns, now_);
        return fmt::format(
            "<tr><td><bdi>{}</bdi>{}<bdi class=\"more\">{}</bdi></td><td class=\"short\">{}</td>"
            "<td class=\"number\">{}</td></tr>\n",
            escape_html(thing.name),
            thing.in_use ? " <span class=\"tag\">in use</span>" : "",
            escape_html(thing.detail),
            idle.empty() ? "" : idle + " ago",
            size_text(thing.bytes)
        );
    }

    std::string tables() const {
        std::string text =
            "<noscript><p>The map of what takes space needs JavaScript; these tables have "
            "the same.</p></noscript>\n";
        for (const ReportNode& section : tree_.children) {
            std::string rows;
            for (const ReportNode* thing : things_of(section))
                rows += thing_row(*thing);
            if (rows.empty()) continue;
            text += fmt::format(
                "<details><summary>{}<span class=\"note\">{}</span></summary>\n"
                "<table class=\"things\"><thead><tr><th>Name</th><th>Last used</th>"
                "<th class=\"number\">Size</th></tr></thead>\n<tbody>\n{}</tbody></table></details>"
                "\n",
                section.name,
                size_text(section.bytes),
                rows
            );
        }
        return tree_.bytes == 0 ? "<p>Nothing is stored yet.</p>" : text;
    }

    // --- the map's data

    void write_node(codec::JsonWriter& json, const ReportNode& node) const {
        json.begin_object();
        if (!node.section.empty()) json.key("section").string(node.section);
        json.key("name").string(node.name);
        json.key("detail").string(node.detail);
        json.key("bytes").integer(static_cast<std::int64_t>(node.bytes));
        json.key("age").string(idle_text(node.last_used_ns, now_));
        json.key("old").integer(oldness(node.last_used_ns, now_));
        if (node.in_use) json.key("used").boolean(true);
        if (!node.children.empty()) {
            json.key("children").begin_array();
            for (const ReportNode& child : node.children)
                write_node(json, child);
            json.end_array();
        }
        json.end_object();
    }

    std::string data() const {
        codec::JsonWriter json;
        write_node(json, tree_);
        return escape_json_for_html(json.take());
    }

    const HtmlReport& report_;
    ReportNode tree_;
    std::int64_t now_;
};

}  // namespace

std::string escape_html(std::string_view text) {
    const bool is_valid = base::is_valid_utf8(text);
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '"')
            escaped += "&quot;";
        else if (c == '\'')
            escaped += "&#39;";
        else if (byte < 0x20U || byte == 0x7FU)
            escaped += ' ';
        else if (byte >= 0x80U && !is_valid)
            escaped += "\xef\xbf\xbd";
        else
            escaped += c;
    }
    return escaped;
}

std::string escape_json_for_html(std::string_view json) {
    std::string escaped;
    escaped.reserve(json.size());
    for (const char c : json) {
        if (c == '<' || c == '>' || c == '&')
            escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        else
            escaped += c;
    }
    return escaped;
}

std::string html_report(const HtmlReport& report) {
    return Page(report).text();
}

}  // namespace cli
