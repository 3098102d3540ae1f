#include "cli/report_contents.h"

#include "base/file.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

namespace cli {

namespace {

constexpr std::size_t kMostPackageNames = 8;
constexpr std::size_t kShownDigest = 16;

// A thing and the group it belongs to; "" for none.
struct Thing {
    std::string group;
    ReportNode node;
};

std::string_view group_of(store::BodyKind kind) {
    switch (kind) {
        case store::BodyKind::Script:
            return "Scripts";
        case store::BodyKind::Tool:
            return "Tools";
        case store::BodyKind::With:
            return "run --with";
        case store::BodyKind::Venv:
            return "Others";
    }
    return "Others";
}

std::string detail_of(const store::UsedBody& used) {
    const store::StoredBody& body = used.body;
    const std::size_t count = body.packages.size();
    const std::size_t shown = std::min(count, kMostPackageNames);
    std::string text =
        fmt::format("{}, {} package{}", store::name_of(body.kind), count, count == 1 ? "" : "s");
    if (shown > 0) text += ": " + base::join(std::span(body.packages).first(shown), ", ");
    if (shown < count) text += ", ...";
    if (body.bytes > used.own_bytes)
        text += fmt::format("; {} with what it shares", base::format_bytes(body.bytes));
    if (body.key.empty()) text += "; it goes when its programs end";
    return text;
}

Thing thing_of(const store::UsedBody& used) {
    const store::StoredBody& body = used.body;
    return {
        std::string(group_of(body.kind)),
        {
            .section = {},
            .name = body.label.empty() ? body.id : body.label,
            .detail = detail_of(used),
            .bytes = used.own_bytes,
            .last_used_ns = body.last_used_ns,
            .in_use = body.in_use,
            .children = {},
        },
    };
}

Thing thing_of(const store::PayloadEntry& payload) {
    const bool is_known = !payload.package.empty();
    return {
        payload.package,
        {
            .section = {},
            .name = is_known ? fmt::format("{} {}", payload.package, payload.version) : "unknown",
            .detail = "sha256 " + payload.sha256.substr(0, kShownDigest),
            .bytes = payload.bytes,
            .last_used_ns = payload.last_used_ns,
            .children = {},
        },
    };
}

Thing thing_of(const store::UsedFile& file) {
    const std::string place = fmt::format("{}/{}", file.bucket, file.path);
    return {
        file.bucket,
        {
            .section = {},
            .name = std::string(base::file_name(file.path)),
            .detail = std::string(base::parent_path(place)),
            .bytes = file.bytes,
            .last_used_ns = file.last_used_ns,
            .children = {},
        },
    };
}

void sort(std::vector<ReportNode>& nodes) {
    std::ranges::stable_sort(nodes, std::greater<>(), &ReportNode::bytes);
}

void adopt(ReportNode& parent, ReportNode child) {
    parent.bytes += child.bytes;
    parent.last_used_ns = std::max(parent.last_used_ns, child.last_used_ns);
    parent.in_use = parent.in_use || child.in_use;
    parent.children.push_back(std::move(child));
}

// Without children of its own: a page has to end somewhere.
ReportNode rest_of(std::span<const Thing> things) {
    ReportNode rest;
    for (const Thing& thing : things) {
        rest.bytes += thing.node.bytes;
        rest.last_used_ns = std::max(rest.last_used_ns, thing.node.last_used_ns);
        rest.in_use = rest.in_use || thing.node.in_use;
    }
    rest.name = fmt::format("{} smaller ones", things.size());
    return rest;
}

enum class LoneThings {
    Grouped,  // a group of one is a group
    Bare,     // it is no group
};

ReportNode section_of(std::string_view key, std::vector<Thing> things, LoneThings lone) {
    ReportNode section{.section = std::string(key), .name = {}, .detail = {}, .children = {}};
    std::ranges::stable_sort(things, std::greater<>(), [](const Thing& thing) {
        return thing.node.bytes;
    });
    if (things.size() > kMostThings) {
        adopt(section, rest_of(std::span(things).subspan(kMostThings)));
        things.resize(kMostThings);
    }
    std::map<std::string, ReportNode> groups;
    for (Thing& thing : things) {
        ReportNode& group = groups[thing.group];
        group.name = thing.group;
        adopt(group, std::move(thing.node));
    }
    for (auto& [name, group] : groups) {
        const bool is_bare = lone == LoneThings::Bare && group.children.size() == 1;
        ReportNode child = std::move(is_bare ? group.children.front() : group);
        adopt(section, std::move(child));
    }
    sort(section.children);
    return section;
}

template <class Part>
std::vector<Thing> things_from(const std::vector<Part>& parts) {
    std::vector<Thing> things;
    things.reserve(parts.size());
    for (const Part& part : parts)
        things.push_back(thing_of(part));
    return things;
}

void collect(const ReportNode& node, std::vector<const ReportNode*>& things) {
    for (const ReportNode& child : node.children) {
        if (child.children.empty())
            things.push_back(&child);
        else
            collect(child, things);
    }
}

}  // namespace

ReportNode report_tree(const store::StoreUsage& usage) {
    ReportNode root;
    root.name = "The store";
    ReportNode environments =
        section_of("environments", things_from(usage.bodies), LoneThings::Grouped);
    environments.name = "Environments";
    ReportNode packages = section_of("packages", things_from(usage.payloads), LoneThings::Bare);
    packages.name = "Packages";
    ReportNode files = section_of("files", things_from(usage.files), LoneThings::Grouped);
    files.name = "Cached files";
    adopt(root, std::move(environments));
    adopt(root, std::move(packages));
    adopt(root, std::move(files));
    sort(root.children);
    return root;
}

std::vector<const ReportNode*> things_of(const ReportNode& node) {
    std::vector<const ReportNode*> things;
    collect(node, things);
    std::ranges::stable_sort(things, std::greater<>(), &ReportNode::bytes);
    return things;
}

}  // namespace cli
