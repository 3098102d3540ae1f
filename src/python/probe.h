// Asking an interpreter about itself by running it once, with a script of ours.
//
// The script runs isolated (`-I -B`: no user site, no variables, nothing written) and prints JSON.
// Nothing is remembered here; see facts.h.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace python {

// Errors: NotFound if there is no such file; Failed if it cannot be run, ends badly, says nothing
// within the time, or is older than Python 3.6; Invalid if what it says cannot be understood.
base::Result<Interpreter> probe_interpreter(const std::string& executable, std::int64_t timeout_ms);

// A cause of the error when somebody else ended the interpreter, twice: no fault of its own.
inline constexpr std::string_view kKilled = "it was killed from outside";

// What the script printed, as an Interpreter without its stamp. For tests and the fuzzer.
base::Result<Interpreter> parse_probe_output(std::string_view output);

}  // namespace python
