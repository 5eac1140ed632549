/* cr_clock: time. Monotonic unless the name says wall.
 *
 * Units:   milliseconds, or nanoseconds where the name ends in _ns.
 * Threads: any.
 * Source:  RFC 3339 for the text form.
 * Pure cores take `now_ms` as an argument and never call these.
 */
#ifndef CR_CLOCK_H
#define CR_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t cr_clock_ms(void);
int64_t cr_clock_ns(void);
int64_t cr_clock_wall_ms(void); /* since 1970-01-01T00:00:00Z */

/* "2026-11-25T03:08:48.123Z"; out must hold CR_RFC3339_SIZE bytes. */
enum { CR_RFC3339_SIZE = 25 };
void cr_clock_rfc3339(int64_t wall_ms, char out[CR_RFC3339_SIZE]);

#endif
