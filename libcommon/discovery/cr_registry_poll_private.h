/* cr_registry_poll: one look at a registry that has no watch: the changes, or the whole.
 *
 * The whole comes first; then changes (apps/delta), which are put into the book; when its hash code
 * and the registry's then differ, or the registry was restarted or is another one, the whole again.
 * Where the whole does not help either, it is fetched ever less often, down to once in
 * CR_REGISTRY_REPAIR_MOST_MS, and a line says so once: changes go on being taken meanwhile.
 *
 * Ownership: link, log and book must outlive the poll.
 * Units:     milliseconds of cr_clock_ms.
 * Errors:    CR_EUNAVAILABLE no registry answers, CR_EPARSE, CR_ELIMIT, CR_ENOMEM; err says more.
 *            What the book knows stays then.
 * Threads:   one at a time; blocks until the link's deadlines.
 * Source:    Netflix/eureka DiscoveryClient.getAndUpdateDelta, reconcileAndLogDifference. There the
 *            whole follows every difference.
 */
#ifndef CR_REGISTRY_POLL_PRIVATE_H
#define CR_REGISTRY_POLL_PRIVATE_H

#include "cr_registry_book_private.h"
#include "cr_registry_link_private.h"

enum {
    CR_REGISTRY_REPAIR_MOST_MS = 30000, /* between two fetches of the whole that did not help */
    CR_REGISTRY_DELTA_AGAIN_MS = 30000, /* after a registry said that it tells no changes */
};

struct cr_registry_poll_options {
    struct cr_registry_link *link;
    const struct cr_log *log;
    struct cr_registry_book *book;
    int64_t pace_ms; /* between two looks, of which the pauses are multiples */
};

struct cr_registry_poll;

struct cr_registry_poll *cr_registry_poll_new(const struct cr_registry_poll_options *options);
void cr_registry_poll_free(struct cr_registry_poll *poll); /* NULL is fine */

CR_MUST_CHECK int cr_registry_poll_look(struct cr_registry_poll *poll, struct cr_registry_self self,
                                        bool *out_forgotten, struct cr_err *err);

/* The book was filled by somebody else meanwhile: begin with the whole. */
void cr_registry_poll_restart(struct cr_registry_poll *poll);

#endif
