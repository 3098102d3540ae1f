// What the bodies of a store need: the bodies they are layered on, the payloads they link to. Read from all
// records anew, with the claims held: nobody can begin to depend on what is claimed.
//
// A record that is there and cannot be read (a bad block, no descriptor left, damage) tells nothing, and then
// its body may need everything: for want of knowledge nothing may be taken from a program that runs.
#pragma once

#include "base/result.h"
#include "store/layout.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace store {

struct References {
    std::map<std::string, std::vector<std::string>> parents;  // of the bodies that have any, by id
    std::set<std::string> payloads;
    std::vector<std::string> unknown;  // ids of bodies whose records tell nothing
};

base::Result<References> read_references(const Layout& layout);

}  // namespace store
