// Repairs of what old tools wrote into metadata where a version specifier or a requirement should
// stand.
//
// They are tried one after the other, each on the result of the one before, until the text can be
// read:
//
//     a comma missing between two clauses   >=3.6<4         >=3.6,<4
//     `!=~`                                 !=~3.0          !=3.0.*
//     a wildcard behind an ordering         >=1.0.*         >=1.0
//     a wildcard without its dot            !=3.0*          !=3.0.*
//     commas with nothing between them      >=3.6,          >=3.6
//     `dev` for a version                   >dev            >0.0.0dev
//     a number too many                     >=1.0b2.0       >=1.0b2
//     quotes                                >='3.6'         >=3.6
//
// Each keeps the clause it works on. Of a requirement only what stands before the `;` is touched,
// and nothing of one that has a URL.
#pragma once

#include "pep/warnings.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pep {

// Gives the text itself where there is nothing to repair.
using Repair = std::string (*)(std::string_view text);

std::span<const Repair> repairs();
void add_repair_warning(Warnings* warnings, std::string_view text, std::string_view repaired);

// The result of `parse` for the text as it is, or for the first repaired text that it accepts. If
// it accepts none, the error for the text as it is.
template <class Parse>
auto parse_with_repairs(std::string_view text, Warnings* warnings, Parse parse) {
    auto result = parse(text);
    if (result) return result;
    std::string repaired(text);
    for (const Repair repair : repairs()) {
        std::string next = repair(repaired);
        if (next == repaired) continue;
        repaired = std::move(next);
        if (auto second = parse(std::string_view(repaired))) {
            add_repair_warning(warnings, text, repaired);
            return second;
        }
    }
    return result;
}

}  // namespace pep
