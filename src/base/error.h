// Error: what travels up when something fails.
//
// It is a value: a kind (selects exit code, retry and nothing else), one message that says what failed, the
// causes below it from near to far, and hints that say what to do. Nobody below `cli` renders it. A layer that
// knows more adds a context, which becomes the new message and pushes the old one down among the causes.
//
//     Result<Page> page = with_context(read_page(url), "reading the index page of `flask`");
//
// Texts start lower-case unless a name comes first, have no full stop, and quote user input in backticks.
// Secrets never get in: URLs are redacted (net::Url::display) before they are put into a message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

enum class ErrorKind {
    Failed,   // the request was understood and the answer is no (exit 1)
    Usage,    // the command line, a variable or a configuration file is wrong (exit 2)
    Invalid,  // input that cannot be parsed: a wheel, a page, a script block (exit 2 unless wrapped)
    NotFound,     // a file, interpreter, page or package that is not there
    Io,           // the operating system refused
    Network,      // no answer, or an answer that is no success
    Unsupported,  // valid, and not possible yet
    Interrupted,  // the user stopped us; never reported as an error (exit 130)
};

class Error {
  public:
    Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

    Error(const Error&) = default;
    Error(Error&&) noexcept = default;
    Error& operator=(const Error&) = default;
    // `error = std::move(error).hint(...)` assigns an error to itself, which must not empty it.
    Error& operator=(Error&& other) noexcept;
    ~Error() = default;

    ErrorKind kind() const { return kind_; }

    const std::string& message() const { return message_; }

    // From the nearest cause to the root.
    const std::vector<std::string>& causes() const { return causes_; }

    const std::vector<std::string>& hints() const { return hints_; }

    // Adds a hint: what the user can do. Returns itself so that it can be chained.
    Error&& hint(std::string text) &&;
    // Makes `message` the message and the present one its nearest cause.
    Error&& context(std::string message) &&;
    Error&& with_kind(ErrorKind kind) &&;
    Error&& cause(std::string text) &&;

    // Message and causes joined by ": ", for logs and tests.
    std::string flat() const;

  private:
    ErrorKind kind_;
    std::string message_;
    std::vector<std::string> causes_;
    std::vector<std::string> hints_;
};

// "message: No such file or directory" as an Error with a cause; kind NotFound for ENOENT and ENOTDIR, else Io.
Error errno_error(int error_number, std::string message);
// The operating system's text of an errno value.
std::string errno_text(int error_number);

}  // namespace base
