/* cr_daemon: what a daemon is, as one table, and the main that every daemon has.
 *
 *     int main(int argc, char **argv)
 *     {
 *         return cr_daemon_main(&registry_daemon, argc, argv);
 *     }
 *
 * The spine: parse the arguments, read settings from all sources (a second time once the config
 * server has answered), check, log, open the modules, serve, tell READY, wait for signals, drain,
 * stop. SIGTERM and SIGINT drain, SIGHUP refreshes.
 *
 * Ownership: tables are const and static.
 * Errors:    exit codes CR_EXIT_*; a failed start leaves one line that names the thing, the reason
 *            and the next step.
 * Threads:   main waits for signals; all others block them.
 * Source:    Spring Boot's order of property sources and actuator; sysexits.h for 78.
 */
#ifndef CR_DAEMON_H
#define CR_DAEMON_H

#include "cr_app.h"
#include "cr_environment.h"
#include "cr_module.h"

struct cr_arena;
struct cr_setting;
struct cr_setting_table;

enum {
    CR_EXIT_OK = 0,
    CR_EXIT_FAILURE = 1,
    CR_EXIT_USAGE = 2,
    CR_EXIT_CONFIG = 78,
};

struct cr_config_question {
    const struct cr_environment *local; /* of the local sources */
    struct cr_http_client *client;
    const struct cr_log *log;
    bool again; /* asked before in vain: ask once, wait for nobody, repeat no line of the log */
    void (*waiting)(void *ctx, const char *why); /* nobody answers yet; may be NULL */
    void *ctx;                                   /* of waiting */
};

struct cr_config_answer {
    struct cr_environment_remotes remotes; /* the strongest first, in the arena */
    bool partial;      /* something stands in for what could not be had: the spine asks again */
    char origin[256];  /* who answered */
    char problem[256]; /* partial: what stands in, and why */
};

/* Fetches property sources from elsewhere. An error ends the start; whoever wants to start without
 * returns 0 and a partial answer. May block for as long as its own settings say. Called again at
 * each refresh, and every two seconds while the answer is partial. */
typedef int (*cr_config_source)(const struct cr_config_question *question, struct cr_arena *arena,
                                struct cr_config_answer *out_answer, struct cr_err *err);

struct cr_daemon {
    const char *name;        /* "eureka-registry": binary, log lines, run/<name>.json */
    const char *summary;     /* one sentence for --help */
    const char *version;     /* CREMA_VERSION */
    const char *application; /* default of spring.application.name */
    int port;                /* default of server.port */

    const struct cr_setting *settings; /* the daemon's own rows; the shared ones are the spine's */
    size_t setting_count;
    size_t settings_size; /* of the struct that the rows bind into */
    /* Further tables, families among them, that modules and the config source bind themselves:
     * they too show in --help, --print-config and docs, and are checked. */
    const struct cr_setting_table *const *tables;
    size_t table_count;
    const char *const *prefixes; /* keys that the daemon owns: an unknown one is a warning */
    size_t prefix_count;
    /* Checks what rows cannot say, also for --check-config: "key: what is wrong". Optional. */
    int (*check)(const void *settings, const struct cr_environment *environment,
                 struct cr_err *err);

    const struct cr_module *modules;
    size_t module_count;
    const struct cr_http_route *routes; /* handlers get the cr_app as ctx */
    size_t route_count;

    /* Patterns of routes that answer without the server's user and password, since their handlers
     * see to it themselves; NULL at the end, or NULL. */
    const char *const *open_patterns;

    cr_config_source config_source; /* NULL: local sources only */
    size_t commands_max;            /* Hystrix commands; 0: none, hystrix.stream only pings */
    bool admin_socket;              /* serve on cr_app_admin_socket; a module owns server.port */
    const char *examples;           /* lines for the end of --help; may be NULL */
};

CR_MUST_CHECK int cr_daemon_main(const struct cr_daemon *daemon, int argc, char **argv);

#endif
