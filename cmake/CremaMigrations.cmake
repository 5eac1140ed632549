# crema_migrations(OUT SYMBOL NAME files...): embeds numbered SQL files ("0001_orders.sql") as
# `const struct cr_schema SYMBOL` of the schema NAME; OUT gets the path of the C file to compile.
# Run as a script (-P) this file writes that C file.
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "#include \"cr_store.h\"\n\nextern const struct cr_schema ${SYMBOL};\n")
  set(rows "")
  set(number 0)
  foreach(file ${FILES})
    math(EXPR number "${number} + 1")
    get_filename_component(title ${file} NAME_WE)
    if(NOT title MATCHES "^0*${number}_")
      message(FATAL_ERROR "${file}: migration ${number} of '${NAME}' was expected here")
    endif()
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)"
           "\\1\n    " bytes "${bytes}")
    string(APPEND text "\nstatic const char sql_${number}[] = {\n    ${bytes}0};\n")
    string(APPEND rows "    {${number}, \"${title}\", sql_${number}},\n")
  endforeach()
  string(APPEND text "\nstatic const struct cr_migration migrations[] = {\n${rows}};\n"
         "\nconst struct cr_schema ${SYMBOL} = {\"${NAME}\", migrations, ${number}};\n")
  file(WRITE ${OUTPUT} "${text}")
  return()
endif()

set(CREMA_MIGRATIONS_SCRIPT ${CMAKE_CURRENT_LIST_FILE} CACHE INTERNAL "")

function(crema_migrations out symbol name)
  set(files "")
  foreach(file ${ARGN})
    list(APPEND files ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} -DNAME=${name} "-DFILES=${files}"
              -DOUTPUT=${output} -P ${CREMA_MIGRATIONS_SCRIPT}
      DEPENDS ${files} ${CREMA_MIGRATIONS_SCRIPT} VERBATIM)
  set(${out} ${output} PARENT_SCOPE)
endfunction()
