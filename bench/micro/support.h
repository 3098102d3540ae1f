// What the micro benchmarks share: values that must parse, scratch space in memory, and inputs of the size that real
// projects have. Inputs are made here, from fixed rules, so that every run measures the same bytes.
#pragma once

#include "base/check.h"
#include "base/result.h"
#include "base/temp_dir.h"
#include "pep/marker_environment.h"
#include "pep/tags.h"

#include <string>
#include <utility>
#include <vector>

namespace bench {

// Ends the run with the error's text.
[[noreturn]] void give_up(const base::Error& error);

// The value of a result that must be there.
template <class T>
T must(base::Result<T> result) {
    if (!result) give_up(result.error());
    return std::move(*result);
}

inline void must(const base::Result<void>& result) {
    if (!result) give_up(result.error());
}

// A directory on tmpfs if there is one, so that what is measured is system calls and not a disk.
base::TempDir scratch();

// CPython 3.11 on Debian 12.
pep::MarkerEnvironment debian_environment();
pep::Tags debian_tags();

// METADATA of a distribution with `count` requirements, half of them behind extras, and a README as body.
std::string metadata_text(int count);
// PEP 691 page of `demo`: each release is one source distribution and `wheels` wheels for different Pythons.
std::string index_page(int releases, int wheels);
// pyproject.toml with `count` dependencies and the tables of the usual tools.
std::string pyproject_text(int count);
// Python source, about as compressible as real source is.
std::string source_text(std::size_t size, unsigned seed);

}  // namespace bench
