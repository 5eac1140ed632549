/* selection: some of a registry's instances, by application: those with a VIP address, or those
 * that changed of late.
 *
 * Ownership: borrows the instances; valid until the next call that may change the registry.
 * Errors:    CR_ENOMEM; the selection must then only be freed.
 * Threads:   as the registry.
 */
#ifndef SELECTION_H
#define SELECTION_H

#include "census.h"
#include "registry.h"

struct selection {
    struct registry_instance **items; /* the instances of one application stand together */
    size_t count;
    size_t capacity;
    struct census census;
};

void selection_freep(struct selection *selection);

/* All of them. */
CR_MUST_CHECK int selection_of_all(const struct registry *registry, struct selection *out);
/* The last changes, those that are gone included; applications in the order of their first one. */
CR_MUST_CHECK int selection_of_delta(const struct registry *registry, struct selection *out);
/* The same, but only those that changed after that version of the registry. */
CR_MUST_CHECK int selection_of_changes(const struct registry *registry, uint64_t version,
                                       struct selection *out);
/* One of whose comma-separated vipAddresses (secure: secureVipAddress) is exactly that text. */
CR_MUST_CHECK int selection_of_vip(const struct registry *registry, struct cr_slice vip,
                                   bool secure, struct selection *out);

#endif
