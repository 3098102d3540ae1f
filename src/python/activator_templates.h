// The texts of the activation scripts, with `@NAME@` where values go (activators.cpp).
//
//   @LOCATE@         lines that set VIRTUAL_ENV: to a fixed path, or to where the script is
//   @PROMPT@         the quoted prompt, or an expression for the name of the directory
//   @SITE_PACKAGES@  quoted
#pragma once

#include <string_view>

namespace python::templates {

extern const std::string_view kPosixShell;
extern const std::string_view kPosixShellLocate;
extern const std::string_view kFish;
extern const std::string_view kFishLocate;
extern const std::string_view kCsh;
extern const std::string_view kNushell;
extern const std::string_view kPowerShell;
extern const std::string_view kPowerShellLocate;
extern const std::string_view kXonsh;
extern const std::string_view kXonshLocate;
extern const std::string_view kBatch;
extern const std::string_view kBatchDeactivate;
extern const std::string_view kBatchPydoc;
extern const std::string_view kPython;
extern const std::string_view kDistutilsGuard;

}  // namespace python::templates
