// fault: runs a command and hurts it at its N-th system call.
//
//     fault [OPTION...] count -- COMMAND...
//     fault [OPTION...] kill N -- COMMAND...            SIGKILL for all that the command started
//     fault [OPTION...] kill-caller N -- COMMAND...     SIGKILL for the process that makes the call
//     fault [OPTION...] error N ERRNO -- COMMAND...     the call is not made and gives ERRNO
//
//     --list FILE      count: a line for every call: number, process, name, plausible errors, text
//     --from TEXT      the first call is the first whose text contains this
//     --skip TEXT      calls whose text contains this are not counted: --skip /proc/ for those that look at processes,
//                      of which there are more and fewer each time
//     --report FILE    what happened, as JSON
//     --timeout S      after that everything is killed and the report says "hang"
//
// Ends when the command and all its descendants have ended, with the exit code of the command, or 128 + the signal.
#include "tracer.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

void usage() {
    std::fputs(
        "usage: fault [--list FILE] [--from TEXT] [--skip TEXT] [--report FILE] [--timeout S] "
        "count|kill N|kill-caller N|error N ERRNO -- COMMAND...\n",
        stderr
    );
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + "\"";
}

std::string as_json(const fault::Report& report) {
    std::string out = "{\"calls\": " + std::to_string(report.calls);
    if (report.hit) {
        out += ", \"hit\": {\"number\": " + std::to_string(report.hit->number) +
               ", \"process\": " + std::to_string(report.hit->process) +
               ", \"call\": " + quoted(report.hit->text) + "}";
    }
    if (report.exit_code) out += ", \"exit\": " + std::to_string(*report.exit_code);
    out += ", \"signal\": " + std::to_string(report.signal);
    out += std::string(", \"hang\": ") + (report.has_hung ? "true" : "false") + ", \"crashes\": [";
    for (std::size_t index = 0; index < report.crashes.size(); ++index)
        out += (index == 0 ? "" : ", ") + quoted(report.crashes[index]);
    return out + "]}\n";
}

// The words before "--"; false: not understood.
bool parse(std::vector<std::string> words, fault::Options& options, std::string& report) {
    while (words.size() >= 2 && words[0].starts_with("--")) {
        if (words[0] == "--list")
            options.list = words[1];
        else if (words[0] == "--from")
            options.from = words[1];
        else if (words[0] == "--skip")
            options.skip = words[1];
        else if (words[0] == "--report")
            report = words[1];
        else if (words[0] == "--timeout")
            options.timeout_s = static_cast<unsigned>(std::atoi(words[1].c_str()));
        else
            return false;
        words.erase(words.begin(), words.begin() + 2);
    }
    if (words.size() == 1) return words[0] == "count";
    if (words.size() < 2) return false;
    options.at = std::strtoull(words[1].c_str(), nullptr, 10);
    if (words[0] == "error" && words.size() == 3) {
        options.action = fault::Action::Fail;
        options.error = fault::error_number(words[2]);
        return options.at > 0 && options.error != 0;
    }
    if (words[0] == "kill")
        options.action = fault::Action::KillTree;
    else if (words[0] == "kill-caller")
        options.action = fault::Action::KillCaller;
    else
        return false;
    return options.at > 0 && words.size() == 2;
}

}  // namespace

int main(int count, char** values) {
    std::vector<std::string> words;
    int index = 1;
    while (index < count && std::string_view(values[index]) != "--")
        words.emplace_back(values[index++]);
    fault::Options options;
    options.command.assign(values + (index < count ? index + 1 : count), values + count);
    std::string report_path;
    if (options.command.empty() || !parse(std::move(words), options, report_path)) {
        usage();
        return 2;
    }

    fault::Report report;
    fault::Tracer tracer(std::move(options));
    if (!tracer.run(report)) {
        std::fputs("fault: the command could not be started under ptrace\n", stderr);
        return 127;
    }
    if (!report_path.empty()) {
        std::FILE* file = std::fopen(report_path.c_str(), "we");
        if (file == nullptr) return 127;
        std::fputs(as_json(report).c_str(), file);
        std::fclose(file);
    }
    return report.exit_code.value_or(128 + report.signal);
}
