// MarkerEnvironment: what environment markers are asked about, one interpreter's answers (PEP
// 508).
#pragma once

#include <string>

namespace pep {

struct MarkerEnvironment {
    std::string os_name;                         // "posix"
    std::string sys_platform;                    // "linux"
    std::string platform_machine;                // "x86_64"
    std::string platform_python_implementation;  // "CPython"
    std::string platform_release;                // "6.1.0-18-amd64"
    std::string platform_system;                 // "Linux"
    std::string platform_version;                // "#1 SMP ..."
    std::string python_version;                  // "3.11"
    std::string python_full_version;             // "3.11.7"
    std::string implementation_name;             // "cpython"
    std::string implementation_version;          // "3.11.7"

    bool operator==(const MarkerEnvironment&) const = default;
};

}  // namespace pep
