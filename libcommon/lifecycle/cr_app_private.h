/* cr_app_private: the inside of the running daemon, for the spine only.
 *
 * Threads: fields are written by main before other threads can see them, unless they are atomic or
 *          their comment says otherwise.
 */
#ifndef CR_APP_PRIVATE_H
#define CR_APP_PRIVATE_H

#include <stdatomic.h>

#include "cr_app.h"
#include "cr_config.h"
#include "cr_config_state.h"
#include "cr_http_server.h"
#include "cr_signals.h"
#include "cr_watchdog.h"

struct cr_hystrix_stream;
struct cr_refresh;

enum cr_stage {
    CR_STAGE_BOOT,
    CR_STAGE_SETTINGS,
    CR_STAGE_OPEN,
    CR_STAGE_SERVE,
    CR_STAGE_READY,
    CR_STAGE_DRAIN,
    CR_STAGE_STOP,
};

struct cr_app {
    const struct cr_daemon *daemon;
    struct cr_config_input input;
    struct cr_tables tables;
    struct cr_arena *arena; /* what lives as long as the app */
    const struct cr_log *log;
    int64_t started_ms;
    atomic_int stage;

    _Atomic(struct cr_config *) config;
    const struct cr_config *boot_config;
    struct cr_config_state config_state; /* has a lock of its own */
    const char *home;
    const char *admin_socket;
    atomic_int port;

    struct cr_http_client *client;
    struct cr_commands *commands;
    struct cr_hystrix_stream *stream;
    struct cr_refresh *refresh;

    void **states; /* one per module */
    size_t opened; /* modules, from the first */
    size_t started;

    struct cr_http_routes *routes;
    size_t route_tables;
    struct cr_http_server *server;
    bool run_file;

    struct cr_signals signals;
    struct cr_watchdog watchdog;
    atomic_bool stop_wanted;
    atomic_int exit_code;
    atomic_bool refresh_wanted;
};

struct cr_config *cr_app_config(const struct cr_app *app);
enum cr_stage cr_app_stage(const struct cr_app *app);

#endif
