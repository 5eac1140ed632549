/* Ends the process on a programmer error. */
#include "cr_assert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void cr_assert_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "level=error event=assertion.failed at=%s:%d condition=\"%s\"\n", file, line,
            condition);
    abort();
}

void cr_freep(void *p)
{
    void **slot = p;
    free(*slot);
    *slot = NULL;
}

void cr_closep(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}
