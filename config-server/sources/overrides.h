/* overrides: the operator's own properties, which go before everything in the files. Pure.
 *
 * Ownership: the source borrows the texts that it is made from; what is unescaped lives in the
 *            arena.
 * Errors:    CR_ENOMEM.
 * Threads:   any.
 * Source:    spring.cloud.config.server.overrides; Spring Cloud Config
 *            EnvironmentEncryptorEnvironmentRepository; config-server reference 2.7.
 */
#ifndef OVERRIDES_H
#define OVERRIDES_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_wire_environment.h"

struct override {
    struct cr_slice key;   /* behind the prefix */
    struct cr_slice value; /* as the settings have it: "\${x}" or "$\{x}" stand for "${x}" */
};

/* The source "overrides": strings in the order given, with their origin. */
CR_MUST_CHECK int overrides_source(const struct override *items, size_t count,
                                   struct cr_arena *arena, struct cr_wire_source *out_source,
                                   struct cr_err *err);

#endif
