/* Giving out small numbers. */
#include "slots.h"

#include <stdlib.h>

#include "cr_assert.h"
#include "cr_err.h"

int slots_take(struct slots *slots, unsigned max, unsigned *out_slot)
{
    if (slots->returned_count) {
        *out_slot = slots->returned[--slots->returned_count];
        return 0;
    }
    if (slots->next == max)
        return CR_ELIMIT;
    /* Room for every number that is out, so that returning one cannot fail. */
    if (slots->next == slots->capacity) {
        size_t capacity = slots->capacity ? slots->capacity * 2 : 64;
        unsigned *returned = reallocarray(slots->returned, capacity, sizeof(*returned));
        if (!returned)
            return CR_ENOMEM;
        slots->returned = returned;
        slots->capacity = capacity;
    }
    *out_slot = slots->next++;
    return 0;
}

void slots_return(struct slots *slots, unsigned slot)
{
    CR_ASSERT(slots->returned_count < slots->next);
    slots->returned[slots->returned_count++] = slot;
}

void slots_free(struct slots *slots)
{
    free(slots->returned);
    *slots = (struct slots){0};
}
