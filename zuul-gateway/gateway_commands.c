/* The Hystrix commands of the routes. */
#include "gateway_commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "cr_app_command.h"
#include "cr_arena.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_map.h"
#include "cr_settings.h"
#include "cr_thread.h"
#include "gateway_settings.h"

enum { READ_DEFAULT_MS = 1000, NUMBER_SIZE = 24 };

#define TIME_LIMIT "execution.isolation.thread.timeoutInMilliseconds"
#define PERMITS    "execution.isolation.semaphore.maxConcurrentRequests"

struct made {
    struct cr_command *command;
    bool static_url;
};

struct gateway_commands {
    struct cr_app *app;
    const struct cr_log *log;
    struct cr_mutex lock; /* of made */
    struct cr_map *made;  /* by key */
};

/* What the code says about one command. */
struct presets {
    struct cr_command_preset rows[2];
    size_t count;
    char time_limit[NUMBER_SIZE];
    char permits[NUMBER_SIZE];
};

/* --- settings of one service --- */

static const struct gateway_ribbon_settings ribbon_builtin = {
    .connect_ms = 1000, .retries_next = 1, .instance_max = 50, .total_max = 200, .queue_ms = 1000};

/* Settings were checked before they came into effect, so nothing but memory can be missing. */
static void read_ribbon(const struct gateway_commands *commands, const char *service,
                        struct cr_arena *arena, struct gateway_ribbon_settings *out_ribbon)
{
    struct cr_err err = {0};
    if (cr_settings_bind_member(&gateway_ribbon_table, cr_app_environment(commands->app), service,
                                out_ribbon, arena, &err) == 0)
        return;
    cr_log_warn(commands->log, "ribbon.settings", "%s: using the built-in limits", err.text);
    *out_ribbon = ribbon_builtin;
}

static int64_t read_permits(const struct gateway_commands *commands, const char *service,
                            struct cr_arena *arena)
{
    struct cr_err err = {0};
    int64_t permits = 0;
    if (cr_settings_bind_member(&gateway_semaphore_table, cr_app_environment(commands->app),
                                service, &permits, arena, &err) == 0)
        return permits;
    const struct gateway_settings *settings = cr_app_settings(commands->app);
    return settings->semaphores;
}

int64_t gateway_commands_limit_ms(const struct gateway_ribbon_settings *ribbon)
{
    int64_t read_ms = ribbon->read_ms > 0 ? ribbon->read_ms : READ_DEFAULT_MS;
    int64_t attempts = (ribbon->retries_same + 1) * (ribbon->retries_next + 1);
    return cr_min_i64((ribbon->connect_ms + read_ms) * attempts, INT32_MAX);
}

/* Zuul lets the default of all commands win over Ribbon's arithmetic; Hystrix itself would not. */
static bool has_default_limit(const struct gateway_commands *commands, struct cr_arena *arena)
{
    const char *text = cr_environment_text(cr_app_environment(commands->app),
                                           "hystrix.command.default." TIME_LIMIT, NULL, arena);
    return text && *text;
}

static void add_number(struct presets *presets, const char *property, int64_t value,
                       char text[NUMBER_SIZE])
{
    snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
    presets->rows[presets->count++] = (struct cr_command_preset){property, text};
}

static void fill_presets(const struct gateway_commands *commands, const char *key, bool static_url,
                         struct presets *out_presets)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const struct gateway_settings *settings = cr_app_settings(commands->app);
    out_presets->count = 0;
    if (!arena)
        return;
    if (static_url) {
        add_number(out_presets, TIME_LIMIT, settings->host_connect_ms + settings->host_read_ms,
                   out_presets->time_limit);
    } else if (!has_default_limit(commands, arena)) {
        struct gateway_ribbon_settings ribbon;
        read_ribbon(commands, key, arena, &ribbon);
        add_number(out_presets, TIME_LIMIT, gateway_commands_limit_ms(&ribbon),
                   out_presets->time_limit);
    }
    add_number(out_presets, PERMITS, read_permits(commands, key, arena), out_presets->permits);
}

/* --- hooks --- */

static void remember(struct gateway_commands *commands, const char *key, bool static_url,
                     struct cr_command *command)
{
    struct made *made = calloc(1, sizeof *made);
    if (!made)
        return;
    *made = (struct made){command, static_url};
    CR_LOCKED(&commands->lock);
    if (cr_map_put(commands->made, cr_slice_of(key), made) != 0)
        free(made); /* it works, but stays as it is at a refresh */
}

static struct cr_command *make_command(void *ctx, const char *key, bool static_url)
{
    struct gateway_commands *commands = ctx;
    struct cr_command *command = NULL;
    struct presets presets;
    struct cr_err err = {0};
    fill_presets(commands, key, static_url, &presets);
    const struct cr_app_command wanted = {
        .key = key,
        .group = "RibbonCommand",
        .presets = presets.rows,
        .preset_count = presets.count,
    };
    if (cr_app_command(commands->app, &wanted, &command, &err) != 0) {
        cr_log_warn(commands->log, "command.failed", "'%s' goes without a circuit: %s", key,
                    err.text);
        return NULL;
    }
    remember(commands, key, static_url, command);
    return command;
}

static struct destination_limits url_limits(const struct gateway_settings *settings)
{
    return (struct destination_limits){
        .connect_ms = settings->host_connect_ms,
        .read_ms = settings->host_read_ms,
        .instance_max = (uint32_t)settings->host_instance_max,
        .quota_max = (uint32_t)settings->host_total_max,
        .queue_max = (uint32_t)settings->queue_max,
        .queue_ms = settings->host_queue_ms,
    };
}

static struct destination_limits service_limits(const struct gateway_ribbon_settings *ribbon,
                                                const struct gateway_settings *settings)
{
    int64_t instance_max =
        ribbon->instance_max_old ? ribbon->instance_max_old : ribbon->instance_max;
    int64_t total_max = ribbon->total_max_old ? ribbon->total_max_old : ribbon->total_max;
    return (struct destination_limits){
        .connect_ms = ribbon->connect_ms,
        .read_ms = ribbon->read_ms,
        .instance_max = (uint32_t)instance_max,
        .quota_max = (uint32_t)total_max,
        .queue_max = (uint32_t)settings->queue_max,
        .queue_ms = ribbon->queue_ms,
    };
}

static void tell_limits(void *ctx, const char *key, bool static_url, struct destination_limits *out)
{
    const struct gateway_commands *commands = ctx;
    const struct gateway_settings *settings = cr_app_settings(commands->app);
    struct gateway_ribbon_settings ribbon = ribbon_builtin;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!static_url && arena)
        read_ribbon(commands, key, arena, &ribbon);
    *out = static_url ? url_limits(settings) : service_limits(&ribbon, settings);
}

struct directory_hooks gateway_commands_hooks(struct gateway_commands *commands)
{
    return (struct directory_hooks){
        .command = make_command, .limits = tell_limits, .ctx = commands};
}

/* --- life --- */

struct gateway_commands *gateway_commands_new(struct cr_app *app)
{
    struct gateway_commands *commands = calloc(1, sizeof *commands);
    if (!commands)
        return NULL;
    commands->made = cr_map_new(0, free);
    if (!commands->made) {
        free(commands);
        return NULL;
    }
    commands->app = app;
    commands->log = cr_log_get("gateway.commands");
    cr_mutex_init(&commands->lock);
    return commands;
}

void gateway_commands_free(struct gateway_commands *commands)
{
    if (!commands)
        return;
    cr_map_free(commands->made);
    cr_mutex_fini(&commands->lock);
    free(commands);
}

static void reload_one(const struct gateway_commands *commands, const struct made *made)
{
    struct presets presets;
    struct cr_err err = {0};
    fill_presets(commands, cr_command_key(made->command), made->static_url, &presets);
    const struct cr_app_command wanted = {
        .key = cr_command_key(made->command),
        .group = cr_command_group(made->command),
        .presets = presets.rows,
        .preset_count = presets.count,
    };
    if (cr_app_command_reload(commands->app, &wanted, made->command, &err) != 0)
        cr_log_warn(commands->log, "command.unchanged", "%s; '%s' stays as it was", err.text,
                    wanted.key);
}

void gateway_commands_reload(struct gateway_commands *commands)
{
    size_t cursor = 0;
    struct cr_slice key;
    void *value;
    CR_LOCKED(&commands->lock);
    while (cr_map_next(commands->made, &cursor, &key, &value))
        reload_one(commands, value);
}
