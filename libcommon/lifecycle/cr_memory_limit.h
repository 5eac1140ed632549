/* cr_memory_limit: how much memory the surroundings (a container) allow this process.
 *
 * Who comes over it is killed without a word, so a limit that cannot do is told at the start.
 *
 * Threads: any.
 * Source:  Linux, "Control Group v2": memory.max; v1: memory.limit_in_bytes.
 */
#ifndef CR_MEMORY_LIMIT_H
#define CR_MEMORY_LIMIT_H

#include <stdint.h>

struct cr_log;

/* Bytes; INT64_MAX: none, or none that can be found out. */
int64_t cr_memory_limit(void);

/* One warning where it is less than a daemon may need. */
void cr_memory_limit_warn(const struct cr_log *log);

#endif
