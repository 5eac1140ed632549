/* ssh_process: OpenSSH's client, with a command at its other end.
 *
 * Keys and passwords are in no argument and no environment: the client reads them from memory files
 * of this process, by ask_pass where it would ask a person.
 *
 * Ownership: the caller's struct, zeroed; ssh_process_end after a start that succeeded.
 * Errors:    ssh_process_start: CR_EIO, CR_ELIMIT. ssh_process_failure: CR_EUNAVAILABLE the host
 *            cannot be reached, CR_EINVAL it refuses us or is not who it should be, CR_EIO there is
 *            no client on this machine.
 * Threads:   one; the process must have no other (it forks).
 * Source:    ssh(1), ssh_config(5).
 */
#ifndef SSH_PROCESS_H
#define SSH_PROCESS_H

#include <sys/types.h>

#include "cr_buf.h"
#include "cr_err.h"
#include "ssh_address.h"
#include "ssh_login.h"

struct ssh_process {
    pid_t pid;
    int in_fd, out_fd, err_fd;
    int key_fd, hosts_fd, secrets_fd; /* memory files that the client reads; -1 for none */
    struct cr_buf complaint;          /* what it wrote for people; the first SSH_COMPLAINT_MAX */
};

enum { SSH_COMPLAINT_MAX = 16 * 1024 };

struct ssh_order {
    const struct ssh_address *address;
    const struct ssh_login *login;
    const char *user; /* goes before the address's; "" for none */
    const char *password;
    const char *command; /* for the shell at the other end */
};

CR_MUST_CHECK int ssh_process_start(struct ssh_process *process, const struct ssh_order *order,
                                    struct cr_err *err);

/* Bytes read or written; 0 at the end of what it says, negative when it is gone. They block. */
ssize_t ssh_process_read(struct ssh_process *process, void *data, size_t size);
ssize_t ssh_process_write(struct ssh_process *process, const void *data, size_t len);

/* At its end: why it failed; 0 when it did not. */
int ssh_process_failure(struct ssh_process *process, struct cr_err *err);

void ssh_process_end(struct ssh_process *process);

#endif
