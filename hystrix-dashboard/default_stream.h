/* default_stream: which stream the first page shows, when nothing was typed.
 *
 * Ownership: texts live in the caller's arena.
 * Errors:    CR_ENOTFOUND with the reason and the next step; CR_ENOMEM.
 * Threads:   any.
 */
#ifndef DEFAULT_STREAM_H
#define DEFAULT_STREAM_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_instances.h"
#include "dashboard_settings.h"

struct default_stream_part {
    const char *path;        /* of the aggregator: "turbine.stream", "hosts" */
    struct cr_slice cluster; /* empty: not named */
};

CR_MUST_CHECK int default_stream_url(const struct dashboard_settings *settings,
                                     struct cr_instances *instances,
                                     const struct default_stream_part *part, struct cr_arena *arena,
                                     const char **out_url, struct cr_err *err);

#endif
