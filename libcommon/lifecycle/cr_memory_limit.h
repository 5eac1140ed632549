/* cr_memory_limit: how much memory the container that we run in may take.
 *
 * A daemon whose limit is too low is killed by the kernel without a word; so the word is said
 * before: in the log at start, and in the health until the limit is raised.
 *
 * Units:   bytes.
 * Errors:  none; where no limit can be read there is none.
 * Threads: any.
 * Source:  Linux control groups, version 2 (memory.max) and 1 (memory.limit_in_bytes), as they show
 *          inside a container.
 */
#ifndef CR_MEMORY_LIMIT_H
#define CR_MEMORY_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct cr_log;

/* Below this a daemon may be killed under load: some 4 MB are its own when idle. */
enum { CR_MEMORY_MIN_BYTES = 16 * 1024 * 1024 };

/* INT64_MAX: no limit. */
int64_t cr_memory_limit(void);

/* What to say of a limit below that; out holds CR_MEMORY_WORDS bytes. False: nothing is wrong. */
enum { CR_MEMORY_WORDS = 160 };
bool cr_memory_limit_is_low(int64_t limit, char *out);
void cr_memory_limit_warn(const struct cr_log *log);

#endif
