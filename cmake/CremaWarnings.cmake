# crema_warnings: the warnings that every one of our targets is compiled with.
include(CheckCCompilerFlag)

option(CREMA_WERROR "Warnings are errors" OFF)
add_library(crema_warnings INTERFACE)

set(warnings
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wcast-qual -Wcast-align
    -Wwrite-strings -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion
    -Wnull-dereference -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wrestrict
    -Wjump-misses-init -Walloc-zero)
foreach(flag ${warnings})
  string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
  check_c_compiler_flag(${flag} ${have})
  if(${have})
    target_compile_options(crema_warnings INTERFACE ${flag})
  endif()
endforeach()
# Texts for people are cut to their buffer on purpose (cr_err).
target_compile_options(crema_warnings INTERFACE $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>)
if(CREMA_WERROR)
  target_compile_options(crema_warnings INTERFACE -Werror)
endif()
# Under a sanitizer gcc's flow analysis sees checks that are not in our code.
if(CREMA_SANITIZE)
  target_compile_options(crema_warnings INTERFACE -Wno-null-dereference)
endif()
