#include "base/file.h"
#include "base/text.h"
#include "python/request.h"

#include <fmt/core.h>

#include <array>

namespace python {

namespace {

using base::Result;

struct Spelling {
    std::string_view written;
    std::string_view normal;
};

constexpr std::array<Spelling, 13> kSystems = {{
    {"linux", "linux"},
    {"macos", "macos"},
    {"darwin", "macos"},
    {"windows", "windows"},
    {"freebsd", "freebsd"},
    {"openbsd", "openbsd"},
    {"netbsd", "netbsd"},
    {"dragonfly", "dragonfly"},
    {"illumos", "illumos"},
    {"aix", "aix"},
    {"android", "android"},
    {"ios", "ios"},
    {"emscripten", "emscripten"},
}};
constexpr std::array<Spelling, 19> kArchitectures = {{
    {"x86_64", "x86_64"},
    {"amd64", "x86_64"},
    {"x86_64_v2", "x86_64_v2"},
    {"x86_64_v3", "x86_64_v3"},
    {"x86_64_v4", "x86_64_v4"},
    {"x86", "x86"},
    {"i686", "x86"},
    {"i386", "x86"},
    {"aarch64", "aarch64"},
    {"arm64", "aarch64"},
    {"armv7", "armv7"},
    {"armv7l", "armv7"},
    {"armv6l", "armv6l"},
    {"powerpc64le", "powerpc64le"},
    {"ppc64le", "powerpc64le"},
    {"s390x", "s390x"},
    {"riscv64", "riscv64"},
    {"loongarch64", "loongarch64"},
    {"wasm32", "wasm32"},
}};
constexpr std::array<Spelling, 5> kLibraries = {{
    {"gnu", "gnu"},
    {"gnueabi", "gnueabi"},
    {"gnueabihf", "gnueabihf"},
    {"musl", "musl"},
    {"none", "none"},
}};

template <std::size_t kCount>
bool take_spelling(
    const std::array<Spelling, kCount>& table, std::string_view written, std::string& normal
) {
    for (const Spelling& spelling : table) {
        if (!base::equals_ignoring_case(spelling.written, written)) continue;
        normal = spelling.normal;
        return true;
    }
    return false;
}

enum class KeyPart : std::uint8_t { Implementation, Version, System, Architecture, Library, End };

KeyPart after(KeyPart part) {
    return static_cast<KeyPart>(static_cast<unsigned>(part) + 1);
}

}  // namespace

class RequestParser {
  public:
    static Result<PythonRequest> parse(std::string_view text) {
        const std::string_view trimmed = base::trim(text);
        PythonRequest request;
        if (trimmed == "default") return request;
        if (trimmed == "any") {
            request.kind_ = PythonRequest::Kind::Any;
            return request;
        }
        if (TRY(take_version(trimmed, request))) return request;
        if (TRY(take_python(trimmed, request))) return request;
        if (TRY(take_implementation(trimmed, NameLength::Any, request))) return request;
        if (TRY(take_key(trimmed, request))) return request;
        take_path(text, request);
        return request;
    }

    static Result<std::optional<PythonRequest>> parse_tool(std::string_view text) {
        PythonRequest request;
        if (text == "python" || text == "pythonw") return request;
        if (text.ends_with("@latest") && names_python(text.substr(0, text.find('@')))) {
            return base::fail(
                base::Error(base::ErrorKind::Usage, "the newest Python cannot be asked for yet")
                    .hint("name a version, as in `python@3.12`")
            );
        }
        if (TRY(take_python(text, request))) return request;
        if (TRY(take_implementation(text, NameLength::LongOnly, request))) return request;
        const std::size_t at = text.find('@');
        if (at != std::string_view::npos && names_python(text.substr(0, at))) {
            return base::fail(
                base::ErrorKind::Usage,
                fmt::format("invalid version request: {}", text.substr(at + 1))
            );
        }
        return std::nullopt;
    }

  private:
    static bool names_python(std::string_view name) {
        return name == "python" || implementation_from_name(name, NameLength::LongOnly);
    }

    static Result<bool> take_version(std::string_view text, PythonRequest& request) {
        std::optional<VersionRequest> version = TRY(VersionRequest::parse(text));
        if (!version) return false;
        request.kind_ = PythonRequest::Kind::Versioned;
        request.version_ = std::move(*version);
        return true;
    }

    // "@3.12", "3.12" or ">=3.12" behind a name.
    static Result<bool> take_version_behind(std::string_view rest, PythonRequest& request) {
        return take_version(rest.starts_with('@') ? rest.substr(1) : rest, request);
    }

    // `python` alone is a program, and with a version a request for that version.
    static Result<bool> take_python(std::string_view text, PythonRequest& request) {
        constexpr std::string_view kName = "python";
        if (!base::starts_with_ignoring_case(text, kName)) return false;
        return take_version_behind(text.substr(kName.size()), request);
    }

    static Result<bool> take_implementation(
        std::string_view text, NameLength length, PythonRequest& request
    ) {
        const std::string_view name = text.substr(0, text.find_first_not_of(kLetters));
        const std::optional<Implementation> implementation = implementation_from_name(name, length);
        if (!implementation) return false;
        const std::string_view rest = text.substr(name.size());
        if (rest.empty()) {
            request.kind_ = PythonRequest::Kind::Versioned;
        } else if (!TRY(take_version_behind(rest, request))) {
            return false;
        }
        request.implementation_ = implementation;
        return true;
    }

    static Result<bool> take_key(std::string_view text, PythonRequest& request) {
        PythonRequest key;
        key.kind_ = PythonRequest::Kind::Versioned;
        KeyPart next = KeyPart::Implementation;
        for (const std::string_view written : base::split(text, '-')) {
            KeyPart part = next;
            if (written != "any") {
                while (part != KeyPart::End && !TRY(take_key_part(part, written, key))) {
                    part = after(part);
                }
            }
            if (part == KeyPart::End) return false;
            next = after(part);
        }
        // `any-any` asks for nothing.
        if (key.canonical().empty()) return false;
        request = std::move(key);
        return true;
    }

    static Result<bool> take_key_part(KeyPart part, std::string_view text, PythonRequest& key) {
        switch (part) {
            case KeyPart::Implementation:
                key.implementation_ = implementation_from_name(text);
                return key.implementation_.has_value();
            case KeyPart::Version:
                return take_version(text, key);
            case KeyPart::System:
                return take_spelling(kSystems, text, key.platform_.os);
            case KeyPart::Architecture:
                return take_spelling(kArchitectures, text, key.platform_.arch);
            case KeyPart::Library:
                return take_spelling(kLibraries, text, key.platform_.libc);
            case KeyPart::End:
                break;
        }
        return false;
    }

    static void take_path(std::string_view text, PythonRequest& request) {
        request.path_ = text;
        if (base::is_directory(request.path_)) {
            request.kind_ = PythonRequest::Kind::Directory;
        } else if (text.contains('/') || base::is_regular_file(request.path_)) {
            request.kind_ = PythonRequest::Kind::File;
        } else {
            request.kind_ = PythonRequest::Kind::Name;
        }
    }

    static constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
};

Result<PythonRequest> PythonRequest::parse(std::string_view text) {
    return RequestParser::parse(text);
}

Result<std::optional<PythonRequest>> parse_tool_python(std::string_view text) {
    return RequestParser::parse_tool(text);
}

}  // namespace python
