#include "install/script.h"

#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace install {

namespace {

// What Linux reads of a script's first line was 127 bytes until 5.1, and is still as little
// elsewhere.
constexpr std::size_t kLongestShebang = 127;

// As one word of the shell.
std::string shell_quoted(std::string_view text) {
    return fmt::format("'{}'", base::replace_all(text, "'", R"('\'')"));
}

// For the shell: run nothing, then become Python. For Python: a string that nobody uses.
std::string detour(std::string_view interpreter_word) {
    return fmt::format(
        "#!/bin/sh\n\"\"\":\"\nexec {} \"$0\" \"$@\"\n\" \"\"\"\n", interpreter_word
    );
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "", "3", "3.12", "3.13t", "2.7".
bool is_version_suffix(std::string_view text) {
    if (text.ends_with('t') || text.ends_with('d')) text.remove_suffix(1);
    return std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_interpreter_name(std::string_view name) {
    constexpr std::array<std::string_view, 6> kStems = {
        "pythonw", "python", "pypyw", "pypy", "graalpyw", "graalpy"
    };
    return std::ranges::any_of(kStems, [&](std::string_view stem) {
        return name.starts_with(stem) && is_version_suffix(name.substr(stem.size()));
    });
}

bool is_activator_name(std::string_view name) {
    return name == "activate" || name.starts_with("activate.") || name == "activate_this.py" ||
           name == "deactivate" || name.starts_with("deactivate.") || name == "pydoc.bat";
}

}  // namespace

std::string shebang_of(const TargetLayout& target) {
    if (target.portability == python::Portability::Relocatable) {
        const std::string name = shell_quoted(base::file_name(target.python));
        return detour(R"sh("$(dirname -- "$(realpath -- "$0")")"/)sh" + name);
    }
    const bool has_space = target.python.find_first_of(" \t\n") != std::string::npos;
    std::string line = "#!" + target.python;
    if (has_space || line.size() > kLongestShebang) return detour(shell_quoted(target.python));
    return line += '\n';
}

std::string entry_point_script(
    const TargetLayout& target, std::string_view module, std::string_view attribute
) {
    constexpr std::string_view kBody = R"(# -*- coding: utf-8 -*-
import sys

from {module} import {name}

if __name__ == "__main__":
    for ending in ("-script.pyw", ".exe"):
        if sys.argv[0].endswith(ending):
            sys.argv[0] = sys.argv[0][: -len(ending)]
            break
    sys.exit({attribute}())
)";
    return shebang_of(target) + fmt::format(
                                    kBody,
                                    fmt::arg("module", module),
                                    fmt::arg("name", attribute.substr(0, attribute.find('.'))),
                                    fmt::arg("attribute", attribute)
                                );
}

bool asks_for_python(std::string_view first_bytes) {
    constexpr std::string_view kMark = "#!python";
    if (!first_bytes.starts_with(kMark)) return false;
    std::string_view rest = first_bytes.substr(kMark.size());
    if (rest.starts_with('w')) rest.remove_prefix(1);
    return rest.empty() || rest.find_first_of(" \t\r\n") == 0;
}

std::string with_shebang(const TargetLayout& target, std::string_view script) {
    const std::size_t line_end = script.find('\n');
    const std::string_view body =
        line_end == std::string_view::npos ? std::string_view() : script.substr(line_end + 1);
    return shebang_of(target).append(body);
}

bool is_reserved_program(std::string_view name) {
    const std::string lower = base::to_lower(name);
    std::string_view stem = lower;
    if (stem.ends_with(".exe")) stem.remove_suffix(4);
    return is_interpreter_name(stem) || is_activator_name(lower);
}

bool is_versioned_pip(std::string_view name) {
    constexpr std::string_view kPrefix = "pip3.";
    if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return false;
    return std::ranges::all_of(name.substr(kPrefix.size()), is_digit);
}

}  // namespace install
