#include "cli/sync_control.h"

#ifdef ADDER_SYNC_POINTS

#include "base/text.h"
#include "store/sync_point.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <signal.h>
#include <string>
#include <string_view>
#include <time.h>
#include <unistd.h>

namespace cli {

namespace {

// Set once, before there are threads.
std::array<char, 64> chosen_point{};
int chosen_signal = 0;
std::uint64_t longest_delay_us = 0;
std::uint64_t seed = 0;
std::atomic<std::uint64_t> draws{0};

// splitmix64 (Steele, Lea, Flood 2014): good bits from a counter, so that threads and children need no state of their
// own.
std::uint64_t mixed(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

void delay(const char* /*point*/) {
    const std::uint64_t draw =
        mixed(seed ^ mixed(static_cast<std::uint64_t>(::getpid()) << 32U ^ draws.fetch_add(1)));
    const std::uint64_t microseconds = draw % (longest_delay_us + 1);
    const timespec pause{
        .tv_sec = static_cast<time_t>(microseconds / 1'000'000),
        .tv_nsec = static_cast<long>(microseconds % 1'000'000 * 1000)
    };
    ::nanosleep(&pause, nullptr);
}

void signal_ourselves(const char* point) {
    if (std::string_view(point) != chosen_point.data()) return;
    const int signal = chosen_signal;
    chosen_signal = 0;
    if (signal != 0) ::raise(signal);
}

}  // namespace

void follow_sync_control(const Variables& variables) {
    const std::optional<std::string> text = variables.find_filled("ADDER_TEST_SYNC");
    if (!text) return;
    const std::vector<std::string_view> words = base::split(*text, ':');
    if (words.size() == 3 && words[0] == "delay") {
        longest_delay_us = base::parse_unsigned(words[1]).value_or(0);
        seed = base::parse_unsigned(words[2]).value_or(0);
        store::set_sync_hook(delay);
    } else if (words.size() == 2 && words[1].size() < chosen_point.size()) {
        words[1].copy(chosen_point.data(), words[1].size());
        chosen_signal = words[0] == "stop" ? SIGSTOP : SIGKILL;
        store::set_sync_hook(signal_ourselves);
    }
}

}  // namespace cli

#endif
