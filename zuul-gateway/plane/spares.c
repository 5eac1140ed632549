/* Keeping used memory for the next one of its kind. */
#include "spares.h"

#include <stdlib.h>
#include <string.h>

void *spares_take(struct spares *spares, size_t size, size_t zeroed)
{
    struct spare *spare = spares->first;
    if (!spare)
        return calloc(1, size);
    spares->first = spare->next;
    memset(spare, 0, zeroed);
    return spare;
}

void spares_return(struct spares *spares, void *memory)
{
    struct spare *spare = memory;
    spare->next = spares->first;
    spares->first = spare;
}

void spares_free(struct spares *spares)
{
    while (spares->first) {
        struct spare *next = spares->first->next;
        free(spares->first);
        spares->first = next;
    }
}
