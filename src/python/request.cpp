#include "python/request.h"

#include "pep/version_range.h"

#include <fmt/core.h>

namespace python {

namespace {

bool fits(const std::string& wanted, const std::string& actual) {
    return wanted.empty() || wanted == actual;
}

std::string or_any(const std::string& text) {
    return text.empty() ? "any" : text;
}

}  // namespace

PythonRequest PythonRequest::from_specifiers(pep::Specifiers specifiers) {
    PythonRequest request;
    request.version_ = VersionRequest::from_specifiers(std::move(specifiers));
    if (!request.version_.is_any()) request.kind_ = Kind::Versioned;
    return request;
}

bool PythonRequest::matches(const Interpreter& interpreter) const {
    if (kind_ == Kind::Default) return version_.allows_build(interpreter);
    if (kind_ != Kind::Versioned) return true;
    if (implementation_ && name_of(*implementation_) != interpreter.implementation_name) {
        return false;
    }
    return version_.matches(interpreter) && fits(platform_.os, interpreter.os) &&
           fits(platform_.arch, interpreter.arch) && fits(platform_.libc, interpreter.libc);
}

bool PythonRequest::is_disjoint_from(const pep::Specifiers& range) const {
    if (kind_ != Kind::Versioned) return false;
    return version_.range().is_disjoint(pep::VersionRange::from(range));
}

std::string PythonRequest::canonical() const {
    switch (kind_) {
        case Kind::Default:
            return "default";
        case Kind::Any:
            return "any";
        case Kind::File:
        case Kind::Directory:
        case Kind::Name:
            return path_;
        case Kind::Versioned:
            break;
    }
    std::string version = version_.to_string();
    std::string implementation(implementation_ ? name_of(*implementation_) : "");
    if (platform_ != PlatformRequest{}) {
        return fmt::format(
            "{}-{}-{}-{}-{}",
            or_any(implementation),
            or_any(version),
            or_any(platform_.os),
            or_any(platform_.arch),
            or_any(platform_.libc)
        );
    }
    if (implementation.empty()) return version;
    if (version.empty()) return implementation;
    return fmt::format("{}{}{}", implementation, version_.specifiers ? "" : "@", version);
}

std::string PythonRequest::describe() const {
    switch (kind_) {
        case Kind::Default:
            return "a default Python";
        case Kind::Any:
            return "any Python";
        case Kind::File:
            return fmt::format("path `{}`", path_);
        case Kind::Directory:
            return fmt::format("directory `{}`", path_);
        case Kind::Name:
            return fmt::format("executable name `{}`", path_);
        case Kind::Versioned:
            break;
    }
    if (platform_ != PlatformRequest{}) return canonical();
    const std::string_view title = implementation_ ? title_of(*implementation_) : "Python";
    const std::string version = version_.to_string();
    return version.empty() ? std::string(title) : fmt::format("{} {}", title, version);
}

}  // namespace python
