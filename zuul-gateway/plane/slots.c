/* Giving out small numbers. */
#include "slots.h"

#include <stdlib.h>

#include "cr_array.h"
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
    if (!CR_ARRAY_ROOM(slots->returned, slots->next, slots->capacity))
        return CR_ENOMEM;
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
