/* cr_http_alarms: functions to call at a time, in a heap; pure.
 *
 * Ownership: the caller owns the struct (zero-initialised is valid) and calls cr_http_alarms_fini.
 * Units:     milliseconds of the caller's clock.
 * Errors:    CR_ENOMEM; CR_ELIMIT beyond CR_HTTP_ALARMS_MAX.
 * Threads:   one at a time.
 * An id is never 0 and not used again until 2^32 alarms have had the same slot.
 */
#ifndef CR_HTTP_ALARMS_H
#define CR_HTTP_ALARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cr_attr.h"

enum { CR_HTTP_ALARMS_MAX = 65536 };

struct cr_http_alarm {
    int64_t due_ms;
    void (*fn)(void *ctx);
    void *ctx;
    uint32_t generation;
    uint32_t place; /* in the heap, or the next free slot */
};

struct cr_http_alarms {
    struct cr_http_alarm *slots;
    uint32_t *heap; /* of slot numbers; the earliest first */
    uint32_t count; /* in the heap */
    uint32_t used;  /* slots that were ever used */
    uint32_t capacity;
    uint32_t free; /* first free slot + 1; 0: none */
};

void cr_http_alarms_fini(struct cr_http_alarms *alarms);
CR_MUST_CHECK int cr_http_alarms_add(struct cr_http_alarms *alarms, int64_t due_ms,
                                     void (*fn)(void *ctx), void *ctx, uint64_t *out_id);
bool cr_http_alarms_cancel(struct cr_http_alarms *alarms, uint64_t id); /* true if it was there */
/* Takes out one that is due; false when none is. */
bool cr_http_alarms_pop(struct cr_http_alarms *alarms, int64_t now_ms, void (**out_fn)(void *ctx),
                        void **out_ctx);
int64_t cr_http_alarms_next_ms(const struct cr_http_alarms *alarms); /* INT64_MAX: none */

#endif
