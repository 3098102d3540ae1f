// ZIP archives of deflated members, as wheels are. (WheelBuilder of the tests only stores.)
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

// Name and content of each member, in order; APPNOTE 6.3.10, without ZIP64.
std::string deflated_archive(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace bench
