/* cr_process_metrics: what this process uses: memory, descriptors, CPU, uptime.
 *
 * Threads: register once, at start. Reading happens when somebody looks.
 * Source:  proc(5); names as Micrometer's and Prometheus' own process metrics. "private" is
 *          Private_Dirty of /proc/self/smaps_rollup.
 */
#ifndef CR_PROCESS_METRICS_H
#define CR_PROCESS_METRICS_H

#include <stdint.h>

#include "cr_attr.h"

/* CR_ELIMIT: there are too many collectors. */
CR_MUST_CHECK int cr_process_metrics_register(void);

int64_t cr_process_private_bytes(void); /* -1: not known */
int64_t cr_process_open_fds(void);      /* -1: not known */
int64_t cr_process_uptime_ms(void);     /* since cr_process_metrics_register */

#endif
