// What the driver knows about system calls of x86-64 Linux: names, which arguments are paths, and how each can fail
// on a machine that is full, broken, or somebody else's.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fault {

// One entry into the kernel, as ptrace shows it.
struct Call {
    long number = 0;
    std::uint64_t arguments[6] = {};
};

// "rename"; "call-NNN" for one that is not in the table.
std::string name_of(const Call& call);

// A bit for each argument that is a path.
unsigned path_arguments(const Call& call);
// Whether the first argument is an open descriptor (and not a directory for a path).
bool takes_descriptor(const Call& call);

// The errno values that this call may plausibly give. Empty for what cannot fail, or only for lack of memory.
std::span<const int> plausible_errors(const Call& call);

// close(2) is carried out whatever it says; everything else that fails has done nothing.
bool is_done_although_it_fails(const Call& call);

std::string error_name(int error);
// 0: no such name.
int error_number(const std::string& name);

}  // namespace fault
