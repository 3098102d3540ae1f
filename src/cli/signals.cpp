#include "cli/signals.h"

#include "base/cancel.h"

#include <signal.h>

namespace cli {

namespace {

void on_signal(int signal) {
    base::request_cancel(signal);
}

}  // namespace

void handle_signals() {
    struct sigaction action{};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM}) {
        struct sigaction before{};
        ::sigaction(signal, &action, &before);
        if (before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);
    }
}

}  // namespace cli
