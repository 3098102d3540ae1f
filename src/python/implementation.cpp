#include "python/implementation.h"

#include "base/text.h"

#include <array>

namespace python {

namespace {

struct Names {
    std::string_view name;
    std::string_view title;
    std::string_view short_name;  // empty: none
};

constexpr std::array<Implementation, 4> kAll = {
    Implementation::CPython, Implementation::PyPy, Implementation::GraalPy, Implementation::Pyodide
};
constexpr std::array<Names, 4> kNames = {{
    {"cpython", "CPython", "cp"},
    {"pypy", "PyPy", "pp"},
    {"graalpy", "GraalPy", "gp"},
    {"pyodide", "Pyodide", ""},
}};

const Names& names_of(Implementation implementation) {
    return kNames[static_cast<std::size_t>(implementation)];
}

}  // namespace

std::span<const Implementation> all_implementations() {
    return kAll;
}

std::string_view name_of(Implementation implementation) {
    return names_of(implementation).name;
}

std::string_view title_of(Implementation implementation) {
    return names_of(implementation).title;
}

std::optional<Implementation> implementation_from_name(std::string_view name, NameLength length) {
    for (const Implementation implementation : kAll) {
        const Names& names = names_of(implementation);
        if (base::equals_ignoring_case(name, names.name)) return implementation;
        const bool may_be_short = length == NameLength::Any && !names.short_name.empty();
        if (may_be_short && base::equals_ignoring_case(name, names.short_name)) {
            return implementation;
        }
    }
    return std::nullopt;
}

}  // namespace python
