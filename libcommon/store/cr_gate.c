/* Two locks on two octets of a file: the queue's and the turn's. */
#include "cr_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "cr_buf.h"
#include "cr_clock.h"

enum { QUEUE = 0, TURN = 1, NAP_NS = 300 * 1000 };

int cr_gate_open(struct cr_gate *gate, const char *database, struct cr_err *err)
{
    CR_AUTO(cr_buf) path = {0};
    cr_buf_printf(&path, "%s.turn", database);
    if (cr_buf_status(&path))
        return cr_err_set(err, CR_ENOMEM, "database '%s': out of memory", database);
    gate->fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (gate->fd < 0)
        return cr_err_errno(err, CR_EIO, errno, "database '%s': '%s' cannot be opened by uid %ld",
                            database, path.data, (long)geteuid());
    return 0;
}

void cr_gate_close(struct cr_gate *gate)
{
    cr_closep(&gate->fd);
}

/* Descriptions' locks, not a process's: those would go when any descriptor of the file closes. */
static int set_lock(const struct cr_gate *gate, int octet, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = octet, .l_len = 1};
    return fcntl(gate->fd, F_OFD_SETLK, &lock);
}

/* By short naps: the kernel's own waiting knows no deadline. */
static int wait_for(const struct cr_gate *gate, int octet, int64_t deadline_ms, struct cr_err *err)
{
    while (set_lock(gate, octet, F_WRLCK) < 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return cr_err_errno(err, CR_EIO, errno, "database: the turn cannot be taken");
        if (cr_clock_ms() >= deadline_ms)
            return cr_err_set(err, CR_EUNAVAILABLE,
                              "database: another process that shares it does not finish writing");
        (void)nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    }
    return 0;
}

int cr_gate_enter(struct cr_gate *gate, int64_t wait_ms, struct cr_err *err)
{
    int64_t deadline_ms = cr_clock_ms() + wait_ms;
    int rc = wait_for(gate, QUEUE, deadline_ms, err);
    if (rc)
        return rc;
    rc = wait_for(gate, TURN, deadline_ms, err);
    (void)set_lock(gate, QUEUE, F_UNLCK);
    return rc;
}

void cr_gate_leave(struct cr_gate *gate)
{
    (void)set_lock(gate, TURN, F_UNLCK);
}
