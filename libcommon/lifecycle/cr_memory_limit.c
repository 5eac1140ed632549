/* Reads the control group's file, which the kernel keeps up to date. */
#include "cr_memory_limit.h"

#include <stddef.h>
#include <stdio.h>

#include "cr_attr.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_file.h"
#include "cr_int.h"
#include "cr_log.h"

enum { NUMBER_MAX = 64 };

/* Version 1 writes "no limit" as the largest multiple of a page. */
static const int64_t ENDLESS_BYTES = INT64_C(1) << 60;

int64_t cr_memory_limit(void)
{
    static const char *const files[] = {"/sys/fs/cgroup/memory.max",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    for (size_t i = 0; i < CR_COUNT(files); i++) {
        CR_AUTO(cr_buf) text = {.max = NUMBER_MAX};
        int64_t bytes = 0;
        if (cr_file_read(files[i], &text, NULL) == 0 &&
            cr_int_parse(cr_slice_trim(cr_buf_view(&text)), 1, INT64_MAX, &bytes) == 0)
            return bytes < ENDLESS_BYTES ? bytes : INT64_MAX;
    }
    return INT64_MAX;
}

bool cr_memory_limit_is_low(int64_t limit, char *out)
{
    static const double mb = 1024.0 * 1024.0;
    if (limit >= CR_MEMORY_MIN_BYTES)
        return false;
    snprintf(out, CR_MEMORY_WORDS,
             "the memory limit of this container is %.1f MB, at least %.1f MB are needed: raise "
             "mem_limit, or docker update --memory",
             (double)limit / mb, (double)CR_MEMORY_MIN_BYTES / mb);
    return true;
}

void cr_memory_limit_warn(const struct cr_log *log)
{
    char words[CR_MEMORY_WORDS];
    if (cr_memory_limit_is_low(cr_memory_limit(), words))
        cr_log_warn(log, "memory.low", "%s", words);
}
