# cmake -DINPUT=FILE -DOUTPUT=FILE -P bytes_to_text.cmake: the bytes of a file as the elements of an array in C.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," text "${bytes}")
file(WRITE ${OUTPUT} "${text}\n")
