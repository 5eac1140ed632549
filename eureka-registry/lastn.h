/* lastn: the last thousand registrations, or cancellations, newest first.
 *
 * Ownership: texts are copied; what a walk gives is valid until the next call that changes it.
 * Errors:    without memory an event is forgotten.
 * Threads:   pure; one at a time.
 * Source:    Netflix/eureka AbstractInstanceRegistry.recentRegisteredQueue: "ORDERS(i1)".
 */
#ifndef LASTN_H
#define LASTN_H

#include <stdbool.h>
#include <stdint.h>

#include "cr_slice.h"

enum { LASTN_MAX = 1000, LASTN_TEXT_MAX = 2100 /* bytes; longer ones are cut */ };

struct lastn_event {
    int64_t wall_ms;
    char *text;
};

struct lastn {
    struct lastn_event events[LASTN_MAX];
    size_t next; /* where the next one goes */
    size_t count;
};

void lastn_fini(struct lastn *lastn);
void lastn_add(struct lastn *lastn, struct cr_slice app, struct cr_slice id, int64_t wall_ms);

/* index 0 is the newest; NULL beyond the oldest. */
const struct lastn_event *lastn_at(const struct lastn *lastn, size_t index);

#endif
