// What reaches the two standard streams. One Printer per process decides colour, quietness and
// wrapping once, and renders errors in the one shape they have everywhere:
//
//     error: <message>
//       cause: <nearest cause>
//     <blank line>
//     hint: <what to do>
//
// Colour follows ../spec/surface output-forms section 5. Writing to a closed standard output ends
// the process quietly (SIGPIPE is left at its default while adder itself prints).
#pragma once

#include "base/error.h"
#include "cli/parser.h"
#include "cli/variables.h"

#include <string>
#include <string_view>

namespace cli {

enum class Verbosity { Silent, Quiet, Normal, Debug, Trace };

enum class Stream { Output, Error };

enum class IfTerminal { Never, Ask, Always };

struct PrinterOptions {
    Verbosity verbosity = Verbosity::Normal;
    IfTerminal color = IfTerminal::Never;
    IfTerminal progress = IfTerminal::Never;  // bars may be drawn on standard error
};

// The options from flags and variables. What the streams are is only asked when something is printed.
PrinterOptions printer_options(const Invocation& invocation, const Variables& variables);

enum class Style { Bold, Dim, Italic, Red, Green, Yellow, Cyan, BoldRed, BoldYellow, BoldCyan };

class Printer {
  public:
    explicit Printer(PrinterOptions options) : options_(options) {}

    const PrinterOptions& options() const { return options_; }

    // Answers: lists, paths, JSON. Kept by -q, gone with -qq.
    void output(std::string_view text) const;
    // Summaries, changes and progress lines. Gone with -q.
    void note(std::string_view line) const;
    void warning(std::string_view text) const;
    void error(const base::Error& error) const;
    void debug(std::string_view line) const;

    std::string styled(Stream stream, Style style, std::string_view text) const;
    bool has_color(Stream stream) const;
    bool has_progress() const;

  private:
    PrinterOptions options_;
};

// Wrong use of the command line; knows fewer rules of colour and is printed even with -qq.
void print_usage_error(const UsageError& error, const Variables& variables);

// Writes all of it or, when the stream is gone, ends the process as SIGPIPE would.
void write_stream(Stream stream, std::string_view text);

}  // namespace cli
