/* cr_app: the running daemon, as its modules and handlers see it.
 *
 * Ownership: everything belongs to the spine. The settings of the start live as long as the
 *            process; those of a refresh at least ten minutes after they were replaced. So ask for
 *            them where they are used, or keep those of the start if they are not live.
 * Errors:    none; asking for a module that is not in the table is a programmer error.
 * Threads:   any.
 */
#ifndef CR_APP_H
#define CR_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "cr_attr.h"
#include "cr_slice.h"

struct cr_app;
struct cr_commands;
struct cr_daemon;
struct cr_environment;
struct cr_http_client;
struct cr_log;

/* The daemon's own struct, bound by its rows; after a refresh the newest one. */
const void *cr_app_settings(const struct cr_app *app);
/* All sources resolved, for keys that no row binds; after a refresh the newest one. */
const struct cr_environment *cr_app_environment(const struct cr_app *app);

const struct cr_daemon *cr_app_daemon(const struct cr_app *app);
const char *cr_app_name(const struct cr_app *app); /* spring.application.name */
const char *cr_app_home(const struct cr_app *app); /* crema.home, absolute, there */
const char *cr_app_host(const struct cr_app *app); /* server.address; "" = every address */
int cr_app_port(const struct cr_app *app);         /* the real one; 0 before it is known */
const struct cr_log *cr_app_log(const struct cr_app *app);
struct cr_http_client *cr_app_http_client(const struct cr_app *app);

/* The registry of Hystrix commands; NULL when the daemon's commands_max is 0. */
struct cr_commands *cr_app_commands(const struct cr_app *app);

/* The state that the module's open gave; NULL before. */
void *cr_app_module_state(const struct cr_app *app, const char *module);

bool cr_app_ready(const struct cr_app *app);    /* started, and not draining */
bool cr_app_draining(const struct cr_app *app); /* SIGTERM came */

/* A module that owns server.port itself (cr_daemon.admin_socket) tells it, at the latest in its
 * start. */
void cr_app_set_port(struct cr_app *app, int port);

/* Asks for the orderly end, as SIGTERM does; exit_code is the process's. The first one counts. */
void cr_app_stop(struct cr_app *app, int exit_code);
/* Reads signals that came meanwhile; true when somebody asked for the end. For main, while the
 * start takes long: a module's open or start then returns 0 early. */
bool cr_app_end_wanted(struct cr_app *app);
/* Asks for a refresh, as SIGHUP does: main reads the sources again a moment later. */
void cr_app_refresh(struct cr_app *app);

/* The path of the daemon's admin socket: <home>/run/<daemon>.sock. */
const char *cr_app_admin_socket(const struct cr_app *app);

#endif
