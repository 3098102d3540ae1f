// Version: a version of a distribution (PEP 440), as a small value.
//
// Order, equality and hash are those of PEP 440: `1.0` equals `1.0.0`, although each prints as it
// was written. One further place exists that no text can name, for the bounds of ranges: just
// above every post-release of a release (Version::above_all_posts_of).
//
// Nearly every version fits a packed form of 16 bytes, which is compared as two integers and
// copied without allocation; the rest (local versions, epochs, huge numbers, pre-releases with a
// post-release) lives in a shared immutable block. Both are the same type with the same meaning.
// Thread-safe like a built-in value.
#pragma once

#include "base/result.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pep {

enum class PreReleaseKind : std::uint8_t { Alpha, Beta, Candidate };

struct PreRelease {
    PreReleaseKind kind = PreReleaseKind::Alpha;
    std::uint64_t number = 0;

    auto operator<=>(const PreRelease&) const = default;
};

// One part of a local version: strings (lower case) sort before numbers.
using LocalSegment = std::variant<std::string, std::uint64_t>;

// The parts of a version, to take one apart or to build one.
struct VersionParts {
    std::uint64_t epoch = 0;
    std::vector<std::uint64_t> release = {0};  // at least one number
    std::optional<PreRelease> pre;
    std::optional<std::uint64_t> post;
    std::optional<std::uint64_t> dev;
    std::vector<LocalSegment> local;
};

// What Version::parse_pattern read: `1.2.*` is the version 1.2 with `is_wildcard`.
struct VersionPattern;

class Version {
  public:
    // Numbers outside the local part are smaller than this, so that "one more" always exists.
    static constexpr std::uint64_t kNumberLimit = ~std::uint64_t{0};

    class Release;

    // The version `0`.
    Version() noexcept : high_(0), low_(kZero) {}

    Version(const Version& other) noexcept : high_(other.high_), low_(other.low_) {
        if (is_shared()) retain();
    }

    Version(Version&& other) noexcept : high_(other.high_), low_(other.low_) { other.reset(); }

    Version& operator=(const Version& other) noexcept {
        Version copy(other);
        swap(copy);
        return *this;
    }

    Version& operator=(Version&& other) noexcept {
        swap(other);
        return *this;
    }

    ~Version() {
        if (is_shared()) release_block();
    }

    // Errors: Invalid, with what is wrong.
    static base::Result<Version> parse(std::string_view text);
    // A version, or release numbers followed by `.*`, as they stand behind `==` and `!=`.
    static base::Result<VersionPattern> parse_pattern(std::string_view text);
    static Version from_parts(VersionParts parts);
    static Version from_release(std::vector<std::uint64_t> release);

    // The place above every post-release (and local version) of the release that `version` belongs
    // to. It orders like a version; only VersionRange has a use for it.
    static Version above_all_posts_of(const Version& version);

    // The normal form, with as many release numbers as were given.
    std::string to_string() const;

    bool is_prerelease() const;  // has a pre or dev part
    bool is_postrelease() const;
    bool is_development() const;
    bool is_local() const;
    bool is_above_all_posts() const;

    std::uint64_t epoch() const;
    Release release() const;
    std::optional<PreRelease> pre() const;
    std::optional<std::uint64_t> post() const;
    std::optional<std::uint64_t> dev() const;
    std::span<const LocalSegment> local() const;  // valid while this version lives
    std::string local_text() const;               // "cu118.2", empty if there is none
    VersionParts parts() const;

    Version without_local() const;
    Version only_release() const;  // epoch and release numbers

    friend bool operator==(const Version& a, const Version& b) noexcept {
        if (!a.is_shared() && !b.is_shared()) {
            return a.high_ == b.high_ && a.order_low() == b.order_low();
        }
        return a.compare_slowly(b) == 0;
    }

    friend std::strong_ordering operator<=>(const Version& a, const Version& b) noexcept {
        if (!a.is_shared() && !b.is_shared()) {
            return a.high_ != b.high_ ? a.high_ <=> b.high_ : a.order_low() <=> b.order_low();
        }
        return a.compare_slowly(b);
    }

    std::size_t hash() const noexcept;

    void swap(Version& other) noexcept {
        std::swap(high_, other.high_);
        std::swap(low_, other.low_);
    }

  private:
    struct Block;
    struct Keys;
    struct Packed;

    // The lowest bits of low_ hold the number of release numbers as written; 0 marks the shared
    // form, in which high_ is the address of a Block.
    static constexpr std::uint64_t kLengthMask = 7;
    // low_ of the version `0`; the layout is described in version.cpp.
    static constexpr std::uint64_t kZero =
        (std::uint64_t{5} << 35U) | (std::uint64_t{1023} << 3U) | 1U;

    Version(std::uint64_t high, std::uint64_t low) noexcept : high_(high), low_(low) {}

    static Version from_block(Block block);
    static std::optional<Packed> pack(const Block& block);

    bool is_shared() const noexcept { return (low_ & kLengthMask) == 0; }

    std::uint64_t order_low() const noexcept { return low_ & ~kLengthMask; }

    void reset() noexcept {
        high_ = 0;
        low_ = kZero;
    }

    const Block* block() const noexcept;
    void retain() const noexcept;
    void release_block() noexcept;
    std::strong_ordering compare_slowly(const Version& other) const noexcept;
    Keys keys() const noexcept;
    std::size_t release_size() const noexcept;
    std::uint64_t release_number(std::size_t position) const noexcept;

    std::uint64_t high_;
    std::uint64_t low_;
};

// The release numbers of a version, read in place; valid while the version lives and is not
// changed.
class Version::Release {
  public:
    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::uint64_t;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = std::uint64_t;

        Iterator() = default;

        Iterator(const Version* version, std::size_t position)
            : version_(version), position_(position) {}

        std::uint64_t operator*() const { return version_->release_number(position_); }

        Iterator& operator++() {
            ++position_;
            return *this;
        }

        Iterator operator++(int) {
            Iterator before = *this;
            ++position_;
            return before;
        }

        bool operator==(const Iterator& other) const { return position_ == other.position_; }

      private:
        const Version* version_ = nullptr;
        std::size_t position_ = 0;
    };

    explicit Release(const Version& version) : version_(&version) {}

    std::size_t size() const { return version_->release_size(); }

    // 0 for a number that is not there, as in comparisons.
    std::uint64_t operator[](std::size_t position) const {
        return position < size() ? version_->release_number(position) : 0;
    }

    Iterator begin() const { return {version_, 0}; }

    Iterator end() const { return {version_, size()}; }

    std::vector<std::uint64_t> to_vector() const { return {begin(), end()}; }

  private:
    const Version* version_;
};

struct VersionPattern {
    Version version;
    bool is_wildcard = false;
};

}  // namespace pep

template <>
struct std::hash<pep::Version> {
    std::size_t operator()(const pep::Version& version) const noexcept { return version.hash(); }
};
