// pyenv's shims, resolved by reading what pyenv would read: starting one costs 70 ms and three
// shells.
//
// A shim is a script in <root>/shims. It stands for the program of its name in the versions that
// are selected: by PYENV_VERSION, else by the nearest `.python-version` upward from the working
// directory, else by <root>/version; several are divided by `:` or stand on lines of their own.
// `3.11` stands for the newest installed 3.11.x, `system` for the programs on PATH without the
// shims.
#pragma once

#include "base/result.h"
#include "python/discovery.h"
#include "python/watch.h"

#include <string>
#include <string_view>
#include <vector>

namespace python {

class Pyenv {
  public:
    // `options` must outlive the object. What decides is noted in `watch`.
    Pyenv(const DiscoveryOptions& options, WatchList& watch);

    bool is_shim(std::string_view path) const;

    // Whether an answer depended on the working directory.
    bool was_asked() const { return is_selected_; }

    // The program a shim starts. Errors (NotFound): none of the selected versions has it.
    base::Result<std::string> resolve(std::string_view shim);

  private:
    const std::vector<std::string>& selected_versions();
    std::vector<std::string> read_version_file(const std::string& path);
    // The directory of a version by its full or shortened name; empty if it is not installed.
    std::string version_directory(std::string_view name);
    std::string find_on_path(const std::string& program) const;

    const DiscoveryOptions& options_;
    WatchList& watch_;
    std::string root_;
    std::string shims_;
    std::vector<std::string> selected_;
    bool is_selected_ = false;
};

// PYENV_ROOT, or where it is by default; empty if there is neither.
std::string pyenv_root(const DiscoveryOptions& options);

// `name` in `directory` and in every directory above it, nearest first.
std::vector<std::string> paths_upward(std::string_view directory, std::string_view name);

}  // namespace python
