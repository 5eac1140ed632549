/* slots: small numbers that are given out and taken back; indexes of the workers' lanes.
 *
 * Ownership: zero-initialise; slots_free at the end.
 * Errors:    slots_take returns CR_ELIMIT at max, CR_ENOMEM.
 * Threads:   one at a time.
 */
#ifndef GATEWAY_SLOTS_H
#define GATEWAY_SLOTS_H

#include <stddef.h>

#include "cr_attr.h"

struct slots {
    unsigned *returned;
    size_t returned_count;
    size_t capacity;
    unsigned next; /* never given out yet */
};

CR_MUST_CHECK int slots_take(struct slots *slots, unsigned max, unsigned *out_slot);
void slots_return(struct slots *slots, unsigned slot);
void slots_free(struct slots *slots);

#endif
