/* snapshot_private: the format, for the files that write and read it. */
#ifndef SNAPSHOT_PRIVATE_H
#define SNAPSHOT_PRIVATE_H

#include <limits.h>

#include "snapshot.h"

#define SNAPSHOT_HEAD      "crema-registry-snapshot 1"
#define SNAPSHOT_END       "end "
#define SNAPSHOT_SUM_BEGIN 14695981039346656037U /* FNV-1a, 64 bits */

enum { SNAPSHOT_PATH_MAX = PATH_MAX, SNAPSHOT_SUM_DIGITS = 16 };

static inline uint64_t snapshot_sum(uint64_t sum, struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ (unsigned char)text.ptr[i]) * 1099511628211U;
    return sum;
}

#endif
