#include "pep/version.h"

#include "pep/version_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <utility>

namespace pep {

// The packed form, most significant first, so that comparing integers compares versions:
//
//     high_   release[0]:26  release[1]:19  release[2]:19
//     low_    release[3]:26  rank:3  number:22  dev:10  length:3
//
// `rank` is what follows the release numbers. `number` is the one that belongs to it: of the
// dev-release, the pre-release or the post-release. `dev` is for a dev part behind a pre- or
// post-release; all ones if there is none, as such a version comes after those that have one.
// `length` is how many release numbers were written, 1 to 7; those past the fourth are zero. It
// takes no part in comparisons.

namespace {

enum Rank : std::uint64_t {
    kDevRank = 1,
    kAlphaRank = 2,  // the other kinds of pre-release follow
    kFinalRank = 5,
    kPostRank = 6,
    kAboveRank = 7,
};

constexpr std::uint64_t kNone = ~std::uint64_t{0};  // no number of a version is this large
constexpr std::size_t kPackedNumbers = 4;
constexpr std::size_t kPackedLength = 7;

struct Field {
    unsigned shift;
    unsigned bits;

    constexpr std::uint64_t limit() const { return (std::uint64_t{1} << bits) - 1; }

    constexpr std::uint64_t of(std::uint64_t word) const { return (word >> shift) & limit(); }
};

constexpr std::array<Field, kPackedNumbers> kReleaseFields{{{38, 26}, {19, 19}, {0, 19}, {38, 26}}};
constexpr Field kRank{35, 3};
constexpr Field kNumber{13, 22};
constexpr Field kDev{3, 10};
constexpr Field kLength{0, 3};
constexpr std::uint64_t kNoDev = kDev.limit();

static_assert(kRank.shift + kRank.bits == kReleaseFields[3].shift);

std::uint64_t rank_of(const VersionParts& parts) {
    if (parts.pre) return kAlphaRank + static_cast<std::uint64_t>(parts.pre->kind);
    if (parts.post) return kPostRank;
    return parts.dev ? kDevRank : kFinalRank;
}

}  // namespace

struct Version::Block {
    VersionParts parts;
    bool is_above_posts = false;
    mutable std::atomic<std::uint32_t> references{1};

    Block(VersionParts the_parts, bool above)
        : parts(std::move(the_parts)), is_above_posts(above) {}

    Block(Block&& other) noexcept
        : parts(std::move(other.parts)), is_above_posts(other.is_above_posts) {}
};

struct Version::Packed {
    std::uint64_t high = 0;
    std::uint64_t low = 0;  // without the length
    std::size_t length = 0;
};

// What is compared after epoch and release, in this order.
struct Version::Keys {
    std::uint64_t rank = kFinalRank;
    std::uint64_t pre = 0;
    std::uint64_t post = 0;     // one more than the number; 0 for none, which comes first
    std::uint64_t dev = kNone;  // kNone for none, which comes last

    auto operator<=>(const Keys&) const = default;
};

std::optional<Version::Packed> Version::pack(const Block& block) {
    const VersionParts& parts = block.parts;
    if (parts.epoch != 0 || !parts.local.empty() || (parts.pre && parts.post)) return std::nullopt;
    Packed packed{.length = parts.release.size()};
    for (std::size_t i = 0; i < parts.release.size(); ++i) {
        const std::uint64_t number = parts.release[i];
        if (number == 0) continue;
        if (i >= kPackedNumbers || number > kReleaseFields[i].limit()) return std::nullopt;
        (i < 3 ? packed.high : packed.low) |= number << kReleaseFields[i].shift;
    }
    const std::uint64_t rank = block.is_above_posts ? std::uint64_t{kAboveRank} : rank_of(parts);
    std::uint64_t number = 0;
    std::uint64_t dev = kNoDev;
    if (rank == kDevRank) {
        number = *parts.dev;
    } else {
        if (parts.pre) number = parts.pre->number;
        if (parts.post) number = *parts.post;
        if (parts.dev) {
            if (*parts.dev >= kNoDev) return std::nullopt;
            dev = *parts.dev;
        }
    }
    if (number > kNumber.limit()) return std::nullopt;
    packed.low |= rank << kRank.shift | number << kNumber.shift | dev << kDev.shift;
    return packed;
}

Version Version::from_block(Block block) {
    const std::optional<Packed> packed = pack(block);
    if (packed && packed->length <= kPackedLength)
        return {packed->high, packed->low | packed->length};
    auto* shared = new Block(std::move(block));
    return {std::bit_cast<std::uintptr_t>(shared), 0};
}

Version Version::from_parts(VersionParts parts) {
    return from_block(Block(std::move(parts), false));
}

Version Version::from_release(std::vector<std::uint64_t> release) {
    return from_parts({.release = std::move(release)});
}

Version Version::above_all_posts_of(const Version& version) {
    return from_block(
        Block({.epoch = version.epoch(), .release = version.release().to_vector()}, true)
    );
}

const Version::Block* Version::block() const noexcept {
    return std::bit_cast<const Block*>(high_);
}

void Version::retain() const noexcept {
    block()->references.fetch_add(1, std::memory_order_relaxed);
}

void Version::release_block() noexcept {
    if (block()->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete block();
}

base::Result<VersionPattern> Version::parse_pattern(std::string_view text) {
    PlainRelease plain;
    if (plain.read(text)) {
        const std::span<const std::uint64_t> numbers = plain.numbers();
        bool fits = true;
        std::array<std::uint64_t, 2> words{0, (kFinalRank << kRank.shift) | (kNoDev << kDev.shift)};
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            fits = fits && numbers[i] <= (i < kPackedNumbers ? kReleaseFields[i].limit() : 0);
            if (fits && i < kPackedNumbers) words[i / 3] |= numbers[i] << kReleaseFields[i].shift;
        }
        if (fits) return VersionPattern{Version(words[0], words[1] | numbers.size()), false};
    }
    ParsedVersion parsed = TRY(parse_version_text(text));
    return VersionPattern{from_parts(std::move(parsed.parts)), parsed.is_wildcard};
}

base::Result<Version> Version::parse(std::string_view text) {
    VersionPattern pattern = TRY(parse_pattern(text));
    if (pattern.is_wildcard) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format("`{}` is not a version: `.*` stands only behind `==` and `!=`", text)
        );
    }
    return std::move(pattern.version);
}

std::size_t Version::release_size() const noexcept {
    return is_shared() ? block()->parts.release.size() : static_cast<std::size_t>(kLength.of(low_));
}

std::uint64_t Version::release_number(std::size_t position) const noexcept {
    if (is_shared()) return block()->parts.release[position];
    if (position >= kPackedNumbers) return 0;
    return kReleaseFields[position].of(position < 3 ? high_ : low_);
}

std::uint64_t Version::epoch() const {
    return is_shared() ? block()->parts.epoch : 0;
}

Version::Release Version::release() const {
    return Release(*this);
}

std::optional<PreRelease> Version::pre() const {
    if (is_shared()) return block()->parts.pre;
    const std::uint64_t rank = kRank.of(low_);
    if (rank < kAlphaRank || rank >= kFinalRank) return std::nullopt;
    return PreRelease{static_cast<PreReleaseKind>(rank - kAlphaRank), kNumber.of(low_)};
}

std::optional<std::uint64_t> Version::post() const {
    if (is_shared()) return block()->parts.post;
    return kRank.of(low_) == kPostRank ? std::optional(kNumber.of(low_)) : std::nullopt;
}

std::optional<std::uint64_t> Version::dev() const {
    if (is_shared()) return block()->parts.dev;
    if (kRank.of(low_) == kDevRank) return kNumber.of(low_);
    return kDev.of(low_) == kNoDev ? std::nullopt : std::optional(kDev.of(low_));
}

std::span<const LocalSegment> Version::local() const {
    return is_shared() ? std::span<const LocalSegment>(block()->parts.local)
                       : std::span<const LocalSegment>();
}

bool Version::is_prerelease() const {
    if (is_shared()) return block()->parts.pre || block()->parts.dev;
    return kRank.of(low_) < kFinalRank || kDev.of(low_) != kNoDev;
}

bool Version::is_postrelease() const {
    return post().has_value();
}

bool Version::is_development() const {
    return dev().has_value();
}

bool Version::is_local() const {
    return !local().empty();
}

bool Version::is_above_all_posts() const {
    return is_shared() ? block()->is_above_posts : kRank.of(low_) == kAboveRank;
}

VersionParts Version::parts() const {
    if (is_shared()) return block()->parts;
    return {.release = release().to_vector(), .pre = pre(), .post = post(), .dev = dev()};
}

Version Version::without_local() const {
    if (!is_local()) return *this;
    VersionParts rest = parts();
    rest.local.clear();
    return from_parts(std::move(rest));
}

Version Version::only_release() const {
    return from_parts({.epoch = epoch(), .release = release().to_vector()});
}

std::string Version::local_text() const {
    std::string text;
    for (const LocalSegment& segment : local()) {
        if (!text.empty()) text += '.';
        if (const auto* number = std::get_if<std::uint64_t>(&segment)) {
            text += std::to_string(*number);
        } else {
            text += std::get<std::string>(segment);
        }
    }
    return text;
}

std::string Version::to_string() const {
    static constexpr std::array<std::string_view, 3> kLabels{"a", "b", "rc"};
    std::string text;
    auto out = std::back_inserter(text);
    if (epoch() != 0) fmt::format_to(out, "{}!", epoch());
    const std::size_t size = release_size();
    for (std::size_t i = 0; i < size; ++i) {
        if (i != 0) text += '.';
        fmt::format_to(out, "{}", release_number(i));
    }
    if (const auto part = pre()) {
        fmt::format_to(out, "{}{}", kLabels[static_cast<std::size_t>(part->kind)], part->number);
    }
    if (const auto number = post()) fmt::format_to(out, ".post{}", *number);
    if (const auto number = dev()) fmt::format_to(out, ".dev{}", *number);
    if (is_above_all_posts()) text += ".post*";
    if (is_local()) text += '+' + local_text();
    return text;
}

Version::Keys Version::keys() const noexcept {
    if (is_above_all_posts()) return {.rank = kAboveRank};
    const auto pre_part = pre();
    const auto post_part = post();
    const auto dev_part = dev();
    Keys keys;
    if (pre_part) {
        keys.rank = kAlphaRank + static_cast<std::uint64_t>(pre_part->kind);
        keys.pre = pre_part->number;
    } else if (post_part) {
        keys.rank = kPostRank;
    } else if (dev_part) {
        keys.rank = kDevRank;
    }
    if (post_part) keys.post = *post_part + 1;
    if (dev_part) keys.dev = *dev_part;
    return keys;
}

std::strong_ordering Version::compare_slowly(const Version& other) const noexcept {
    if (const auto order = epoch() <=> other.epoch(); order != 0) return order;
    const Release ours = release();
    const Release theirs = other.release();
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
        if (const auto order = ours[i] <=> theirs[i]; order != 0) return order;
    }
    if (const auto order = keys() <=> other.keys(); order != 0) return order;
    const auto our_local = local();
    const auto their_local = other.local();
    // The variant's own order is the right one: strings before numbers.
    return std::lexicographical_compare_three_way(
        our_local.begin(), our_local.end(), their_local.begin(), their_local.end()
    );
}

std::size_t Version::hash() const noexcept {
    const auto mix = [](std::uint64_t seed, std::uint64_t value) {
        seed = (seed ^ value) * 0x9e3779b97f4a7c15U;
        return seed ^ (seed >> 32U);
    };
    if (!is_shared()) return mix(mix(0, high_), order_low());
    // Trailing zeroes may be all that keeps a version from being packed; `1.0` has the hash of its
    // equals.
    if (const auto packed = pack(*block())) return mix(mix(0, packed->high), packed->low);
    std::uint64_t seed = epoch();
    std::size_t size = release_size();
    while (size > 1 && release_number(size - 1) == 0)
        --size;
    for (std::size_t i = 0; i < size; ++i)
        seed = mix(seed, release_number(i));
    const Keys suffix = keys();
    for (const std::uint64_t key : {suffix.rank, suffix.pre, suffix.post, suffix.dev})
        seed = mix(seed, key);
    for (const LocalSegment& segment : local())
        seed = mix(seed, std::hash<LocalSegment>()(segment));
    return seed;
}

}  // namespace pep
