/* forwarder: one fixed loopback port in front of another that somebody else chose.
 *
 * Clients ask for the cluster's brokers here and then speak to them directly, so little passes
 * through: a plain relay of bytes, both ways, half-closes included.
 *
 * Ownership: the caller stops.
 * Errors:    CR_EEXISTS the port is in use, CR_EIO. A connection beyond connections_max is closed
 * at once; one whose target refuses is closed, too. Threads:   one of its own.
 */
#ifndef FORWARDER_H
#define FORWARDER_H

#include "cr_attr.h"
#include "cr_err.h"

struct forwarder;

struct forwarder_options {
    int port;            /* on 127.0.0.1; 0 = a free one */
    int target_port;     /* on 127.0.0.1 */
    int connections_max; /* 0 = 64 */
};

CR_MUST_CHECK int forwarder_start(const struct forwarder_options *options,
                                  struct forwarder **out_forwarder, struct cr_err *err);
void forwarder_stop(struct forwarder *forwarder); /* NULL is fine */

int forwarder_port(const struct forwarder *forwarder);

/* New connections go there from now on; those that are open are closed. */
void forwarder_retarget(struct forwarder *forwarder, int target_port);

#endif
