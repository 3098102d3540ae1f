#include "pep/marker.h"

#include "pep/marker_node.h"
#include "pep/marker_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

// The release numbers of what an interpreter says its version is. Builds of their own say
// `3.13.0a0+`; of what is no version its longest beginning that is one counts, or else 0.
Version release_of(std::string_view text) {
    for (; !text.empty(); text.remove_suffix(1)) {
        if (const auto version = Version::parse(text)) return version->only_release();
    }
    return {};
}

class Evaluation {
  public:
    Evaluation(const MarkerEnvironment& environment, std::span<const ExtraName> extras)
        : environment_(environment), extras_(extras) {}

    bool holds(const MarkerNode& node) const {
        return std::visit([this](const auto& term) { return holds(term); }, node.term);
    }

  private:
    const std::string& value_of(MarkerVariable variable) const { return environment_.*variable; }

    bool is_active(const ExtraName& extra) const {
        return std::ranges::find(extras_, extra) != extras_.end();
    }

    bool holds(const VersionTerm& term) const;
    bool holds(const VersionListTerm& term) const;
    bool holds(const StringTerm& term) const;
    bool holds(const ContainmentTerm& term) const;
    bool holds(const ExtraTerm& term) const;
    bool holds(const ListTerm& term) const;
    bool holds(const JunctionTerm& term) const;

    const MarkerEnvironment& environment_;
    std::span<const ExtraName> extras_;
};

// `python_version` has two numbers; uv takes `!= '3.8.1.*'` for as impossible as `== '3.8.1.*'`,
// and so do we.
bool is_too_long_for_python_version(const VersionTerm& term) {
    if (term.variable != &MarkerEnvironment::python_version || !term.specifier.is_wildcard())
        return false;
    const std::vector<std::uint64_t> numbers = term.specifier.version().release().to_vector();
    return std::any_of(
        numbers.begin() + std::min<std::ptrdiff_t>(2, std::ssize(numbers)),
        numbers.end(),
        [](auto number) { return number != 0; }
    );
}

bool Evaluation::holds(const VersionTerm& term) const {
    if (is_too_long_for_python_version(term)) return false;
    return term.specifier.contains(release_of(value_of(term.variable)));
}

bool Evaluation::holds(const VersionListTerm& term) const {
    const Version version = release_of(value_of(term.variable));
    const bool is_listed = std::ranges::find(term.versions, version) != term.versions.end();
    return is_listed != (term.negation == Negation::Yes);
}

// Only releases and versions of platforms have an order; of other strings `<=` and `>=` mean
// equality.
bool Evaluation::holds(const StringTerm& term) const {
    const std::string& value = value_of(term.variable);
    const bool is_ordered = term.variable == &MarkerEnvironment::platform_release ||
                            term.variable == &MarkerEnvironment::platform_version;
    switch (term.op) {
        case Operator::NotEqual:
            return value != term.value;
        case Operator::Less:
            return is_ordered && value < term.value;
        case Operator::LessEqual:
            return value == term.value || (is_ordered && value < term.value);
        case Operator::Greater:
            return is_ordered && value > term.value;
        case Operator::GreaterEqual:
            return value == term.value || (is_ordered && value > term.value);
        default:
            return value == term.value;
    }
}

bool Evaluation::holds(const ContainmentTerm& term) const {
    const std::string& value = value_of(term.variable);
    const bool is_contained = term.containment == Containment::InValue ? term.value.contains(value)
                                                                       : value.contains(term.value);
    return is_contained != (term.negation == Negation::Yes);
}

bool Evaluation::holds(const ExtraTerm& term) const {
    return is_active(term.extra) != (term.negation == Negation::Yes);
}

bool Evaluation::holds(const ListTerm& term) const {
    const bool is_listed = term.list == MarkerList::Extras && is_active(term.value);
    return is_listed != (term.negation == Negation::Yes);
}

bool Evaluation::holds(const JunctionTerm& term) const {
    const auto operand_holds = [this](const auto& operand) { return holds(*operand); };
    return term.junction == Junction::And ? std::ranges::all_of(term.operands, operand_holds)
                                          : std::ranges::any_of(term.operands, operand_holds);
}

// There are no escapes, so a value never holds both kinds of quotes.
std::string quoted(std::string_view value) {
    const char quote = value.contains('\'') ? '"' : '\'';
    return fmt::format("{0}{1}{0}", quote, value);
}

std::string_view membership(Negation negation) {
    return negation == Negation::Yes ? "not in" : "in";
}

std::string text_of(const MarkerNode& node);

std::string text_of(const VersionTerm& term) {
    const Specifier& specifier = term.specifier;
    return fmt::format(
        "{} {} '{}{}'",
        name_of(term.variable),
        text_of(specifier.op()),
        specifier.version().to_string(),
        specifier.is_wildcard() ? ".*" : ""
    );
}

std::string text_of(const VersionListTerm& term) {
    std::string list;
    for (const Version& version : term.versions) {
        if (!list.empty()) list += ' ';
        list += version.to_string();
    }
    return fmt::format("{} {} '{}'", name_of(term.variable), membership(term.negation), list);
}

std::string text_of(const StringTerm& term) {
    return fmt::format("{} {} {}", name_of(term.variable), text_of(term.op), quoted(term.value));
}

std::string text_of(const ContainmentTerm& term) {
    const std::string_view name = name_of(term.variable);
    const std::string value = quoted(term.value);
    return term.containment == Containment::InValue
               ? fmt::format("{} {} {}", name, membership(term.negation), value)
               : fmt::format("{} {} {}", value, membership(term.negation), name);
}

std::string text_of(const ExtraTerm& term) {
    return fmt::format(
        "extra {} '{}'", term.negation == Negation::Yes ? "!=" : "==", term.extra.text()
    );
}

std::string text_of(const ListTerm& term) {
    const std::string_view list = term.list == MarkerList::Extras ? "extras" : "dependency_groups";
    return fmt::format("'{}' {} {}", term.value.text(), membership(term.negation), list);
}

std::string text_of(const JunctionTerm& term) {
    std::string text;
    for (const auto& operand : term.operands) {
        if (!text.empty()) text += term.junction == Junction::And ? " and " : " or ";
        const auto* inner = std::get_if<JunctionTerm>(&operand->term);
        const bool needs_parentheses = inner != nullptr && inner->junction == Junction::Or;
        text += needs_parentheses ? "(" + text_of(*operand) + ")" : text_of(*operand);
    }
    return text;
}

std::string text_of(const MarkerNode& node) {
    return std::visit([](const auto& term) { return text_of(term); }, node.term);
}

// Whether one of the terms satisfies `predicate`.
template <class Predicate>
bool any_term(const MarkerNode& node, const Predicate& predicate) {
    const auto* junction = std::get_if<JunctionTerm>(&node.term);
    if (junction == nullptr) return predicate(node);
    return std::ranges::any_of(junction->operands, [&](const auto& operand) {
        return any_term(*operand, predicate);
    });
}

}  // namespace

base::Result<Marker> Marker::parse(std::string_view text, Warnings* warnings) {
    return Marker(TRY(parse_marker(text, MarkerSyntax::Standard, warnings)));
}

base::Result<Marker> Marker::parse_lenient(std::string_view text, Warnings* warnings) {
    return Marker(TRY(parse_marker(text, MarkerSyntax::BareWords, warnings)));
}

Marker Marker::for_extra(const ExtraName& extra) {
    return Marker(std::make_shared<const MarkerNode>(ExtraTerm{extra, Negation::No}));
}

bool Marker::evaluate(const MarkerEnvironment& environment, std::span<const ExtraName> extras)
    const {
    return is_always() || Evaluation(environment, extras).holds(*root_);
}

Marker Marker::and_with(const Marker& other) const {
    if (is_always()) return other;
    if (other.is_always()) return *this;
    return Marker(join_markers(Junction::And, {root_, other.root_}));
}

Marker Marker::or_with(const Marker& other) const {
    if (is_always() || other.is_always()) return always();
    return Marker(join_markers(Junction::Or, {root_, other.root_}));
}

bool Marker::mentions_extra() const {
    return !is_always() && any_term(*root_, [](const MarkerNode& node) {
        return std::holds_alternative<ExtraTerm>(node.term);
    });
}

bool Marker::mentions_extra(const ExtraName& extra) const {
    return !is_always() && any_term(*root_, [&](const MarkerNode& node) {
        const auto* term = std::get_if<ExtraTerm>(&node.term);
        return term != nullptr && term->extra == extra && term->negation == Negation::No;
    });
}

std::string Marker::to_string() const {
    return is_always() ? std::string() : text_of(*root_);
}

bool Marker::operator==(const Marker& other) const {
    return root_ == other.root_ || (root_ && other.root_ && *root_ == *other.root_);
}

}  // namespace pep
