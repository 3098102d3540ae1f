// Random identifiers from the kernel's generator.
#pragma once

#include <string>

namespace base {

// 128 random bits as 26 characters of [0-9a-z] (base 32 without look-alikes i, l, o, u). Safe as a file name, never
// starts with '.' or '-', and never given twice.
std::string random_id();

}  // namespace base
