/* changed_services: which applications the change of a file concerns, by the file's name. Pure.
 *
 * Ownership: names live in the caller's arena.
 * Errors:    CR_ELIMIT more than CHANGED_SERVICES_MAX names; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config's PropertyPathEndpoint.guessServiceName; config-server
 * reference 1.8.
 *
 * "a/foo-bar-dev.yml" may be foo-bar-dev's, foo-bar's with the profile dev, or foo's with bar-dev;
 * what is called "application" is everybody's: "*".
 */
#ifndef CHANGED_SERVICES_H
#define CHANGED_SERVICES_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

enum { CHANGED_SERVICES_MAX = 4096 };

/* In the order of discovery, each once. */
CR_MUST_CHECK int changed_services(const struct cr_slice *paths, size_t path_count,
                                   struct cr_arena *arena, const struct cr_slice **out_names,
                                   size_t *out_count, struct cr_err *err);

#endif
