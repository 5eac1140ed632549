/* cr_spine_settings: the settings that every daemon has, and the tables of one daemon as a whole.
 *
 * Ownership: cr_tables_new copies the spine's rows (their defaults depend on the daemon) and refers
 *            to the daemon's; bound values live in the arena of whoever bound them.
 * Units:     milliseconds, bytes.
 * Errors:    CR_ENOMEM.
 * Threads:   immutable once made.
 * Source:    Spring Boot's common application properties, where it has the thing.
 */
#ifndef CR_SPINE_SETTINGS_H
#define CR_SPINE_SETTINGS_H

#include "cr_daemon.h"
#include "cr_settings.h"

struct cr_spine_settings {
    const char *name;
    struct cr_setting_list profiles;
    const char *config_location;   /* this and the next two: read by the settings room itself, */
    const char *config_additional; /* rows only so that --help shows them */
    bool debug;
    const char *address;
    int64_t port;
    const char *home;
    const char *log_format;
    int64_t drain_ms;
    int64_t linger_ms;
    const char *health_details;
    int64_t threads;
    int64_t connections_max;
    int64_t streams_max;
    int64_t body_max_bytes;
    int64_t head_ms;
    int64_t body_ms;
    int64_t idle_ms;
    int64_t answer_ms;
    const char *user;
    const char *password;
    int64_t stream_connections_max;
};

/* tables[0]: the spine's rows, tables[1]: the daemon's, then its further tables and the spine's
 * families. */
struct cr_tables {
    struct cr_setting_table *tables;
    size_t count;
    const char **prefixes; /* that the daemon owns */
    size_t prefix_count;
};

CR_MUST_CHECK int cr_tables_new(const struct cr_daemon *daemon, struct cr_arena *arena,
                                struct cr_tables *out_tables);

/* The rows of every daemon, as they are for docs/settings.md. */
void cr_spine_tables(const struct cr_setting_table **out_tables, size_t *out_count);

#endif
