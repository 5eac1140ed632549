# crema_hardening: code generation of every target; a sanitizer replaces the hardening.
set(CREMA_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
add_library(crema_hardening INTERFACE)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Assertions stay on in every build: no NDEBUG.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

target_compile_definitions(crema_hardening INTERFACE _GNU_SOURCE)
target_compile_options(crema_hardening INTERFACE
    -fno-strict-aliasing -fno-strict-overflow -fno-delete-null-pointer-checks
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CREMA_SANITIZE)
  target_compile_options(crema_hardening INTERFACE
      -fsanitize=${CREMA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  target_link_options(crema_hardening INTERFACE -fsanitize=${CREMA_SANITIZE})
else()
  target_compile_options(crema_hardening INTERFACE
      -fstack-protector-strong -fstack-clash-protection
      $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>
      $<$<CONFIG:RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
  target_link_options(crema_hardening INTERFACE
      -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()
# A sanitizer that does not know C11 threads, which librdkafka uses.
if(CREMA_SANITIZE MATCHES thread)
  add_library(crema_c11_threads SHARED ${CMAKE_CURRENT_LIST_DIR}/tsan_c11_threads.c)
  target_link_libraries(crema_hardening INTERFACE crema_c11_threads)
endif()
