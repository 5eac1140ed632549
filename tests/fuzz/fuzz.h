/* fuzz: what every fuzz target shares. A target gets bytes from libFuzzer, gives them to one
 * reader, and holds what the reader took against what its header promises. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cr_arena.h"
#include "cr_buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As much as a server would give a request. */
enum { FUZZ_ARENA_MAX = 16 * 1024 * 1024 };

/* A broken promise ends the run; libFuzzer then keeps the input. */
#define FUZZ_HOLDS(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline struct cr_slice fuzz_slice(const uint8_t *data, size_t size)
{
    return (struct cr_slice){(const char *)data, size};
}

#endif
