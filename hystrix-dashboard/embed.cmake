# Writes OUT, a C file with every file under DIR as a row of assets[]: path, type, tag, bytes.
#   cmake -DDIR=static -DOUT=assets.c -P embed.cmake
set(type_html "text/html;charset=UTF-8")
set(type_css "text/css;charset=UTF-8")
set(type_js "text/javascript;charset=UTF-8")
set(type_svg "image/svg+xml")

file(GLOB_RECURSE files RELATIVE ${DIR} ${DIR}/*)
list(SORT files)
set(bytes "")
set(rows "")
set(number 0)
foreach(name ${files})
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "static/${name}: no content type is known for .${extension}")
  endif()
  file(READ ${DIR}/${name} hex HEX)
  file(SHA256 ${DIR}/${name} digest)
  string(SUBSTRING ${digest} 0 16 tag)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," data "${hex}")
  string(APPEND bytes "static const unsigned char file_${number}[] = {${data}};\n")
  string(APPEND rows
         "    {\"/${name}\", \"${type_${extension}}\", \"\\\"${tag}\\\"\", file_${number}, "
         "sizeof file_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by embed.cmake. */\n#include \"asset.h\"\n\n${bytes}\n"
     "const struct asset assets[] = {\n${rows}};\nconst size_t asset_count = ${number};\n")
