// The environment variables of this process: read once, here and nowhere else. A variable UV_X has
// a twin ADDER_X that wins over it.
#pragma once

#include "base/process.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

class Variables {
  public:
    explicit Variables(base::Environment environment) : environment_(std::move(environment)) {}

    // The value; for UV_* names that of the ADDER_* twin first. An empty value is a value.
    std::optional<std::string> find(std::string_view name) const;
    // The same, but an empty value counts as none.
    std::optional<std::string> find_filled(std::string_view name) const;
    // The name under which find() found the value, for messages.
    std::string found_name(std::string_view name) const;

    const base::Environment& environment() const { return environment_; }

  private:
    base::Environment environment_;
};

// A variable that is a whole number; nullopt when it is not set or empty, a Usage error when it is
// anything else.
base::Result<std::optional<std::uint64_t>> find_number(
    const Variables& variables, std::string_view name
);

// "y yes t true on 1" and "n no f false off 0", any case, nothing around them.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace cli
