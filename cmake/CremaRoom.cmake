# How the house is put together: crema_room, crema_daemon and crema_test.
#
# A room exposes only its own folder and links only the rooms that it names; those must be defined
# already, so an upward include finds no file and does not compile.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Turns a pkg-config name into an imported target (once), its headers as system headers.
function(crema_package out name)
  string(MAKE_C_IDENTIFIER "PKG_${name}" prefix)
  if(NOT TARGET PkgConfig::${prefix})
    pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${name})
  endif()
  set(${out} PkgConfig::${prefix} PARENT_SCOPE)
endfunction()

function(crema_link target)
  cmake_parse_arguments(ARG "" "SCOPE" "USES;SYSTEM" ${ARGN})
  foreach(room ${ARG_USES})
    if(NOT TARGET ${room})
      message(FATAL_ERROR "${target} uses ${room}, which does not stand below it")
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE crema_warnings crema_hardening)
  target_link_libraries(${target} ${ARG_SCOPE} ${ARG_USES} Threads::Threads)
  foreach(name ${ARG_SYSTEM})
    crema_package(package ${name})
    target_link_libraries(${target} PRIVATE ${package})
  endforeach()
endfunction()

# crema_room(NAME SOURCES a.c ... USES rooms ... SYSTEM pkg-config names ...)
function(crema_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;SYSTEM" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  crema_link(${name} SCOPE PUBLIC USES ${ARG_USES} SYSTEM ${ARG_SYSTEM})
endfunction()

# crema_daemon(NAME SOURCES ... USES ... SYSTEM ...): NAME-core holds everything but main.c, so that
# tests can link it; NAME is the binary, in build/<preset>/bin.
function(crema_daemon name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;SYSTEM" ${ARGN})
  crema_room(${name}-core SOURCES ${ARG_SOURCES} USES ${ARG_USES} SYSTEM ${ARG_SYSTEM})
  add_executable(${name} main.c)
  crema_link(${name} SCOPE PRIVATE USES ${name}-core)
  target_compile_definitions(${name} PRIVATE CREMA_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# crema_test(NAME SOURCES ... USES ... [LABELS ...]): one cmocka program, run by ctest.
function(crema_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;SYSTEM;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  crema_link(${name} SCOPE PRIVATE USES ${ARG_USES} SYSTEM cmocka ${ARG_SYSTEM})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS "unit;${ARG_LABELS}")
endfunction()
