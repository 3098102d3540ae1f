// The Python implementations that can be asked for by name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace python {

enum class Implementation : std::uint8_t { CPython, PyPy, GraalPy, Pyodide };

std::span<const Implementation> all_implementations();
std::string_view name_of(Implementation implementation);   // "cpython": sys.implementation.name
std::string_view title_of(Implementation implementation);  // "CPython"

enum class NameLength : std::uint8_t { Any, LongOnly };

// Long and short names ("cpython", "cp"), any case.
std::optional<Implementation> implementation_from_name(
    std::string_view name, NameLength length = NameLength::Any
);

}  // namespace python
