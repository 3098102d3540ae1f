# Flags every target of ours shares, as two interface targets: what changes the code (settings) and what only
# talks about it (warnings).
add_library(adder_settings INTERFACE)
target_compile_features(adder_settings INTERFACE cxx_std_23)
target_compile_options(adder_settings INTERFACE -fno-plt -ffunction-sections -fdata-sections -fstack-protector-strong)
target_compile_definitions(adder_settings INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_link_options(adder_settings INTERFACE -Wl,--gc-sections -Wl,--as-needed)

add_library(adder_warnings INTERFACE)
target_compile_options(adder_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Wimplicit-fallthrough
    -Wno-missing-field-initializers  # designated initialisers name what differs from the defaults
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>  # GCC 12 sees ghosts in moved-from std::expected
    $<$<BOOL:${ADDER_WERROR}>:-Werror>)

if(ADDER_SANITIZE)
    target_compile_options(adder_settings INTERFACE -fsanitize=${ADDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(adder_settings INTERFACE -fsanitize=${ADDER_SANITIZE})
endif()
if(ADDER_ASSERTIONS)
    target_compile_definitions(adder_settings INTERFACE _GLIBCXX_ASSERTIONS)
endif()

# Everything compiles against one precompiled header: the standard containers and fmt. It is built once and
# reused by all targets, so their flags must not differ.
add_library(adder_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(adder_pch PRIVATE adder_settings adder_warnings)
target_precompile_headers(adder_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)

function(adder_use_precompiled_header target)
    target_precompile_headers(${target} REUSE_FROM adder_pch)
endfunction()
