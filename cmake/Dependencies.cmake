# Third-party libraries, all from Debian 12 and static wherever Debian offers an archive. libcurl is never
# linked: only its headers are used here, the library is loaded on the first request (docs/decisions/003).
find_package(Threads REQUIRED)

function(adder_static name archive)
    find_library(ADDER_LIB_${name} NAMES ${archive} REQUIRED)
    add_library(adder::${name} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(adder::${name} PROPERTIES IMPORTED_LOCATION ${ADDER_LIB_${name}})
endfunction()

adder_static(crypto libcrypto.a)
adder_static(xxhash libxxhash.a)
adder_static(deflate libdeflate.a)
adder_static(zlib libz.a)
set_property(TARGET adder::crypto APPEND PROPERTY INTERFACE_LINK_LIBRARIES Threads::Threads ${CMAKE_DL_LIBS})

find_path(ADDER_RAPIDJSON_INCLUDE rapidjson/reader.h REQUIRED)
add_library(adder::rapidjson INTERFACE IMPORTED GLOBAL)
target_include_directories(adder::rapidjson INTERFACE ${ADDER_RAPIDJSON_INCLUDE})

find_path(ADDER_CURL_INCLUDE curl/curl.h PATH_SUFFIXES x86_64-linux-gnu REQUIRED)
add_library(adder::curl_headers INTERFACE IMPORTED GLOBAL)
target_include_directories(adder::curl_headers INTERFACE ${ADDER_CURL_INCLUDE})

# Debian ships fmt as a shared library only; its inline sources make one object of our own, which saves
# 0.4 ms a start (docs/decisions/002).
add_library(adder_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
target_compile_features(adder_fmt PUBLIC cxx_std_23)
add_library(adder::fmt ALIAS adder_fmt)
