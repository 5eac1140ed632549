/* cr_registry_lease: this process's own entry in a registry: taken, renewed, given back.
 *
 * A thread of its own makes blocking calls, each with a deadline, so that a registry that hangs
 * holds up nothing else. It registers, renews as often as the record says, registers again where a
 * registry says 404, and begins anew every 100 to 2,000 ms while none answers.
 *
 * Ownership: options are copied; http and log must outlive the lease. The record is copied.
 * Units:     milliseconds of cr_clock_ms.
 * Errors:    _new: CR_EINVAL names the bad option. After that none but in the state.
 * Threads:   all functions but _new, _start and _free from any thread.
 * Source:    Netflix/eureka DiscoveryClient (register, 404 -> register again, cancel).
 */
#ifndef CR_REGISTRY_LEASE_PRIVATE_H
#define CR_REGISTRY_LEASE_PRIVATE_H

#include "cr_err.h"
#include "cr_registry_book_private.h"
#include "cr_registry_link_private.h"
#include "cr_wire_instance.h"

struct cr_log;
struct cr_registry_lease;

CR_MUST_CHECK int cr_registry_lease_new(const struct cr_registry_link_options *link,
                                        const struct cr_log *log, bool leaves,
                                        struct cr_registry_lease **out_lease, struct cr_err *err);
CR_MUST_CHECK int cr_registry_lease_start(struct cr_registry_lease *lease, struct cr_err *err);
void cr_registry_lease_free(struct cr_registry_lease *lease); /* NULL is fine */

/* Once; see cr_registry_client_register. */
CR_MUST_CHECK int cr_registry_lease_register(struct cr_registry_lease *lease,
                                             const struct cr_wire_instance *self,
                                             struct cr_err *err);
/* Waits until it is given back, or that was tried. */
void cr_registry_lease_leave(struct cr_registry_lease *lease);
/* Renews now: somebody saw that a registry does not list us. */
void cr_registry_lease_renew(struct cr_registry_lease *lease);

struct cr_registry_self cr_registry_lease_self(struct cr_registry_lease *lease);

struct cr_registry_lease_state {
    bool registered;
    int64_t renewed_ms; /* 0: never */
    char url[256];
    char problem[256]; /* "" when the last call succeeded */
};
void cr_registry_lease_state(struct cr_registry_lease *lease,
                             struct cr_registry_lease_state *out_state);

#endif
