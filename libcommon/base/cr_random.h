/* cr_random: random bytes from the kernel, and time-ordered identifiers.
 *
 * Threads: any.
 * Source:  getrandom(2); RFC 9562 section 5.7 (UUID version 7).
 */
#ifndef CR_RANDOM_H
#define CR_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void cr_random_bytes(void *out, size_t len);

/* One value per process, for hash seeds. */
uint64_t cr_random_seed(void);

/* "019ab3c4-...": ordered by wall_ms, within one process also by call. */
enum { CR_UUID_SIZE = 37 };
void cr_uuid7(int64_t wall_ms, char out[CR_UUID_SIZE]);

#endif
