#include "codec/utf8.h"

namespace codec {

void append_utf8(std::string& text, std::uint32_t code_point) {
    const auto byte = [&](std::uint32_t value) {
        text += static_cast<char>(static_cast<unsigned char>(value));
    };
    if (code_point < 0x80U) {
        byte(code_point);
        return;
    }
    if (code_point < 0x800U) {
        byte(0xc0U | (code_point >> 6U));
    } else if (code_point < 0x10000U) {
        byte(0xe0U | (code_point >> 12U));
        byte(0x80U | ((code_point >> 6U) & 0x3fU));
    } else {
        byte(0xf0U | (code_point >> 18U));
        byte(0x80U | ((code_point >> 12U) & 0x3fU));
        byte(0x80U | ((code_point >> 6U) & 0x3fU));
    }
    byte(0x80U | (code_point & 0x3fU));
}

}  // namespace codec
