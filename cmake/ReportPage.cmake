# The page of `cache report --html`: its template, style and script (src/cli/report/) become text that cli/html_report.cpp includes.
set(ADDER_REPORT_TEXTS)
foreach(part html css js)
    set(source ${CMAKE_SOURCE_DIR}/src/cli/report/page.${part})
    set(text ${CMAKE_BINARY_DIR}/generated/generated/report_page_${part}.inc)
    add_custom_command(OUTPUT ${text}
        COMMAND ${CMAKE_COMMAND} -DINPUT=${source} -DOUTPUT=${text} -P ${CMAKE_SOURCE_DIR}/cmake/bytes_to_text.cmake
        DEPENDS ${source} ${CMAKE_SOURCE_DIR}/cmake/bytes_to_text.cmake
        COMMENT "Embedding page.${part}"
        VERBATIM)
    list(APPEND ADDER_REPORT_TEXTS ${text})
endforeach()
target_sources(adder_cli PRIVATE ${ADDER_REPORT_TEXTS})
