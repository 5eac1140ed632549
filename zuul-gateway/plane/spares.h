/* spares: memory of one size that was used and will be used again.
 *
 * Ownership: zero-initialise; spares_free frees what was given back.
 * Errors:    spares_take returns NULL without memory.
 * Threads:   one.
 */
#ifndef GATEWAY_SPARES_H
#define GATEWAY_SPARES_H

#include <stddef.h>

struct spare {
    struct spare *next;
};

struct spares {
    struct spare *first;
};

/* Of size octets, the first of which are zeroed. */
void *spares_take(struct spares *spares, size_t size, size_t zeroed);
void spares_return(struct spares *spares, void *memory);
void spares_free(struct spares *spares);

#endif
