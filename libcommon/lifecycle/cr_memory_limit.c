/* Reads the control group's limit, as it shows inside a container. */
#include "cr_memory_limit.h"

#include "cr_buf.h"
#include "cr_file.h"
#include "cr_int.h"
#include "cr_log.h"

enum { MIB = 1024 * 1024, ENOUGH_MIB = 16, NUMBER_MAX = 64 };

int64_t cr_memory_limit(void)
{
    static const char *const files[] = {"/sys/fs/cgroup/memory.max",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    for (size_t i = 0; i < CR_COUNT(files); i++) {
        CR_AUTO(cr_buf) text = {.max = NUMBER_MAX};
        int64_t bytes = 0;
        if (cr_file_read(files[i], &text, NULL) == 0 &&
            cr_int_parse(cr_slice_trim(cr_buf_view(&text)), 1, INT64_MAX, &bytes) == 0)
            return bytes;
    }
    return INT64_MAX;
}

void cr_memory_limit_warn(const struct cr_log *log)
{
    int64_t limit = cr_memory_limit();
    if (limit < (int64_t)ENOUGH_MIB * MIB)
        cr_log_warn(log, "memory.small",
                    "the limit of memory here is %lld KiB; under %d MiB the kernel may kill this "
                    "process without a word: give it 64 MiB",
                    (long long)(limit / 1024), (int)ENOUGH_MIB);
}
