#include "ops/base_programs.h"

#include "base/file.h"
#include "base/text.h"
#include "install/script.h"

#include <fmt/core.h>

#include <algorithm>

namespace ops {

namespace {

// Larger files are no generated scripts.
constexpr std::uint64_t kLargestScript = 1U << 20U;

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return base::trim(line);
}

// Whether "/some/bin/python3" is a Python of the directory.
bool is_python_of(std::string_view path, std::string_view bin) {
    return base::parent_path(path) == bin && base::file_name(path).starts_with("python");
}

// Installers write a line of shell that is a string to Python, and close that string on the next
// line. The interpreter is named by its path or found beside the script.
std::string_view behind_detour(std::string_view rest, std::string_view bin) {
    constexpr int kLongestDetour = 2;
    for (int line_number = 0; line_number < kLongestDetour; ++line_number) {
        const std::string_view line = take_line(rest);
        if (!line.contains("exec")) continue;
        const bool ours =
            line.contains(fmt::format("{}/python", bin)) || line.contains("$(dirname -- ");
        const std::string_view close = take_line(rest);
        const bool closed = close == "' '''" || close == "\" \"\"\"";
        return ours && closed ? rest : std::string_view();
    }
    return {};
}

}  // namespace

std::string_view behind_shebang(std::string_view script, std::string_view bin) {
    std::string_view rest = script;
    const std::string_view first = take_line(rest);
    if (!first.starts_with("#!")) return {};
    const std::string_view program = base::trim(first.substr(2));
    if (is_python_of(program, bin)) return rest;
    return program == "/bin/sh" ? behind_detour(rest, bin) : std::string_view();
}

std::vector<BaseProgram> base_programs(const python::Interpreter& interpreter) {
    const std::string bin(base::parent_path(interpreter.executable));
    std::vector<BaseProgram> programs;
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(bin);
    if (!entries) return programs;
    for (const base::DirectoryEntry& entry : *entries) {
        if (install::is_reserved_program(entry.name)) continue;
        const std::string path = base::join_path(bin, entry.name);
        if (!base::is_executable_file(path)) continue;
        const base::Result<std::string> script = base::read_file(path, kLargestScript);
        if (!script) continue;
        const std::string_view text = behind_shebang(*script, bin);
        if (!text.empty()) programs.push_back({entry.name, std::string(text)});
    }
    std::ranges::sort(programs, {}, &BaseProgram::name);
    return programs;
}

}  // namespace ops
