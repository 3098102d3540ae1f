#include "store/explain.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/evict.h"
#include "store/listing.h"
#include "store/units.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace store {

using base::Result;

namespace {

constexpr std::uint64_t kMemoLimit = 1U << 20U;

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

class Explainer {
  public:
    Explainer(const Layout& layout, LockKind kind, std::span<const std::string> names)
        : layout_(layout), kind_(kind), names_(names.begin(), names.end()) {}

    Result<Explanation> run(const Limits& limits) {
        const std::int64_t now = base::wall_clock_ns();
        survey_ = TRY(survey_units(layout_, kind_, now));
        TRY(read_groups());
        read_memos();
        rank(limits, now);
        std::vector<BodyEntry> bodies;
        std::ranges::copy_if(
            survey_.bodies,
            std::back_inserter(bodies),
            [&](const BodyEntry& body) { return is_meant(body); }
        );
        find_users(bodies, Depth::Everything);
        Explanation explanation;
        for (const BodyEntry& body : bodies)
            explanation.bodies.push_back(explain(body));
        for (const PayloadEntry& payload : survey_.payloads)
            if (names_.contains(payload.sha256) || names_.contains(payload.package))
                explanation.payloads.push_back(explain(payload));
        return explanation;
    }

  private:
    Result<void> read_groups() {
        for (const base::DirectoryEntry& entry : TRY(list_if_exists(layout_.groups()))) {
            if (std::optional<std::string> key =
                    TRY(read_link_text(layout_.groups() + "/" + entry.name)))
                groups_by_key_.emplace(std::move(*key), entry.name);
        }
        return {};
    }

    void read_memos() {
        const Result<std::vector<base::DirectoryEntry>> entries = list_if_exists(layout_.memos());
        if (!entries) return;
        for (const base::DirectoryEntry& entry : *entries) {
            Result<std::string> bytes =
                base::read_file(layout_.memos() + "/" + entry.name, kMemoLimit);
            if (bytes) memos_.emplace_back(entry.name, std::move(*bytes));
        }
    }

    void rank(const Limits& limits, std::int64_t now) {
        for (std::size_t i = 0; i < survey_.units.size(); ++i) {
            const Unit& unit = survey_.units[i];
            units_.emplace(unit.name, &unit);
            standings_[unit.name] = {.position = i + 1, .of = survey_.units.size(), .is_next = {}};
        }
        const std::optional<Disk> disk = measure_disk(layout_.root);
        if (!disk) return;
        const std::vector<Choice> choices = choose_units(
            survey_.units,
            {
                .used = survey_.bytes,
                .available = disk->available,
                .bounds = bounds_of(limits, *disk),
                .now_ns = now,
                .min_age_ns = automatic_min_age_ns(),
            }
        );
        for (const Choice& choice : choices)
            standings_[survey_.units[choice.unit].name].is_next = choice.reason;
    }

    bool is_meant(const BodyEntry& body) const {
        if (names_.contains(body.id)) return true;
        const auto is_named = [&](const std::string& name) { return names_.contains(name); };
        if (std::ranges::any_of(body.keys, is_named)) return true;
        if (!body.record) return false;
        return is_named(body.record->label) || std::ranges::any_of(body.record->packages, is_named);
    }

    // What a memo says is its writer's business; but a key is long and like nothing else.
    std::vector<std::string> memos_of(const BodyEntry& body) const {
        std::vector<std::string> names;
        for (const auto& [name, bytes] : memos_) {
            const bool leads_here = std::ranges::any_of(body.keys, [&](const std::string& key) {
                return bytes.contains(key);
            });
            if (leads_here) names.push_back(name);
        }
        return names;
    }

    ExplainedBody explain(const BodyEntry& entry) const {
        const Unit& unit = *units_.at(entry.id);
        ExplainedBody explained{
            .body = describe_body(entry),
            .own_bytes = unit.bytes,
            .keys = entry.keys,
            .groups = {},
            .memos = memos_of(entry),
            .layers = {},
            .standing = standings_.at(entry.id),
        };
        explained.body.in_use = explained.body.in_use || unit.is_in_use;
        for (const std::string& key : entry.keys) {
            const auto [first, last] = groups_by_key_.equal_range(key);
            for (auto group = first; group != last; ++group)
                explained.groups.push_back(group->second);
        }
        for (const BodyEntry& other : survey_.bodies)
            if (other.record && contains(other.record->parents, entry.id))
                explained.layers.push_back(other.id);
        explained.prune_takes =
            !explained.body.in_use && explained.groups.empty() && explained.layers.empty();
        return explained;
    }

    ExplainedPayload explain(const PayloadEntry& payload) const {
        ExplainedPayload explained{
            .sha256 = payload.sha256,
            .package = payload.package,
            .version = payload.version,
            .bytes = payload.bytes,
            .last_used_ns = payload.last_used_ns,
            .needed_by = {},
            .shared_by = {},
            .standing = standings_.at(payload.sha256),
        };
        for (const BodyEntry& body : survey_.bodies) {
            if (!body.record) continue;
            if (contains(body.record->payloads, payload.sha256))
                explained.needed_by.push_back(body.id);
            if (contains(body.record->source_payloads, payload.sha256))
                explained.shared_by.push_back(body.id);
        }
        return explained;
    }

    const Layout& layout_;
    LockKind kind_;
    std::set<std::string> names_;
    Survey survey_;
    std::multimap<std::string, std::string> groups_by_key_;
    std::vector<std::pair<std::string, std::string>> memos_;  // name, bytes
    std::map<std::string, const Unit*> units_;
    std::map<std::string, Standing> standings_;
};

}  // namespace

Result<Explanation> explain_names(
    const Layout& layout, LockKind kind, const Limits& limits, std::span<const std::string> names
) {
    return Explainer(layout, kind, names).run(limits);
}

}  // namespace store
