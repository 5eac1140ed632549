/* Doubling. */
#include "cr_array.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST = 4 };

/* The pointer is copied, for it is of the caller's type. */
bool cr_array_grow(void *items, size_t *capacity, size_t size)
{
    size_t wanted = *capacity ? 2 * *capacity : FIRST;
    void *array;
    memcpy(&array, items, sizeof array);
    array = reallocarray(array, wanted, size);
    if (!array)
        return false;
    memcpy(items, &array, sizeof array);
    *capacity = wanted;
    return true;
}
