// NoSolution: the proof that there is no solution, and the sentences that tell it to the user.
#pragma once

#include "base/error.h"
#include "solve/derivation.h"

#include <string>
#include <vector>

namespace solve {

struct NoSolution {
    Proof proof;
    std::vector<std::string> hints;  // what the user could change, most promising first

    // The chain of reasons, one step a line; each ends in what follows from it, the last in that
    // the requirements cannot be met. A step that is needed again later ends in its number, "(1)".
    // Of long proofs the beginning, the end and the turning points are told. No line contains a
    // line break, and none has a full stop.
    std::vector<std::string> report() const;

    // The whole as an Error (kind Failed): the steps are its causes, the hints its hints.
    base::Error to_error() const;
};

}  // namespace solve
