/* embedded_settings: what the embedded broker can be told.
 *
 * Ownership: bound by the spine, as cr_app_settings.
 * Threads:   immutable.
 */
#ifndef EMBEDDED_SETTINGS_H
#define EMBEDDED_SETTINGS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_setting.h"

struct broker_topic;

struct embedded_settings {
    struct cr_setting_list topics; /* "name:partitions" */
    int64_t connections_max;
};

enum { EMBEDDED_SETTING_COUNT = 2 };
extern const struct cr_setting embedded_setting_rows[EMBEDDED_SETTING_COUNT];

/* The topics as a table in the arena; CR_EINVAL names the one that is wrong. */
CR_MUST_CHECK int embedded_topics(const struct embedded_settings *settings, struct cr_arena *arena,
                                  struct broker_topic **out_topics, size_t *out_count,
                                  struct cr_err *err);

#endif
