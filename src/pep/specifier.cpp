#include "pep/specifier.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pep {

namespace {

struct OperatorText {
    std::string_view text;
    Operator op;
};

// Longer ones before their beginnings.
constexpr std::array<OperatorText, 8> kOperators{{
    {"===", Operator::ArbitraryEqual},
    {"==", Operator::Equal},
    {"!=", Operator::NotEqual},
    {"~=", Operator::Compatible},
    {"<=", Operator::LessEqual},
    {">=", Operator::GreaterEqual},
    {"<", Operator::Less},
    {">", Operator::Greater},
}};

bool allows_local(Operator op) {
    return op == Operator::Equal || op == Operator::NotEqual || op == Operator::ArbitraryEqual;
}

// Whether the first `count` release numbers and the epoch agree; missing numbers are zero.
bool has_prefix(const Version& candidate, const Version& prefix, std::size_t count) {
    if (candidate.epoch() != prefix.epoch()) return false;
    for (std::size_t i = 0; i < count; ++i) {
        if (candidate.release()[i] != prefix.release()[i]) return false;
    }
    return true;
}

bool has_same_release(const Version& a, const Version& b) {
    return has_prefix(a, b, std::max(a.release().size(), b.release().size()));
}

// `<V` keeps out the pre-releases of V itself, unless V is one.
bool is_less(const Version& candidate, const Version& bound) {
    if (candidate >= bound) return false;
    if (bound.is_prerelease() || !candidate.is_prerelease()) return true;
    VersionParts first = bound.parts();
    first.dev = 0;
    return candidate < Version::from_parts(std::move(first));
}

// `>V` keeps out the post-releases of V itself, unless V is one.
bool is_greater(const Version& candidate, const Version& bound) {
    if (candidate.epoch() != bound.epoch()) return candidate.epoch() > bound.epoch();
    if (candidate.is_postrelease() && !bound.is_postrelease() &&
        has_same_release(candidate, bound)) {
        return false;
    }
    return candidate > bound;
}

}  // namespace

std::string_view text_of(Operator op) {
    return std::ranges::find(kOperators, op, &OperatorText::op)->text;
}

base::Result<Specifier> Specifier::create(Operator op, Version version, Wildcard wildcard) {
    const auto refuse = [&](std::string_view why) {
        const Specifier specifier(op, version, wildcard);
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format("`{}` is not a version specifier: {}", specifier.to_string(), why)
        );
    };
    if (wildcard == Wildcard::Yes && op != Operator::Equal && op != Operator::NotEqual) {
        return refuse("`.*` goes only with `==` and `!=`");
    }
    if (version.is_local() && !allows_local(op)) {
        return refuse("a local version goes only with `==`, `!=` and `===`");
    }
    if (op == Operator::Compatible && version.release().size() < 2) {
        return refuse("`~=` needs at least two release numbers");
    }
    return Specifier(op, std::move(version), wildcard);
}

base::Result<Specifier> Specifier::parse(std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    for (const OperatorText& candidate : kOperators) {
        if (!trimmed.starts_with(candidate.text)) continue;
        auto pattern = Version::parse_pattern(trimmed.substr(candidate.text.size()));
        if (!pattern) {
            return base::fail(std::move(pattern.error())
                                  .context(fmt::format("`{}` is not a version specifier", trimmed))
            );
        }
        return create(
            candidate.op,
            std::move(pattern->version),
            pattern->is_wildcard ? Wildcard::Yes : Wildcard::No
        );
    }
    base::Error error(
        base::ErrorKind::Invalid,
        fmt::format("`{}` is not a version specifier: it does not begin with an operator", trimmed)
    );
    if (Version::parse_pattern(trimmed)) {
        return base::fail(
            std::move(error).hint(fmt::format("for this very version write `=={}`", trimmed))
        );
    }
    return base::fail(std::move(error));
}

bool Specifier::contains(const Version& candidate) const {
    if (candidate.is_local() && !version_.is_local()) return contains(candidate.without_local());
    const std::size_t size = version_.release().size();
    switch (op_) {
        case Operator::Equal:
            return is_wildcard() ? has_prefix(candidate, version_, size) : candidate == version_;
        case Operator::NotEqual:
            return is_wildcard() ? !has_prefix(candidate, version_, size) : candidate != version_;
        case Operator::ArbitraryEqual:
            return candidate.to_string() == version_.to_string();
        case Operator::Compatible:
            return has_prefix(candidate, version_, size - 1) && candidate >= version_;
        case Operator::Less:
            return is_less(candidate, version_);
        case Operator::LessEqual:
            return candidate <= version_;
        case Operator::Greater:
            return is_greater(candidate, version_);
        case Operator::GreaterEqual:
            return candidate >= version_;
    }
    std::unreachable();
}

std::string Specifier::to_string() const {
    return fmt::format("{}{}{}", text_of(op_), version_.to_string(), is_wildcard() ? ".*" : "");
}

std::strong_ordering Specifier::operator<=>(const Specifier& other) const {
    if (const auto order = version_ <=> other.version_; order != 0) return order;
    if (const auto order = op_ <=> other.op_; order != 0) return order;
    return wildcard_ <=> other.wildcard_;
}

}  // namespace pep
