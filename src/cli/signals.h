// SIGINT and SIGTERM while adder itself works.
#pragma once

namespace cli {

// From now on the first signal asks for a clean end (base/cancel.h), a second one takes the default action. What the
// caller ignores (a shell's background jobs) stays ignored, by the program we become as well.
void handle_signals();

}  // namespace cli
