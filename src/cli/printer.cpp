#include "cli/printer.h"

#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <unistd.h>

namespace cli {

namespace {

int descriptor_of(Stream stream) {
    return stream == Stream::Output ? STDOUT_FILENO : STDERR_FILENO;
}

bool holds(IfTerminal condition, Stream stream) {
    if (condition != IfTerminal::Ask) return condition == IfTerminal::Always;
    return ::isatty(descriptor_of(stream)) == 1;
}

// The last four rules of the colour table; they need no option.
IfTerminal color_by_surroundings(const Variables& variables) {
    if (variables.find("CLICOLOR_FORCE")) return IfTerminal::Always;
    const bool is_plain = variables.find("CLICOLOR") == "0" || variables.find("TERM") == "dumb";
    return is_plain ? IfTerminal::Never : IfTerminal::Ask;
}

IfTerminal decide_color(const Invocation& invocation, const Variables& variables) {
    const std::optional<std::string> choice = invocation.value("--color");
    if (choice == "always") return IfTerminal::Always;
    if (choice == "never" || invocation.flag("--no-color")) return IfTerminal::Never;
    if (variables.find_filled("NO_COLOR")) return IfTerminal::Never;
    if (!choice && variables.find_filled("FORCE_COLOR")) return IfTerminal::Always;
    return color_by_surroundings(variables);
}

Verbosity decide_verbosity(const Invocation& invocation, const Variables& variables) {
    const int quiet = invocation.count("--quiet");
    if (quiet > 0) return quiet > 1 ? Verbosity::Silent : Verbosity::Quiet;
    const int verbose = invocation.count("--verbose");
    if (verbose > 0) return verbose > 1 ? Verbosity::Trace : Verbosity::Debug;
    const std::optional<std::string> filter = variables.find_filled("RUST_LOG");
    if (!filter) return Verbosity::Normal;
    if (filter->contains("trace")) return Verbosity::Trace;
    return filter->contains("debug") ? Verbosity::Debug : Verbosity::Normal;
}

struct Codes {
    std::string_view open;
    std::string_view close;
};

Codes codes_of(Style style) {
    switch (style) {
        case Style::Bold:
            return {"\x1b[1m", "\x1b[0m"};
        case Style::Dim:
            return {"\x1b[2m", "\x1b[0m"};
        case Style::Italic:
            return {"\x1b[3m", "\x1b[0m"};
        case Style::Red:
            return {"\x1b[31m", "\x1b[39m"};
        case Style::Green:
            return {"\x1b[32m", "\x1b[39m"};
        case Style::Yellow:
            return {"\x1b[33m", "\x1b[39m"};
        case Style::Cyan:
            return {"\x1b[36m", "\x1b[39m"};
        case Style::BoldRed:
            return {"\x1b[1m\x1b[31m", "\x1b[39m\x1b[0m"};
        case Style::BoldYellow:
            return {"\x1b[1m\x1b[33m", "\x1b[39m\x1b[0m"};
        case Style::BoldCyan:
            return {"\x1b[1m\x1b[36m", "\x1b[39m\x1b[0m"};
    }
    return {};
}

std::string paint(bool on, Style style, std::string_view text) {
    if (!on) return std::string(text);
    const Codes codes = codes_of(style);
    return fmt::format("{}{}{}", codes.open, text, codes.close);
}

// Text of several lines stands with its further lines under the first letter.
std::string hanging(std::string_view text, std::size_t indent) {
    return base::replace_all(text, "\n", "\n" + std::string(indent, ' '));
}

}  // namespace

PrinterOptions printer_options(const Invocation& invocation, const Variables& variables) {
    PrinterOptions options;
    options.verbosity = decide_verbosity(invocation, variables);
    options.color = decide_color(invocation, variables);
    const bool may_draw = options.verbosity == Verbosity::Normal &&
                          !invocation.flag("--no-progress") && !variables.find_filled("RUST_LOG") &&
                          variables.find("TERM") != "dumb";
    options.progress = may_draw ? IfTerminal::Ask : IfTerminal::Never;
    return options;
}

void write_stream(Stream stream, std::string_view text) {
    const base::Result<void> written = base::write_all(descriptor_of(stream), text);
    if (!written && stream == Stream::Output) ::_exit(141);
}

void Printer::output(std::string_view text) const {
    if (options_.verbosity != Verbosity::Silent) write_stream(Stream::Output, text);
}

void Printer::note(std::string_view line) const {
    if (options_.verbosity < Verbosity::Normal) return;
    write_stream(Stream::Error, fmt::format("{}\n", line));
}

void Printer::warning(std::string_view text) const {
    if (options_.verbosity < Verbosity::Normal) return;
    const std::string head = styled(Stream::Error, Style::BoldYellow, "warning");
    note(fmt::format("{}{} {}", head, styled(Stream::Error, Style::Bold, ":"), hanging(text, 9)));
}

void Printer::error(const base::Error& error) const {
    if (options_.verbosity == Verbosity::Silent || error.kind() == base::ErrorKind::Interrupted)
        return;
    const std::string colon = styled(Stream::Error, Style::Bold, ":");
    const std::string head = styled(Stream::Error, Style::BoldRed, "error");
    std::string text = fmt::format("{}{} {}\n", head, colon, error.message());
    for (const std::string& cause : error.causes()) {
        text += fmt::format(
            "  {}{} {}\n", styled(Stream::Error, Style::BoldRed, "cause"), colon, hanging(cause, 9)
        );
    }
    for (const std::string& hint : error.hints()) {
        text += fmt::format(
            "\n{}{} {}\n", styled(Stream::Error, Style::BoldCyan, "hint"), colon, hanging(hint, 6)
        );
    }
    write_stream(Stream::Error, text);
}

void Printer::debug(std::string_view line) const {
    if (options_.verbosity >= Verbosity::Debug)
        write_stream(Stream::Error, fmt::format("DEBUG {}\n", line));
}

std::string Printer::styled(Stream stream, Style style, std::string_view text) const {
    return paint(has_color(stream), style, text);
}

bool Printer::has_color(Stream stream) const {
    return holds(options_.color, stream);
}

bool Printer::has_progress() const {
    return holds(options_.progress, Stream::Error);
}

void print_usage_error(const UsageError& error, const Variables& variables) {
    const bool color = !variables.find_filled("NO_COLOR") &&
                       holds(color_by_surroundings(variables), Stream::Error);
    std::string text =
        fmt::format("{} {}\n", paint(color, Style::BoldRed, "error:"), error.message);
    for (const std::string& tip : error.tips) {
        text += fmt::format("\n  {} {}\n", paint(color, Style::Green, "tip:"), tip);
    }
    if (!base::trim(error.usage).empty())
        text += fmt::format("\n{} {}\n", paint(color, Style::Bold, "Usage:"), error.usage);
    text += "\nFor more information, try '--help'.\n";
    write_stream(Stream::Error, text);
}

}  // namespace cli
