# The version: the nearest tag, or 0.1.0 with the commit when there is none.
set(ADDER_VERSION "0.1.0")
set(ADDER_COMMIT "")
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse --short=9 HEAD
    OUTPUT_VARIABLE ADDER_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
configure_file(${CMAKE_SOURCE_DIR}/cmake/version.h.in ${CMAKE_BINARY_DIR}/generated/generated/version.h @ONLY)
