#include "python/pin.h"

#include "base/file.h"
#include "base/text.h"
#include "base/trace.h"

#include <fmt/core.h>

#include <array>

namespace python {

namespace {

using base::Result;

constexpr std::string_view kVersionFile = ".python-version";
constexpr std::string_view kVersionsFile = ".python-versions";

Result<std::optional<PinFile>> pin_in(const std::string& directory, PinPreference preference) {
    std::array<std::string_view, 2> names = {kVersionFile, kVersionsFile};
    if (preference == PinPreference::Versions) std::swap(names[0], names[1]);
    for (const std::string_view name : names) {
        std::string path = base::join_path(directory, name);
        if (!base::is_regular_file(path)) continue;
        const std::optional<std::string> text = TRY(base::read_optional_file(path));
        if (text) return parse_pin_file(*text, std::move(path));
    }
    return std::nullopt;
}

}  // namespace

PinFile parse_pin_file(std::string_view text, std::string path) {
    PinFile pin{.path = std::move(path), .requests = {}, .ignored = {}};
    for (const std::string_view line : base::split_lines(text)) {
        const std::string_view written = base::trim(line);
        if (written.empty() || written.starts_with('#')) continue;
        Result<PythonRequest> request = PythonRequest::parse(written);
        if (request && request->kind() != PythonRequest::Kind::Name) {
            pin.requests.push_back(std::move(*request));
            continue;
        }
        base::trace([&] { return fmt::format("`{}` ignored in {}", written, pin.path); });
        pin.ignored.emplace_back(written);
    }
    return pin;
}

Result<std::optional<PinFile>> find_local_pin(const PinOptions& options) {
    for (std::string_view at = options.directory; !at.empty(); at = base::parent_path(at)) {
        std::optional<PinFile> pin = TRY(pin_in(std::string(at), options.preference));
        if (pin) return pin;
        if (at == "/" || at == options.stop_at) break;
    }
    return std::nullopt;
}

Result<std::optional<PinFile>> find_global_pin(const PinOptions& options) {
    if (options.config_directory.empty()) return std::nullopt;
    return pin_in(options.config_directory, options.preference);
}

Result<std::optional<PinFile>> find_pin(const PinOptions& options) {
    std::optional<PinFile> pin = TRY(find_local_pin(options));
    if (pin) return pin;
    return find_global_pin(options);
}

}  // namespace python
