// The options a tool was installed with, as its receipt repeats them under `[tool.options]`: those that decide which
// files get installed, as they were given, defaults left out. An installed tool is taken only by a command with the
// same options, so all there is to do with them is to compare.
//
// Each is kept as the leaves of its value, path and text: `index/0/url`, `exclude-newer-package/numpy`. Points in time
// are kept to the second; where a span was given, the span is kept and the time it meant that day is not.
#pragma once

#include "codec/toml.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ops {

class ToolOptions {
  public:
    // `[tool.options]` of a receipt.
    static ToolOptions of_receipt(const codec::TomlTable& table);

    void add_text(std::string path, std::string text);
    void add_flag(std::string path, bool value);
    // A list of texts; one that is empty is not the same as none.
    void add_list(const std::string& path, const std::vector<std::string>& values);
    // A value of any kind.
    void add_value(const std::string& path, const codec::TomlValue& value);

    // The path of a leaf only one of both has, or that differs; nullopt: they are equal.
    std::optional<std::string> difference(const ToolOptions& other) const;

  private:
    void normalise_times();

    std::map<std::string, std::string> leaves_;
};

}  // namespace ops
