/* native_backend: plain folders of this machine, as they are at each moment.
 *
 * Ownership: settings must outlive the backend.
 * Errors:    open: CR_EINVAL a location; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config NativeEnvironmentRepository; config-server reference 3.7.
 *
 * There are no versions, so nothing is kept: each answer reads the files anew. Nothing outside a
 * location's folder is ever opened (native_files).
 */
#ifndef NATIVE_BACKEND_H
#define NATIVE_BACKEND_H

#include "config_backend.h"
#include "native_settings.h"

struct cr_log;

CR_MUST_CHECK int native_backend_open(const struct native_settings *settings,
                                      const struct cr_log *log, struct config_backend **out_backend,
                                      struct cr_err *err);

struct native_places {
    const struct native_settings *settings;
    struct native_location *locations;
    size_t count;
};
/* The directories of a request, the weakest first, each with a slash at its end: the locations,
 * then in each of them that of each label. Pure. */
CR_MUST_CHECK int native_backend_directories(const struct native_places *places,
                                             const struct config_request *request,
                                             struct cr_arena *arena,
                                             struct config_list *out_directories,
                                             struct cr_err *err);

#endif
