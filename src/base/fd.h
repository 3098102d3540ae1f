// Fd: owns one file descriptor and closes it. Move-only; an empty Fd holds -1.
#pragma once

#include <utility>

namespace base {

class Fd {
  public:
    Fd() = default;

    explicit Fd(int fd) : fd_(fd) {}

    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;

    ~Fd() { reset(); }

    int get() const { return fd_; }

    explicit operator bool() const { return fd_ >= 0; }

    // Gives the descriptor away; the caller closes it.
    int release() { return std::exchange(fd_, -1); }

    void reset();

  private:
    int fd_ = -1;
};

}  // namespace base
