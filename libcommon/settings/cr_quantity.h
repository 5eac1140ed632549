/* cr_quantity: durations, sizes and truth values as Spring writes them.
 *
 * Units:   milliseconds; bytes.
 * Errors:  CR_EPARSE when malformed, CR_ELIMIT when it does not fit 64 bits.
 * Threads: any.
 * Source:  Spring Boot DurationStyle (simple and ISO-8601), Spring DataSize (1 KB = 1024 bytes).
 */
#ifndef CR_QUANTITY_H
#define CR_QUANTITY_H

#include "cr_attr.h"
#include "cr_slice.h"

/* "10", "10ms", "10s", "2m", "1h", "1d", "1500us", "PT1.5S", "P1DT2H"; may be negative. */
CR_MUST_CHECK int cr_duration_parse(struct cr_slice text, int64_t *out_ms);
/* "10", "10B", "64KB", "1MB", "1GB", "1TB" in any case. */
CR_MUST_CHECK int cr_size_parse(struct cr_slice text, int64_t *out_bytes);
/* true, yes, on, 1; false, no, off, 0; in any case. */
CR_MUST_CHECK int cr_bool_parse(struct cr_slice text, bool *out_value);

#endif
