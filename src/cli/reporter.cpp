#include "cli/reporter.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

namespace cli {

namespace {

constexpr std::uint64_t kShownDownload = 1U << 20U;  // smaller files leave no line
constexpr std::int64_t kRedrawNs = 50'000'000;

std::string human(std::uint64_t bytes) {
    return base::format_bytes(bytes);
}

}  // namespace

// One overload for each event; the reporter's mutex is held.
struct Reporter::Render {
    Reporter& self;

    void operator()(const ops::Resolved& event) const {
        if (self.detail_ == Detail::Full)
            self.note(self.summary("Resolved", event.packages, event.nanoseconds));
    }

    void operator()(const ops::Prepared& event) const {
        if (self.detail_ == Detail::Full)
            self.note(self.summary("Prepared", event.packages, event.nanoseconds));
    }

    void operator()(const ops::Installed& event) const {
        self.note(self.summary("Installed", event.packages, event.nanoseconds));
    }

    void operator()(const ops::Changed& event) const {
        if (self.detail_ != Detail::Summary) self.note(self.change_line(event));
    }

    void operator()(const ops::DownloadStarted& event) const {
        self.downloads_[event.name] = {0, event.size};
        if (self.printer_.has_progress()) {
            self.draw_status();
        } else if (event.size >= kShownDownload) {
            self.note(fmt::format("Downloading {} ({})", event.name, human(event.size)));
        }
    }

    void operator()(const ops::DownloadAdvanced& event) const {
        self.downloads_[event.name] = {event.received, event.size};
        self.draw_status();
    }

    void operator()(const ops::DownloadEnded& event) const {
        self.downloads_.erase(event.name);
        ++self.prepared_;
        if (event.size >= kShownDownload) self.note(fmt::format(" Downloaded {}", event.name));
        self.draw_status();
    }

    void operator()(const ops::PhaseStarted& event) const {
        self.phase_ = event.text;
        self.draw_status();
    }

    void operator()(const ops::BytecodeCompiled& event) const {
        const std::string time = base::format_duration(event.nanoseconds);
        self.note(fmt::format(
            "Bytecode compiled {} file{} in {}", event.files, event.files == 1 ? "" : "s", time
        ));
    }

    void operator()(const ops::InterpreterChosen& event) const {
        const std::string what = fmt::format("Using {} {}", event.implementation, event.version);
        if (event.managed) {
            self.note(what);
            return;
        }
        const std::string path =
            self.printer_.styled(Stream::Error, Style::Cyan, base::display_path(event.path));
        self.note(fmt::format("{} interpreter at: {}", what, path));
    }

    void operator()(const ops::EnvironmentCreated& event) const {
        const std::string path =
            self.printer_.styled(Stream::Error, Style::Cyan, base::display_path(event.path));
        self.note(fmt::format(
            "Creating virtual environment {}at: {}", event.seeded ? "with seed packages " : "", path
        ));
    }

    void operator()(const ops::EnvironmentRemoved& event) const {
        const std::string path =
            self.printer_.styled(Stream::Error, Style::Cyan, base::display_path(event.path));
        self.note(fmt::format("Removed virtual environment at: {}", path));
    }

    void operator()(const ops::Warned& event) const {
        self.clear_status();
        ++self.warnings_;
        self.printer_.warning(event.text);
    }

    void operator()(const ops::Waiting& event) const { self.note(event.text); }
};

Reporter::~Reporter() {
    finish();
}

void Reporter::handle(const ops::Event& event) {
    const std::lock_guard lock(mutex_);
    std::visit(Render{*this}, event);
}

std::size_t Reporter::warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
}

void Reporter::finish() {
    const std::lock_guard lock(mutex_);
    phase_.clear();
    clear_status();
}

void Reporter::note(const std::string& line) {
    clear_status();
    printer_.note(line);
}

void Reporter::clear_status() {
    if (status_shown_) write_stream(Stream::Error, "\r\x1b[2K");
    status_shown_ = false;
    drawn_at_ = 0;
}

void Reporter::draw_status() {
    if (!printer_.has_progress() || phase_.empty()) return;
    const std::int64_t now = base::monotonic_ns();
    if (status_shown_ && now - drawn_at_ < kRedrawNs) return;
    std::uint64_t received = 0;
    std::uint64_t size = 0;
    for (const auto& [name, progress] : downloads_) {
        received += progress.first;
        size += std::max(progress.first, progress.second);
    }
    std::string line = phase_;
    if (!downloads_.empty()) {
        line +=
            fmt::format(" ({} downloads, {}/{})", downloads_.size(), human(received), human(size));
    }
    write_stream(Stream::Error, fmt::format("\r\x1b[2K{}", line));
    status_shown_ = true;
    drawn_at_ = now;
}

std::string Reporter::summary(std::string_view verb, std::size_t count, std::int64_t nanoseconds)
    const {
    const std::string time = base::format_duration(nanoseconds);
    const std::string packages = fmt::format("{} package{}", count, count == 1 ? "" : "s");
    if (!printer_.has_color(Stream::Error)) {
        return count == 0 ? fmt::format("{} in {}", verb, time)
                          : fmt::format("{} {} in {}", verb, packages, time);
    }
    return fmt::format(
        "\x1b[2m{} \x1b[1m{}\x1b[0m \x1b[2min {}\x1b[0m\x1b[0m", verb, packages, time
    );
}

std::string Reporter::change_line(const ops::Changed& change) const {
    static constexpr std::string_view kSigns[] = {"+", "-", "~"};
    static constexpr Style kStyles[] = {Style::Green, Style::Red, Style::Yellow};
    const auto kind = static_cast<std::size_t>(change.kind);
    const std::string source =
        change.source.empty() ? "" : fmt::format(" (from {})", change.source);
    return fmt::format(
        " {} {}{}{}",
        printer_.styled(Stream::Error, kStyles[kind], kSigns[kind]),
        printer_.styled(Stream::Error, Style::Bold, change.name),
        printer_.styled(Stream::Error, Style::Dim, "==" + change.version),
        source
    );
}

}  // namespace cli
