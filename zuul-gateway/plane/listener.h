/* listener: the listening sockets of one address, one per worker.
 *
 * Ownership: the caller closes the descriptors.
 * Errors:    CR_EUNAVAILABLE when somebody else listens there (SO_REUSEPORT alone would share the
 *            port with any process of the same user), CR_EINVAL for a bad address, CR_EIO.
 * Threads:   any.
 */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include <stddef.h>

#include "cr_err.h"

/* host "" = every address. port 0 takes a free one. What the sockets accept has TCP_NODELAY, which
 * Linux passes on: one system call less for each connection. */
CR_MUST_CHECK int listener_open(const char *host, int port, int *out_fds, size_t count,
                                int *out_port, struct cr_err *err);

/* Lets no further connection begin; those that have begun can still be accepted. Closing a listener
 * resets whatever waits in its queue: so first this, then accept for a moment, then close. */
void listener_bar(int fd);

#endif
