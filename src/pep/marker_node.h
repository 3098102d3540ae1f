// The expression tree of a Marker: what marker_parser.cpp builds and marker.cpp evaluates and
// prints.
#pragma once

#include "pep/marker_environment.h"
#include "pep/name.h"
#include "pep/specifier.h"
#include "pep/version.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pep {

struct MarkerNode;

enum class Negation : std::uint8_t { No, Yes };

// A variable of the environment; the member of MarkerEnvironment that holds its value is its
// identity.
using MarkerVariable = std::string MarkerEnvironment::*;

// `python_version >= '3.8'`. The version has release numbers only.
struct VersionTerm {
    MarkerVariable variable;
    Specifier specifier;

    bool operator==(const VersionTerm&) const = default;
};

// `python_version in '3.8 3.9'`
struct VersionListTerm {
    MarkerVariable variable;
    std::vector<Version> versions;
    Negation negation = Negation::No;

    bool operator==(const VersionListTerm&) const = default;
};

// `os_name == 'posix'`. ~= and === do not occur.
struct StringTerm {
    MarkerVariable variable;
    Operator op = Operator::Equal;
    std::string value;

    bool operator==(const StringTerm&) const = default;
};

enum class Containment : std::uint8_t {
    InValue,     // sys_platform in 'linux darwin'
    InVariable,  // 'linux' in sys_platform
};

struct ContainmentTerm {
    MarkerVariable variable;
    Containment containment = Containment::InValue;
    std::string value;
    Negation negation = Negation::No;

    bool operator==(const ContainmentTerm&) const = default;
};

// `extra == 'test'`
struct ExtraTerm {
    ExtraName extra;
    Negation negation = Negation::No;

    bool operator==(const ExtraTerm&) const = default;
};

enum class MarkerList : std::uint8_t { Extras, DependencyGroups };

// `'test' in extras` (PEP 751)
struct ListTerm {
    MarkerList list = MarkerList::Extras;
    ExtraName value;
    Negation negation = Negation::No;

    bool operator==(const ListTerm&) const = default;
};

enum class Junction : std::uint8_t { And, Or };

// Two or more operands, none of them a junction of the same kind.
struct JunctionTerm {
    Junction junction = Junction::And;
    std::vector<std::shared_ptr<const MarkerNode>> operands;

    bool operator==(const JunctionTerm& other) const;
};

struct MarkerNode {
    std::variant<
        VersionTerm,
        VersionListTerm,
        StringTerm,
        ContainmentTerm,
        ExtraTerm,
        ListTerm,
        JunctionTerm>
        term;

    bool operator==(const MarkerNode&) const = default;
};

// The junction of trees that are not null, at least one. A junction of the same kind among them is
// taken apart into the new one; the junction of one tree is that tree.
std::shared_ptr<const MarkerNode> join_markers(
    Junction junction, std::vector<std::shared_ptr<const MarkerNode>> nodes
);

// Names as markers write them; `spelling` may be an old one.
struct VariableName {
    std::string_view spelling;
    MarkerVariable variable;
    std::string_view name;  // today's
};

// nullptr: no variable of the environment.
const VariableName* find_variable(std::string_view spelling);
std::string_view name_of(MarkerVariable variable);
bool is_version_variable(MarkerVariable variable);

}  // namespace pep
