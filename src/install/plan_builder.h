// From the contents of a wheel that was unpacked to the link plan that is stored beside it.
#pragma once

#include "install/wheel_contents.h"
#include "pep/wheel_filename.h"

#include <string>

namespace install {

// The bytes of `.plan`.
std::string encode_plan_of(const WheelContents& contents, const pep::WheelFilename& filename);

}  // namespace install
