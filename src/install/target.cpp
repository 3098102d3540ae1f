#include "install/target.h"

#include "base/check.h"

namespace install {

std::string_view name_of(Scheme scheme) {
    switch (scheme) {
        case Scheme::Purelib:
            return "purelib";
        case Scheme::Platlib:
            return "platlib";
        case Scheme::Scripts:
            return "scripts";
        case Scheme::Headers:
            return "headers";
        case Scheme::Data:
            return "data";
    }
    CHECK(false, "a scheme out of range");
}

const std::string& TargetLayout::directory(Scheme scheme) const {
    switch (scheme) {
        case Scheme::Purelib:
            return purelib;
        case Scheme::Platlib:
            return platlib;
        case Scheme::Scripts:
            return scripts;
        case Scheme::Headers:
            return headers;
        case Scheme::Data:
            return root;
    }
    CHECK(false, "a scheme out of range");
}

}  // namespace install
