/* What modules and handlers may ask of the running daemon. */
#include "cr_app.h"

#include <string.h>

#include "cr_app_private.h"
#include "cr_assert.h"

struct cr_config *cr_app_config(const struct cr_app *app)
{
    return atomic_load(&app->config);
}

enum cr_stage cr_app_stage(const struct cr_app *app)
{
    return (enum cr_stage)atomic_load(&app->stage);
}

const void *cr_app_settings(const struct cr_app *app)
{
    return cr_app_config(app)->settings;
}

const struct cr_environment *cr_app_environment(const struct cr_app *app)
{
    return cr_app_config(app)->environment;
}

const struct cr_daemon *cr_app_daemon(const struct cr_app *app)
{
    return app->daemon;
}

const char *cr_app_name(const struct cr_app *app)
{
    return app->boot_config->spine.name;
}

const char *cr_app_home(const struct cr_app *app)
{
    return app->home;
}

const char *cr_app_host(const struct cr_app *app)
{
    return app->boot_config->spine.address;
}

int cr_app_port(const struct cr_app *app)
{
    return atomic_load(&app->port);
}

void cr_app_set_port(struct cr_app *app, int port)
{
    atomic_store(&app->port, port);
}

const struct cr_log *cr_app_log(const struct cr_app *app)
{
    return app->log;
}

struct cr_http_client *cr_app_http_client(const struct cr_app *app)
{
    return app->client;
}

struct cr_commands *cr_app_commands(const struct cr_app *app)
{
    return app->commands;
}

void *cr_app_module_state(const struct cr_app *app, const char *module)
{
    size_t i = 0;
    while (i < app->daemon->module_count && strcmp(app->daemon->modules[i].name, module) != 0)
        i++;
    CR_ASSERT(i < app->daemon->module_count);
    return app->states[i];
}

bool cr_app_ready(const struct cr_app *app)
{
    return cr_app_stage(app) == CR_STAGE_READY;
}

bool cr_app_draining(const struct cr_app *app)
{
    return cr_app_stage(app) >= CR_STAGE_DRAIN;
}

const char *cr_app_admin_socket(const struct cr_app *app)
{
    return app->admin_socket;
}

void cr_app_stop(struct cr_app *app, int exit_code)
{
    bool first = !atomic_exchange(&app->stop_wanted, true);
    if (first)
        atomic_store(&app->exit_code, exit_code);
    cr_signals_wake(&app->signals);
}

void cr_app_refresh(struct cr_app *app)
{
    atomic_store(&app->refresh_wanted, true);
    cr_signals_wake(&app->signals);
}

bool cr_changes_has(const struct cr_changes *changes, const char *prefix)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strncmp(changes->keys[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}
