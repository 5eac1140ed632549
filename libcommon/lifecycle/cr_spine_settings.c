/* The rows that every daemon shares. */
#include "cr_spine_settings.h"

#include <string.h>

#include "cr_hystrix_settings.h"

#define FIELD(name) offsetof(struct cr_spine_settings, name)

static const struct cr_setting rows[] = {
    {"spring.application.name", CR_SETTING_TEXT, FIELD(name), NULL, 0, 0, CR_SETTING_RESTART,
     "Name under which the daemon registers and asks for its configuration."},
    {"server.port", CR_SETTING_INT, FIELD(port), NULL, 0, 65535, CR_SETTING_RESTART,
     "Port of the HTTP server; 0 takes a free one."},
    {"server.address", CR_SETTING_TEXT, FIELD(address), "", 0, 0, CR_SETTING_RESTART,
     "Address to listen on; empty: every address."},
    {"crema.home", CR_SETTING_TEXT, FIELD(home), ".crema/0", 0, 0, CR_SETTING_RESTART,
     "Folder for data, caches and run files; also the variable CREMA_HOME."},
    {"spring.profiles.active", CR_SETTING_LIST, FIELD(profiles), NULL, 0, 0, CR_SETTING_RESTART,
     "Profiles whose application-PROFILE files apply too, the last one first."},
    {"spring.config.location", CR_SETTING_TEXT, FIELD(config_location), NULL, 0, 0,
     CR_SETTING_RESTART, "Files or folders (ending in /) to read instead of . and config/."},
    {"spring.config.additional-location", CR_SETTING_TEXT, FIELD(config_additional), NULL, 0, 0,
     CR_SETTING_RESTART, "Files or folders to read before those."},
    {"debug", CR_SETTING_BOOL, FIELD(debug), "false", 0, 0, CR_SETTING_RESTART,
     "Sets the level of all loggers to debug."},
    {"crema.log.format", CR_SETTING_TEXT, FIELD(log_format), "logfmt", 0, 0, CR_SETTING_LIVE,
     "Form of the log lines on stderr: logfmt or json."},
    {"crema.shutdown.drain-ms", CR_SETTING_DURATION, FIELD(drain_ms), "5000", 0, 3600000,
     CR_SETTING_LIVE,
     "Time within which requests in work are finished, once nothing new is accepted."},
    {"crema.shutdown.linger-ms", CR_SETTING_DURATION, FIELD(linger_ms), "0", 0, 60000,
     CR_SETTING_LIVE,
     "How long to go on accepting after having left the registry; the drain follows."},
    {"management.endpoint.health.show-details", CR_SETTING_TEXT, FIELD(health_details), "always", 0,
     0, CR_SETTING_LIVE, "Whether /actuator/health shows components: always or never."},
    {"crema.http.threads", CR_SETTING_INT, FIELD(threads), "2", 1, 64, CR_SETTING_RESTART,
     "Threads of the HTTP server."},
    {"crema.http.max-connections", CR_SETTING_INT, FIELD(connections_max), "4096", 1, 60000,
     CR_SETTING_RESTART,
     "Open connections; more are closed at once, first those that never sent a request."},
    {"crema.http.max-streams", CR_SETTING_INT, FIELD(streams_max), "256", 1, 60000,
     CR_SETTING_RESTART, "Open event streams; more are refused with 503."},
    {"crema.http.max-body", CR_SETTING_SIZE, FIELD(body_max_bytes), "64KB", 1024, 1073741824,
     CR_SETTING_RESTART, "Largest request body where a route names no limit of its own."},
    {"crema.http.head-timeout-ms", CR_SETTING_DURATION, FIELD(head_ms), "10000", 100, 3600000,
     CR_SETTING_RESTART, "Time for a request's head to arrive."},
    {"crema.http.body-timeout-ms", CR_SETTING_DURATION, FIELD(body_ms), "30000", 100, 3600000,
     CR_SETTING_RESTART, "Time for a request's body to arrive."},
    {"crema.http.idle-timeout-ms", CR_SETTING_DURATION, FIELD(idle_ms), "30000", 100, 3600000,
     CR_SETTING_RESTART,
     "How long an unused connection is kept (2 s from 1,000 connections on), and how long a peer "
     "may "
     "stall."},
    {"crema.http.answer-timeout-ms", CR_SETTING_DURATION, FIELD(answer_ms), "60000", 100, 3600000,
     CR_SETTING_RESTART, "Time for an answer to be read by its client; event streams have none."},
    {"spring.security.user.name", CR_SETTING_TEXT, FIELD(user), "user", 0, 0, CR_SETTING_RESTART,
     "User of the password below; without ':'."},
    {"spring.security.user.password", CR_SETTING_TEXT, FIELD(password), "", 0, 0,
     CR_SETTING_RESTART | CR_SETTING_SECRET,
     "Password that every request to the daemon's own API must bring (HTTP Basic), but for "
     "/actuator/health/liveness and /readiness; empty: none. Clients write user:password@ into "
     "their "
     "URLs."},
    {"hystrix.config.stream.maxConcurrentConnections", CR_SETTING_INT,
     FIELD(stream_connections_max), "5", 0, 1000, CR_SETTING_LIVE,
     "Readers of hystrix.stream at a time; more are refused with 503."},
};

/* Families that the spine reads from the environment itself. */
static const struct cr_setting logging_rows[] = {
    {"logging.level.<logger...>", CR_SETTING_TEXT, 0, NULL, 0, 0, CR_SETTING_LIVE,
     "Level of a logger and of those below it: off, error, warn, info, debug or trace; the logger "
     "\"root\" is above all."},
};

static const struct cr_setting info_rows[] = {
    {"info.<key...>", CR_SETTING_TEXT, 0, NULL, 0, 0, CR_SETTING_LIVE,
     "Anything that /actuator/info shall show."},
};

static const struct cr_setting_table shared[] = {
    {rows, CR_COUNT(rows)},
    {logging_rows, CR_COUNT(logging_rows)},
    {info_rows, CR_COUNT(info_rows)},
};

void cr_spine_tables(const struct cr_setting_table **out_tables, size_t *out_count)
{
    *out_tables = shared;
    *out_count = CR_COUNT(shared);
}

static int add_hystrix(const struct cr_daemon *daemon, struct cr_arena *arena,
                       struct cr_tables *tables)
{
    if (daemon->commands_max == 0)
        return 0;
    tables->prefixes[tables->prefix_count++] = "hystrix.command";
    return cr_hystrix_settings_table(arena, &tables->tables[tables->count++]);
}

int cr_tables_new(const struct cr_daemon *daemon, struct cr_arena *arena,
                  struct cr_tables *out_tables)
{
    size_t room = daemon->table_count + CR_COUNT(shared) + 2;
    struct cr_tables made = {
        .tables = cr_arena_array(arena, room, sizeof *made.tables),
        .prefixes = cr_arena_array(arena, daemon->prefix_count + 1, sizeof *made.prefixes),
    };
    struct cr_setting *own = cr_arena_array(arena, CR_COUNT(rows), sizeof *own);
    char *port = cr_arena_printf(arena, "%d", daemon->port);
    if (!made.tables || !made.prefixes || !own || !port)
        return CR_ENOMEM;
    memcpy(own, rows, sizeof rows);
    own[0].fallback = daemon->application;
    own[1].fallback = port;
    made.tables[made.count++] = (struct cr_setting_table){own, CR_COUNT(rows)};
    made.tables[made.count++] = (struct cr_setting_table){daemon->settings, daemon->setting_count};
    for (size_t i = 0; i < daemon->table_count; i++)
        made.tables[made.count++] = *daemon->tables[i];
    for (size_t i = 1; i < CR_COUNT(shared); i++)
        made.tables[made.count++] = shared[i];
    for (size_t i = 0; i < daemon->prefix_count; i++)
        made.prefixes[made.prefix_count++] = daemon->prefixes[i];
    int rc = add_hystrix(daemon, arena, &made);
    if (rc == 0)
        *out_tables = made;
    return rc;
}
