// Renders ops::Event on standard error. Three renderings of one stream: quiet (nothing but what
// Printer lets through), plain lines, and a status line that is redrawn in place when standard
// error is a terminal. Thread-safe.
#pragma once

#include "cli/printer.h"
#include "ops/event.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace cli {

// `run` and `tool run` hide the resolver's and installer's lines unless asked; `venv --seed` and
// others show them.
enum class Detail {
    Summary,
    Changes,  // what was added, without the steps: `venv --seed`
    Full,
};

class Reporter : public ops::EventSink {
  public:
    Reporter(const Printer& printer, Detail detail) : printer_(printer), detail_(detail) {}

    ~Reporter() override;

    void handle(const ops::Event& event) override;

    // How many warnings there were, shown or not.
    std::size_t warnings() const;

    // Takes the status line away; before the program starts or an error is printed.
    void finish();

  private:
    struct Render;

    void note(const std::string& line);
    void clear_status();
    void draw_status();
    std::string summary(std::string_view verb, std::size_t count, std::int64_t nanoseconds) const;
    std::string change_line(const ops::Changed& change) const;

    const Printer& printer_;
    Detail detail_;
    mutable std::mutex mutex_;
    std::string phase_;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>
        downloads_;  // name -> received, size
    std::size_t prepared_ = 0;
    std::size_t warnings_ = 0;
    bool status_shown_ = false;
    std::int64_t drawn_at_ = 0;
};

}  // namespace cli
