#include "base/random.h"

#include "base/check.h"

#include <cerrno>
#include <cstdint>
#include <sys/random.h>

namespace base {

std::string random_id() {
    unsigned char bytes[16];
    while (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) {
        CHECK(errno == EINTR, "the kernel gives no random bytes");
    }
    static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string text;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const unsigned char byte : bytes) {
        buffer = (buffer << 8U) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += kAlphabet[(buffer >> static_cast<unsigned>(bits)) & 31U];
        }
    }
    text += kAlphabet[(buffer << static_cast<unsigned>(5 - bits)) & 31U];
    return text;
}

}  // namespace base
