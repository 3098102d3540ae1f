#include "pep/marker_node.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pep {

namespace {

using Environment = MarkerEnvironment;

// Today's spelling of each variable before its old ones.
constexpr std::array<VariableName, 17> kVariables{{
    {"os_name", &Environment::os_name, "os_name"},
    {"sys_platform", &Environment::sys_platform, "sys_platform"},
    {"platform_machine", &Environment::platform_machine, "platform_machine"},
    {"platform_python_implementation",
     &Environment::platform_python_implementation,
     "platform_python_implementation"},
    {"platform_release", &Environment::platform_release, "platform_release"},
    {"platform_system", &Environment::platform_system, "platform_system"},
    {"platform_version", &Environment::platform_version, "platform_version"},
    {"python_version", &Environment::python_version, "python_version"},
    {"python_full_version", &Environment::python_full_version, "python_full_version"},
    {"implementation_name", &Environment::implementation_name, "implementation_name"},
    {"implementation_version", &Environment::implementation_version, "implementation_version"},
    {"os.name", &Environment::os_name, "os_name"},
    {"sys.platform", &Environment::sys_platform, "sys_platform"},
    {"platform.machine", &Environment::platform_machine, "platform_machine"},
    {"platform.version", &Environment::platform_version, "platform_version"},
    {"platform.python_implementation",
     &Environment::platform_python_implementation,
     "platform_python_implementation"},
    {"python_implementation",
     &Environment::platform_python_implementation,
     "platform_python_implementation"},
}};

}  // namespace

bool JunctionTerm::operator==(const JunctionTerm& other) const {
    return junction == other.junction &&
           std::ranges::equal(operands, other.operands, [](const auto& a, const auto& b) {
               return *a == *b;
           });
}

std::shared_ptr<const MarkerNode> join_markers(
    Junction junction, std::vector<std::shared_ptr<const MarkerNode>> nodes
) {
    if (nodes.size() == 1) return std::move(nodes.front());
    JunctionTerm joined{.junction = junction, .operands = {}};
    for (std::shared_ptr<const MarkerNode>& node : nodes) {
        const auto* same = std::get_if<JunctionTerm>(&node->term);
        if (same != nullptr && same->junction == junction) {
            joined.operands.insert(
                joined.operands.end(), same->operands.begin(), same->operands.end()
            );
        } else {
            joined.operands.push_back(std::move(node));
        }
    }
    return std::make_shared<const MarkerNode>(std::move(joined));
}

const VariableName* find_variable(std::string_view spelling) {
    const auto found = std::ranges::find(kVariables, spelling, &VariableName::spelling);
    return found == kVariables.end() ? nullptr : &*found;
}

std::string_view name_of(MarkerVariable variable) {
    return std::ranges::find(kVariables, variable, &VariableName::variable)->name;
}

bool is_version_variable(MarkerVariable variable) {
    return variable == &Environment::python_version ||
           variable == &Environment::python_full_version ||
           variable == &Environment::implementation_version;
}

}  // namespace pep
