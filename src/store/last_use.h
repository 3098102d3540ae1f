// When things were used last. There is no database: the time of a file that is there anyway tells.
//
//     body      its .lease: written when a lease is taken, to the minute (acquire.cpp); where that
//               is not allowed, the kernel notes the read once a day
//     payload   its .meta: written when a body is made from it, at most once a day, and after that
//               body was published, so that in the order of last use what a body is made from never
//               comes before the body
//     file      the later of its own two times
#pragma once

#include "store/layout.h"

#include <cstdint>
#include <span>
#include <string>
#include <sys/stat.h>

namespace store {

// Nanoseconds of the wall clock; 0 where there is no such file.
std::int64_t body_last_use(const std::string& body);
std::int64_t payload_last_use(const std::string& payload);
std::int64_t file_last_use(const struct stat& status);

// For payloads that a published body is made from; those that are not in the store are passed over.
void note_use_of_payloads(const Layout& layout, std::span<const std::string> sha256s);

}  // namespace store
