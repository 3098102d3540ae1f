// TempDir: a directory that is removed with everything in it when its owner goes. Move-only.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>

namespace base {

class TempDir {
  public:
    // A new directory `<parent>/<prefix><random>` of mode 0700; `parent` must exist.
    static Result<TempDir> create(const std::string& parent, std::string_view prefix);

    TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

    TempDir& operator=(TempDir&& other) noexcept;
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();

    const std::string& path() const { return path_; }

    // Gives the directory away; it is no longer removed.
    std::string release() { return std::exchange(path_, {}); }

  private:
    explicit TempDir(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

}  // namespace base
