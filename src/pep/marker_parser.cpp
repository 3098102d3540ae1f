#include "pep/marker_parser.h"

#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <utility>

namespace pep {

namespace {

using NodePointer = std::shared_ptr<const MarkerNode>;

constexpr int kMaximalDepth = 100;

enum class Comparison : std::uint8_t { Operator, In, NotIn };

struct MarkerOperator {
    Comparison comparison = Comparison::Operator;
    Operator op = Operator::Equal;
    std::string_view text;  // as written
};

enum class OperandKind : std::uint8_t { Variable, Extra, List, Value };

struct Operand {
    OperandKind kind = OperandKind::Value;
    std::string_view text;  // of a value without its quotes
    MarkerVariable variable = nullptr;
    MarkerList list = MarkerList::Extras;
};

struct OperatorSpelling {
    std::string_view text;
    Operator op;
};

// Longer ones before their beginnings. `===` is not one of markers; it is here to be refused
// whole.
constexpr std::array<OperatorSpelling, 8> kOperators{{
    {"===", Operator::ArbitraryEqual},
    {"==", Operator::Equal},
    {"!=", Operator::NotEqual},
    {"~=", Operator::Compatible},
    {"<=", Operator::LessEqual},
    {">=", Operator::GreaterEqual},
    {"<", Operator::Less},
    {">", Operator::Greater},
}};

// `'3' < python_version` is `python_version > '3'`.
Operator mirrored(Operator op) {
    switch (op) {
        case Operator::Less:
            return Operator::Greater;
        case Operator::LessEqual:
            return Operator::GreaterEqual;
        case Operator::Greater:
            return Operator::Less;
        case Operator::GreaterEqual:
            return Operator::LessEqual;
        default:
            return op;
    }
}

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

Negation negation_if(bool negated) {
    return negated ? Negation::Yes : Negation::No;
}

NodePointer make_node(auto term) {
    return std::make_shared<const MarkerNode>(std::move(term));
}

// What never holds, in words that can be written.
NodePointer never() {
    return make_node(VersionTerm{
        &MarkerEnvironment::python_version,
        *Specifier::create(Operator::Less, Version()),
    });
}

class Parser {
  public:
    Parser(std::string_view text, MarkerSyntax syntax, Warnings* warnings)
        : text_(text), syntax_(syntax), warnings_(warnings) {}

    base::Result<NodePointer> run();

  private:
    base::Result<NodePointer> read_or(int depth);
    base::Result<NodePointer> read_and(int depth);
    base::Result<NodePointer> read_term(int depth);
    base::Result<NodePointer> read_comparison();
    base::Result<Operand> read_operand();
    base::Result<MarkerOperator> read_operator();
    std::string_view read_word();
    bool skip_word(std::string_view word);

    NodePointer compare(const Operand& left, const MarkerOperator& op, const Operand& right);
    NodePointer compare_version(
        MarkerVariable variable, const MarkerOperator& op, std::string_view value
    );
    NodePointer compare_version_list(
        MarkerVariable variable, const MarkerOperator& op, std::string_view value
    );
    NodePointer compare_string(
        MarkerVariable variable, const MarkerOperator& op, std::string_view value
    );
    NodePointer compare_extra(const MarkerOperator& op, std::string_view value);
    NodePointer compare_list(const Operand& list, const MarkerOperator& op, const Operand& value);
    // Leaves a comparison out.
    NodePointer drop(std::string_view why);

    void skip_blanks() {
        while (position_ < text_.size() && std::string_view(" \t\r\n").contains(text_[position_])) {
            ++position_;
        }
    }

    std::unexpected<base::Error> fail(std::string_view expected) const;

    void warn(std::string text) {
        if (warnings_ != nullptr) warnings_->push_back(std::move(text));
    }

    std::string_view text_;
    MarkerSyntax syntax_;
    Warnings* warnings_;
    std::size_t position_ = 0;
    std::size_t begin_of_comparison_ = 0;
};

std::unexpected<base::Error> Parser::fail(std::string_view expected) const {
    const std::string_view rest = text_.substr(position_);
    std::string where = rest.empty() ? std::string("its end")
                                     : fmt::format("`{}` (column {})", rest, position_ + 1);
    return base::fail(
        base::ErrorKind::Invalid,
        fmt::format("`{}` is not a marker: expected {} at {}", text_, expected, where)
    );
}

NodePointer Parser::drop(std::string_view why) {
    warn(fmt::format(
        "`{}` in the marker `{}` is ignored: {}",
        base::trim(text_.substr(begin_of_comparison_, position_ - begin_of_comparison_)),
        text_,
        why
    ));
    return nullptr;
}

base::Result<NodePointer> Parser::run() {
    NodePointer node = TRY(read_or(0));
    skip_blanks();
    if (position_ != text_.size()) return fail("`and`, `or` or the end");
    return node;
}

// What was left out takes no part in a junction; nothing is left of a junction of nothing else.
base::Result<NodePointer> Parser::read_or(int depth) {
    std::vector<NodePointer> operands;
    do {
        if (NodePointer operand = TRY(read_and(depth))) operands.push_back(std::move(operand));
    } while (skip_word("or"));
    return operands.empty() ? nullptr : join_markers(Junction::Or, std::move(operands));
}

base::Result<NodePointer> Parser::read_and(int depth) {
    std::vector<NodePointer> operands;
    do {
        if (NodePointer operand = TRY(read_term(depth))) operands.push_back(std::move(operand));
    } while (skip_word("and"));
    return operands.empty() ? nullptr : join_markers(Junction::And, std::move(operands));
}

base::Result<NodePointer> Parser::read_term(int depth) {
    skip_blanks();
    if (!text_.substr(position_).starts_with('(')) return read_comparison();
    if (depth >= kMaximalDepth) return fail("fewer parentheses");
    ++position_;
    NodePointer node = TRY(read_or(depth + 1));
    skip_blanks();
    if (!text_.substr(position_).starts_with(')')) return fail("`)`");
    ++position_;
    return node;
}

std::string_view Parser::read_word() {
    const std::size_t begin = position_;
    while (position_ < text_.size() && is_word_character(text_[position_]))
        ++position_;
    return text_.substr(begin, position_ - begin);
}

bool Parser::skip_word(std::string_view word) {
    skip_blanks();
    const std::size_t begin = position_;
    if (read_word() == word) return true;
    position_ = begin;
    return false;
}

base::Result<Operand> Parser::read_operand() {
    skip_blanks();
    const std::size_t begin = position_;
    if (begin < text_.size() && (text_[begin] == '\'' || text_[begin] == '"')) {
        const std::size_t end = text_.find(text_[begin], begin + 1);
        if (end == std::string_view::npos) return fail("a closing quote for what begins");
        position_ = end + 1;
        return Operand{.text = text_.substr(begin + 1, end - begin - 1)};
    }
    const std::string_view word = read_word();
    if (const VariableName* found = find_variable(word)) {
        if (found->name != word) {
            warn(fmt::format(
                "the marker `{}` uses `{}`, an old name of `{}`", text_, word, found->name
            ));
        }
        return Operand{.kind = OperandKind::Variable, .text = word, .variable = found->variable};
    }
    if (word == "extra") return Operand{.kind = OperandKind::Extra, .text = word};
    if (word == "extras") return Operand{.kind = OperandKind::List, .text = word};
    if (word == "dependency_groups") {
        return Operand{
            .kind = OperandKind::List, .text = word, .list = MarkerList::DependencyGroups
        };
    }
    const bool is_reserved = word == "and" || word == "or" || word == "in" || word == "not";
    if (syntax_ == MarkerSyntax::BareWords && !word.empty() && !is_reserved) {
        warn(fmt::format("the value `{}` in the marker `{}` should have quotes", word, text_));
        return Operand{.text = word};
    }
    position_ = begin;
    return fail("a quoted value or the name of a marker variable");
}

base::Result<MarkerOperator> Parser::read_operator() {
    skip_blanks();
    const std::size_t begin = position_;
    for (const OperatorSpelling& spelling : kOperators) {
        if (!text_.substr(begin).starts_with(spelling.text)) continue;
        if (spelling.op == Operator::ArbitraryEqual) return fail("another operator than `===`");
        position_ += spelling.text.size();
        return MarkerOperator{.op = spelling.op, .text = spelling.text};
    }
    if (skip_word("in")) return MarkerOperator{.comparison = Comparison::In, .text = "in"};
    if (skip_word("not") && skip_word("in")) {
        return MarkerOperator{.comparison = Comparison::NotIn, .text = "not in"};
    }
    position_ = begin;
    return fail("an operator such as `==` or `not in`");
}

base::Result<NodePointer> Parser::read_comparison() {
    begin_of_comparison_ = position_;
    const Operand left = TRY(read_operand());
    const MarkerOperator op = TRY(read_operator());
    const Operand right = TRY(read_operand());
    return compare(left, op, right);
}

NodePointer Parser::compare(const Operand& left, const MarkerOperator& op, const Operand& right) {
    if (right.kind == OperandKind::List || left.kind == OperandKind::List) {
        return compare_list(right, op, left);
    }
    const bool is_value_left = left.kind == OperandKind::Value;
    const bool is_value_right = right.kind == OperandKind::Value;
    if (is_value_left && is_value_right) return drop("it compares two values");
    if (!is_value_left && !is_value_right) return drop("it compares two variables");

    const Operand& subject = is_value_left ? right : left;
    const std::string_view value = is_value_left ? left.text : right.text;
    const bool is_membership = op.comparison != Comparison::Operator;
    if (subject.kind == OperandKind::Extra) {
        return is_membership ? drop("`extra` goes only with `==` and `!=`")
                             : compare_extra(op, value);
    }
    const MarkerVariable variable = subject.variable;
    if (is_membership) {
        const Negation negation = negation_if(op.comparison == Comparison::NotIn);
        if (is_value_left) {
            return make_node(
                ContainmentTerm{variable, Containment::InVariable, std::string(value), negation}
            );
        }
        if (is_version_variable(variable)) return compare_version_list(variable, op, value);
        return make_node(
            ContainmentTerm{variable, Containment::InValue, std::string(value), negation}
        );
    }
    MarkerOperator turned = op;
    if (is_value_left) turned.op = mirrored(op.op);
    return is_version_variable(variable) ? compare_version(variable, turned, value)
                                         : compare_string(variable, turned, value);
}

NodePointer Parser::compare_version(
    MarkerVariable variable, const MarkerOperator& op, std::string_view value
) {
    auto pattern = Version::parse_pattern(value);
    if (!pattern) return drop(fmt::format("`{}` is not a version", value));
    auto specifier = Specifier::create(
        op.op,
        pattern->version.only_release(),
        pattern->is_wildcard ? Specifier::Wildcard::Yes : Specifier::Wildcard::No
    );
    if (!specifier) return drop(specifier.error().message());
    return make_node(VersionTerm{variable, std::move(*specifier)});
}

NodePointer Parser::compare_version_list(
    MarkerVariable variable, const MarkerOperator& op, std::string_view value
) {
    VersionListTerm term{
        .variable = variable,
        .versions = {},
        .negation = negation_if(op.comparison == Comparison::NotIn),
    };
    for (const std::string_view part : base::split_whitespace(value)) {
        const auto version = Version::parse(part);
        if (!version) return drop(fmt::format("`{}` is not a version", part));
        term.versions.push_back(version->only_release());
    }
    return make_node(std::move(term));
}

NodePointer Parser::compare_string(
    MarkerVariable variable, const MarkerOperator& op, std::string_view value
) {
    if (op.op == Operator::Compatible) return drop("`~=` compares only versions");
    return make_node(StringTerm{variable, op.op, std::string(value)});
}

NodePointer Parser::compare_extra(const MarkerOperator& op, std::string_view value) {
    if (op.op != Operator::Equal && op.op != Operator::NotEqual) {
        return drop("`extra` goes only with `==` and `!=`");
    }
    auto extra = ExtraName::parse(value);
    if (!extra) {
        warn(fmt::format("`{}` in the marker `{}` is not the name of an extra", value, text_));
        return never();
    }
    return make_node(ExtraTerm{std::move(*extra), negation_if(op.op == Operator::NotEqual)});
}

NodePointer Parser::compare_list(
    const Operand& list, const MarkerOperator& op, const Operand& value
) {
    const bool is_possible = list.kind == OperandKind::List && value.kind == OperandKind::Value &&
                             op.comparison != Comparison::Operator;
    if (!is_possible) return drop("a list may stand only behind `in` and `not in`");
    auto name = ExtraName::parse(value.text);
    if (!name) {
        warn(fmt::format("`{}` in the marker `{}` is not the name of an extra", value.text, text_));
        return never();
    }
    return make_node(
        ListTerm{list.list, std::move(*name), negation_if(op.comparison == Comparison::NotIn)}
    );
}

}  // namespace

base::Result<NodePointer> parse_marker(
    std::string_view text, MarkerSyntax syntax, Warnings* warnings
) {
    return Parser(text, syntax, warnings).run();
}

}  // namespace pep
