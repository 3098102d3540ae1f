// Help pages, made from the rows of the option table.
#pragma once

#include "cli/option_table.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

enum class HelpDetail { Short, Long };

// The page of one command, wrapped at `width` columns.
std::string help_page(
    const CommandSpec& command, std::string_view program, HelpDetail detail, std::size_t width
);

}  // namespace cli
