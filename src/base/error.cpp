#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace base {

Error& Error::operator=(Error&& other) noexcept {
    if (this == &other) return *this;
    kind_ = other.kind_;
    message_ = std::move(other.message_);
    causes_ = std::move(other.causes_);
    hints_ = std::move(other.hints_);
    return *this;
}

Error&& Error::hint(std::string text) && {
    hints_.push_back(std::move(text));
    return std::move(*this);
}

Error&& Error::context(std::string message) && {
    causes_.insert(causes_.begin(), std::move(message_));
    message_ = std::move(message);
    return std::move(*this);
}

Error&& Error::with_kind(ErrorKind kind) && {
    kind_ = kind;
    return std::move(*this);
}

Error&& Error::cause(std::string text) && {
    causes_.push_back(std::move(text));
    return std::move(*this);
}

std::string Error::flat() const {
    std::string text = message_;
    for (const std::string& cause : causes_) {
        text += ": ";
        text += cause;
    }
    return text;
}

std::string errno_text(int error_number) {
    char buffer[128];
    return strerror_r(error_number, buffer, sizeof buffer);
}

Error errno_error(int error_number, std::string message) {
    const bool absent = error_number == ENOENT || error_number == ENOTDIR;
    Error error(absent ? ErrorKind::NotFound : ErrorKind::Io, std::move(message));
    return std::move(error).cause(errno_text(error_number));
}

}  // namespace base
