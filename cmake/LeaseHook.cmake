# The start-up hook of the store's environments (docs/decisions/007-lease-hook.md): an extension module for Python, compiled for
# this machine and turned into text that install/lease_hook.cpp includes. No headers of Python and no libraries: five kilobytes.
set(ADDER_HOOK_SOURCE ${CMAKE_SOURCE_DIR}/src/install/lease_hook_module.c)
set(ADDER_HOOK_OBJECT ${CMAKE_BINARY_DIR}/lease_hook_module.so)
set(ADDER_HOOK_TEXT ${CMAKE_BINARY_DIR}/generated/generated/lease_hook_module.inc)
set(ADDER_HOOK_FLAGS
    -std=c11 -D_GNU_SOURCE -Os -fPIC -fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables
    -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${ADDER_WERROR}>:-Werror>
    -shared -nostdlib -Wl,-s,-z,noseparate-code,-z,norelro,-z,lazy,--build-id=none,--hash-style=gnu)

add_custom_command(OUTPUT ${ADDER_HOOK_TEXT}
    COMMAND ${CMAKE_C_COMPILER} ${ADDER_HOOK_FLAGS} -o ${ADDER_HOOK_OBJECT} ${ADDER_HOOK_SOURCE}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${ADDER_HOOK_OBJECT} -DOUTPUT=${ADDER_HOOK_TEXT} -P ${CMAKE_SOURCE_DIR}/cmake/bytes_to_text.cmake
    DEPENDS ${ADDER_HOOK_SOURCE} ${CMAKE_SOURCE_DIR}/cmake/bytes_to_text.cmake
    COMMENT "Building the start-up hook"
    COMMAND_EXPAND_LISTS
    VERBATIM)

target_sources(adder_install PRIVATE ${ADDER_HOOK_TEXT})
target_include_directories(adder_install PRIVATE ${CMAKE_BINARY_DIR}/generated)
set_property(SOURCE ${CMAKE_SOURCE_DIR}/src/install/lease_hook.cpp ${CMAKE_SOURCE_DIR}/src/install/lease_hook_test.cpp
    APPEND PROPERTY COMPILE_DEFINITIONS ADDER_HOOK_MACHINE="${CMAKE_SYSTEM_PROCESSOR}")
