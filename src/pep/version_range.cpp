#include "pep/version_range.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace pep {

// What a specifier means as a set. [V: from just below V; V]: up to just above it.
//
//     ==V  (no local)       [V, V's local versions]
//     ==V+l  ===V           {V}
//     !=                    the complement of ==
//     ==V.*                 [V.dev0, (V with its last number + 1).dev0)
//     ~=V                   [V, (V without its last number, the new last + 1).dev0)
//     <V   V pre or dev     everything below V
//     <V   otherwise        everything below V.dev0
//     <=V                   up to V's local versions
//     >V   V has dev        from V with dev + 1
//     >V   V post           from above V's local versions
//     >V   otherwise        from above V's post-releases
//     >=V                   from V
//
// Places that no version names are put where the least version above them is, so that every set
// has one representation: above V's local versions is below V with dev + 1, or post + 1 and dev0,
// or post0.dev0; above the post-releases of 1.0a1 is below 1.0a2.dev0. Only above the
// post-releases of a final release, between 1.0.post9 and 1.0.0.1, there is no least version; that
// place keeps a value of its own.

namespace {

Version first_of(VersionParts parts) {
    parts.dev = 0;
    return Version::from_parts(std::move(parts));
}

// The least version above `version` and its local versions.
Version after_locals(const Version& version) {
    VersionParts parts = version.parts();
    parts.local.clear();
    if (parts.dev) {
        ++*parts.dev;
        return Version::from_parts(std::move(parts));
    }
    parts.post = parts.post ? *parts.post + 1 : 0;
    return first_of(std::move(parts));
}

// The first version of the next release after those that begin with these numbers.
Version after_prefix(std::uint64_t epoch, std::vector<std::uint64_t> prefix) {
    ++prefix.back();
    return first_of({.epoch = epoch, .release = std::move(prefix)});
}

// The smallest version there is, `0.dev0`: nothing can lie below it.
bool is_first(const Version& version) {
    return version == first_of({});
}

}  // namespace

struct VersionRange::Interval {
    std::optional<Cut> lower;  // nullopt: unbounded
    std::optional<Cut> upper;
};

VersionRange::Cut VersionRange::above_locals(const Version& version) {
    return below_cut(after_locals(version));
}

VersionRange::Cut VersionRange::above_posts(const Version& version) {
    if (const std::optional<PreRelease> pre = version.pre()) {
        VersionParts next{
            .epoch = version.epoch(), .release = version.release().to_vector(), .pre = pre
        };
        ++next.pre->number;
        return below_cut(first_of(std::move(next)));
    }
    return above_cut(Version::above_all_posts_of(version));
}

// Cuts come in ascending order. Two at one place cancel out, and one below everything only flips
// the start.
void VersionRange::append(Cut cut) {
    if (!cuts_.empty() && cuts_.back() == cut) {
        cuts_.pop_back();
    } else if (cuts_.empty() && cut.side == Side::Below && is_first(cut.version)) {
        begins_inside_ = !begins_inside_;
    } else {
        cuts_.push_back(std::move(cut));
    }
}

VersionRange VersionRange::from_cut(Cut lower) {
    VersionRange range;
    range.append(std::move(lower));
    return range;
}

VersionRange VersionRange::up_to_cut(Cut upper) {
    VersionRange range = full();
    range.append(std::move(upper));
    return range;
}

VersionRange VersionRange::between(Cut lower, Cut upper) {
    VersionRange range = from_cut(std::move(lower));
    range.append(std::move(upper));
    return range;
}

VersionRange VersionRange::full() {
    VersionRange range;
    range.begins_inside_ = true;
    return range;
}

VersionRange VersionRange::empty() {
    return {};
}

VersionRange VersionRange::singleton(const Version& version) {
    return between(below_cut(version), above_cut(version));
}

VersionRange VersionRange::at_least(const Version& version) {
    return from_cut(below_cut(version));
}

VersionRange VersionRange::at_most(const Version& version) {
    return up_to_cut(above_cut(version));
}

VersionRange VersionRange::above(const Version& version) {
    return from_cut(above_cut(version));
}

VersionRange VersionRange::below(const Version& version) {
    return up_to_cut(below_cut(version));
}

VersionRange VersionRange::from(const Specifier& specifier) {
    const Version& version = specifier.version();
    switch (specifier.op()) {
        case Operator::Equal:
            if (specifier.is_wildcard()) {
                return between(
                    below_cut(first_of(version.parts())),
                    below_cut(after_prefix(version.epoch(), version.release().to_vector()))
                );
            }
            if (version.is_local()) return singleton(version);
            return between(below_cut(version), above_locals(version));
        case Operator::NotEqual: {
            const auto wildcard =
                specifier.is_wildcard() ? Specifier::Wildcard::Yes : Specifier::Wildcard::No;
            return from(*Specifier::create(Operator::Equal, version, wildcard)).complement();
        }
        case Operator::ArbitraryEqual:
            return singleton(version);
        case Operator::Compatible: {
            std::vector<std::uint64_t> prefix = version.release().to_vector();
            prefix.pop_back();
            return between(
                below_cut(version), below_cut(after_prefix(version.epoch(), std::move(prefix)))
            );
        }
        case Operator::Less:
            return up_to_cut(
                below_cut(version.is_prerelease() ? version : first_of(version.parts()))
            );
        case Operator::LessEqual:
            return up_to_cut(above_locals(version));
        case Operator::Greater:
            if (version.is_development() || version.is_postrelease())
                return from_cut(above_locals(version));
            return from_cut(above_posts(version));
        case Operator::GreaterEqual:
            return at_least(version);
    }
    std::unreachable();
}

VersionRange VersionRange::from(const Specifiers& specifiers) {
    VersionRange range = full();
    for (const Specifier& specifier : specifiers.items())
        range = range.intersection(from(specifier));
    return range;
}

// Walks the cuts of both in order; `combine` says from being inside of a and of b whether the
// result is inside.
template <class Combine>
VersionRange VersionRange::merge(const VersionRange& a, const VersionRange& b, Combine combine) {
    bool in_a = a.begins_inside_;
    bool in_b = b.begins_inside_;
    VersionRange result;
    result.begins_inside_ = combine(in_a, in_b);
    bool inside = result.begins_inside_;
    result.cuts_.reserve(a.cuts_.size() + b.cuts_.size());
    auto next_a = a.cuts_.begin();
    auto next_b = b.cuts_.begin();
    while (next_a != a.cuts_.end() || next_b != b.cuts_.end()) {
        std::strong_ordering order = next_a == a.cuts_.end()   ? std::strong_ordering::greater
                                     : next_b == b.cuts_.end() ? std::strong_ordering::less
                                                               : *next_a <=> *next_b;
        const Cut& cut = order <= 0 ? *next_a : *next_b;
        if (order <= 0) {
            in_a = !in_a;
            ++next_a;
        }
        if (order >= 0) {
            in_b = !in_b;
            ++next_b;
        }
        if (combine(in_a, in_b) != inside) {
            inside = !inside;
            result.cuts_.push_back(cut);
        }
    }
    return result;
}

VersionRange VersionRange::intersection(const VersionRange& other) const {
    return merge(*this, other, std::logical_and<>());
}

VersionRange VersionRange::union_with(const VersionRange& other) const {
    return merge(*this, other, std::logical_or<>());
}

VersionRange VersionRange::complement() const {
    VersionRange result = *this;
    result.begins_inside_ = !begins_inside_;
    return result;
}

bool VersionRange::contains(const Version& version) const {
    const auto is_at_or_below = [&](const Cut& cut) {
        return cut.side == Side::Below ? cut.version <= version : cut.version < version;
    };
    const auto passed = std::ranges::partition_point(cuts_, is_at_or_below) - cuts_.begin();
    return begins_inside_ != (passed % 2 != 0);
}

bool VersionRange::is_disjoint(const VersionRange& other) const {
    return intersection(other).is_empty();
}

bool VersionRange::is_subset_of(const VersionRange& other) const {
    return merge(
               *this, other, [](bool in_this, bool in_other) { return in_this && !in_other; }
    ).is_empty();
}

std::vector<VersionRange::Interval> VersionRange::intervals() const {
    std::vector<Interval> all;
    if (begins_inside_) all.push_back({});
    bool inside = begins_inside_;
    for (const Cut& cut : cuts_) {
        if (inside) {
            all.back().upper = cut;
        } else {
            all.push_back({.lower = cut, .upper = std::nullopt});
        }
        inside = !inside;
    }
    return all;
}

bool VersionRange::is_singletons() const {
    if (is_empty()) return false;
    return std::ranges::all_of(intervals(), [](const Interval& interval) {
        if (!interval.lower || !interval.upper || interval.lower->side == Side::Above) return false;
        const Version& version = interval.lower->version;
        return *interval.upper == above_cut(version) || *interval.upper == above_locals(version);
    });
}

VersionRange VersionRange::simplify(std::span<const Version> sorted) const {
    const std::vector<Interval> all = intervals();
    VersionRange result;
    const Interval* open = nullptr;  // that of the versions just before
    auto interval = all.begin();
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const Version& version = sorted[i];
        while (interval != all.end() && interval->upper &&
               (interval->upper->side == Side::Below ? interval->upper->version <= version
                                                     : interval->upper->version < version)) {
            ++interval;
        }
        if (contains(version)) {
            const bool begins = open == nullptr;
            open = &*interval;
            if (!begins) continue;
            if (i == 0 || !interval->lower) {
                result.begins_inside_ = true;
            } else {
                result.cuts_.push_back(*interval->lower);
            }
        } else if (open != nullptr) {
            result.cuts_.push_back(*open->upper);
            open = nullptr;
        }
    }
    return result.is_empty() ? *this : result;
}

namespace {

// V.post3.dev0 is where V.post2 and its local versions end, and V.post0.dev0 where V's do.
std::optional<Version> ended_by(const Version& version) {
    VersionParts parts = version.parts();
    if (!parts.post || parts.dev != 0) return std::nullopt;
    parts.dev.reset();
    if (*parts.post == 0) {
        parts.post.reset();
    } else {
        --*parts.post;
    }
    return Version::from_parts(std::move(parts));
}

// 2.dev0 is where everything below 2 ends, its pre-releases left out.
bool is_first_of_final(const Version& version) {
    return version.dev() == 0 && !version.is_postrelease() && !version.pre() &&
           !version.is_above_all_posts();
}

std::string text_of_lower(const Version& version, bool is_above) {
    if (version.is_above_all_posts()) return ">" + version.only_release().to_string();
    if (is_above) return ">" + version.to_string();
    if (const auto ended = ended_by(version)) return ">" + ended->to_string();
    return ">=" + version.to_string();
}

std::string text_of_upper(const Version& version, bool is_above) {
    if (is_above) return "<=" + version.to_string();
    if (const auto ended = ended_by(version)) return "<=" + ended->to_string();
    if (is_first_of_final(version)) return "<" + version.only_release().to_string();
    return "<" + version.to_string();
}

}  // namespace

std::string VersionRange::text_of_interval(const Interval& interval) {
    const auto& [lower, upper] = interval;
    if (lower && upper && lower->side == Side::Below) {
        const bool is_one =
            *upper == above_cut(lower->version) || *upper == above_locals(lower->version);
        if (is_one) return "==" + lower->version.to_string();
        if (is_first_of_final(lower->version)) {
            const Version prefix = lower->version.only_release();
            if (*upper == below_cut(after_prefix(prefix.epoch(), prefix.release().to_vector()))) {
                return "==" + prefix.to_string() + ".*";
            }
        }
    }
    std::string text;
    if (lower) text = text_of_lower(lower->version, lower->side == Side::Above);
    if (lower && upper) text += ", ";
    if (upper) text += text_of_upper(upper->version, upper->side == Side::Above);
    return text;
}

std::string VersionRange::to_string() const {
    if (is_full()) return "*";
    if (is_empty()) return "none";
    const std::vector<Interval> all = intervals();
    std::string text;
    for (std::size_t i = 0; i < all.size();) {
        // Intervals with only single versions missing between them are one, with `!=` for each.
        Interval joined = all[i];
        std::string holes;
        while (++i < all.size()) {
            const std::string hole =
                text_of_interval({.lower = joined.upper, .upper = all[i].lower});
            if (!hole.starts_with("==")) break;
            holes += (holes.empty() ? "!" : ", !") + hole.substr(1);
            joined.upper = all[i].upper;
        }
        if (!text.empty()) text += " | ";
        if (joined.lower || joined.upper) text += text_of_interval(joined);
        if (!holes.empty() && !text.empty()) text += ", ";
        text += holes;
    }
    return text;
}

}  // namespace pep
