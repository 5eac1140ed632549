/* Kernel randomness and UUIDv7. */
#include "cr_random.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cr_assert.h"

void cr_random_bytes(void *out, size_t len)
{
    char *to = out;
    while (len > 0) {
        ssize_t got = getrandom(to, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        CR_ASSERT(got > 0);
        to += got;
        len -= (size_t)got;
    }
}

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t seed;

static void make_seed(void)
{
    cr_random_bytes(&seed, sizeof seed);
}

uint64_t cr_random_seed(void)
{
    pthread_once(&seed_once, make_seed);
    return seed;
}

/* RFC 9562 6.2 method 1: within one millisecond the 12 bits behind the time count up, and a full
 * counter borrows from the next millisecond. The state is (milliseconds << 12 | counter). */
static uint64_t next_stamp(int64_t wall_ms)
{
    static _Atomic uint64_t last;
    uint64_t fresh = (uint64_t)wall_ms << 12;
    uint64_t seen = atomic_load_explicit(&last, memory_order_relaxed);
    uint64_t next;
    do {
        next = fresh > seen ? fresh : seen + 1;
    } while (!atomic_compare_exchange_weak(&last, &seen, next));
    return next;
}

void cr_uuid7(int64_t wall_ms, char out[CR_UUID_SIZE])
{
    uint64_t stamp = next_stamp(wall_ms);
    uint8_t tail[8];
    cr_random_bytes(tail, sizeof tail);
    uint64_t ms = stamp >> 12;
    snprintf(out, CR_UUID_SIZE, "%08x-%04x-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned)(ms >> 16), (unsigned)(ms & 0xffff), (unsigned)(stamp & 0xfff),
             (unsigned)((tail[0] & 0x3f) | 0x80), tail[1], tail[2], tail[3], tail[4], tail[5],
             tail[6], tail[7]);
}
