// The start-up hook of environments in the store: two small files in site-packages, by which every
// interpreter that starts there holds the environment's lease itself, for programs that have closed the
// descriptor they inherited (docs/decisions/007-lease-hook.md, docs/store.md).
//
// `_adder_lease_1.pth` imports `_adder_lease_1.abi3.so`, an extension module whose bytes are part of
// adder (lease_hook_module.c). It has no dist-info: no tool lists it as a package. If it cannot be
// loaded nothing is said and nothing is lost but the second guard.
//
// Not for environments outside of a store: they have no lease, and nobody collects them.
#pragma once

#include "base/result.h"
#include "python/interpreter.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace install {

// Part of both file names and of the keys of environments: raised with every change of either file,
// so that old and new ones live side by side.
inline constexpr std::uint64_t kLeaseHookVersion = 1;

// Whether the module is made for this interpreter: CPython from 3.8 on, as most are built (with a
// GIL, without Py_DEBUG), on the kind of machine and C library that adder itself was built for.
bool fits_lease_hook(const python::Interpreter& interpreter);

// `site_packages` is the directory where interpreters will find the two files; it exists.
base::Result<void> write_lease_hook(const std::string& site_packages);

// An ELF file.
std::string_view lease_hook_module();

}  // namespace install
