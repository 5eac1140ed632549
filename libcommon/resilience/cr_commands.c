/* The registry of commands: names, the ticking thread, the stream and the metrics of all. */
#include "cr_commands.h"

#include <stdlib.h>

#include "cr_clock.h"
#include "cr_command_private.h"
#include "cr_map.h"
#include "cr_metrics.h"
#include "cr_wire_stream.h"

struct cr_commands {
    struct cr_mutex lock; /* of `by_key` and `last` */
    struct cr_map *by_key;
    struct cr_command *last;
    struct cr_command *_Atomic first; /* the list only grows: it is walked without the lock */
    _Atomic int64_t ticked_ms;
    struct cr_command_watcher watcher;

    struct cr_thread thread;
    struct cr_mutex clock_lock; /* of `stopping` */
    struct cr_cond wake;
    bool stopping;
};

static void free_command(void *command)
{
    cr_command_free(command);
}

struct cr_commands *cr_commands_new(size_t max, int64_t now_ms)
{
    struct cr_commands *commands = calloc(1, sizeof *commands);
    if (!commands)
        return NULL;
    commands->by_key = cr_map_new(max, free_command);
    if (!commands->by_key) {
        free(commands);
        return NULL;
    }
    cr_mutex_init(&commands->lock);
    cr_mutex_init(&commands->clock_lock);
    cr_cond_init(&commands->wake);
    atomic_store(&commands->ticked_ms, now_ms);
    return commands;
}

void cr_commands_free(struct cr_commands *commands)
{
    if (!commands)
        return;
    cr_commands_stop(commands);
    cr_map_free(commands->by_key);
    cr_cond_fini(&commands->wake);
    cr_mutex_fini(&commands->clock_lock);
    cr_mutex_fini(&commands->lock);
    free(commands);
}

void cr_commands_freep(struct cr_commands **commands)
{
    cr_commands_free(*commands);
    *commands = NULL;
}

static int check_name(const char *what, struct cr_slice name, struct cr_err *err)
{
    if (name.len > 0 && name.len <= CR_COMMAND_NAME_MAX)
        return 0;
    return cr_err_set(err, CR_EINVAL, "hystrix command: the %s has %zu bytes, 1 to %d are allowed",
                      what, name.len, CR_COMMAND_NAME_MAX);
}

static int add_locked(struct cr_commands *commands, struct cr_slice key, struct cr_slice group,
                      const struct cr_command_properties *properties,
                      struct cr_command **out_command)
{
    /* Its windows lie on the grid of the ticks, so that a circuit opens at the next one. */
    struct cr_command *command = cr_command_new(&commands->watcher, key, group, properties,
                                                atomic_load(&commands->ticked_ms));
    if (!command)
        return CR_ENOMEM;
    int rc = cr_map_put(commands->by_key, key, command);
    if (rc) {
        cr_command_free(command);
        return rc;
    }
    if (commands->last)
        atomic_store_explicit(&commands->last->next, command, memory_order_release);
    else
        atomic_store_explicit(&commands->first, command, memory_order_release);
    commands->last = command;
    *out_command = command;
    return 0;
}

int cr_commands_get(struct cr_commands *commands, struct cr_slice key, struct cr_slice group,
                    const struct cr_command_properties *properties, struct cr_command **out_command,
                    struct cr_err *err)
{
    int rc = check_name("key", key, err);
    if (rc == 0)
        rc = check_name("group", group, err);
    if (rc)
        return rc;
    CR_LOCKED(&commands->lock);
    struct cr_command *known = cr_map_get(commands->by_key, key);
    if (known) {
        *out_command = known;
        return 0;
    }
    rc = add_locked(commands, key, group, properties, out_command);
    if (rc == CR_ELIMIT)
        return cr_err_set(err, rc, "hystrix command '%.*s': there are %zu commands already",
                          CR_SLICE_ARG(key), cr_map_count(commands->by_key));
    if (rc)
        return cr_err_set(err, rc, "hystrix command '%.*s': out of memory", CR_SLICE_ARG(key));
    return 0;
}

struct cr_command *cr_commands_find(struct cr_commands *commands, struct cr_slice key)
{
    CR_LOCKED(&commands->lock);
    return cr_map_get(commands->by_key, key);
}

size_t cr_commands_count(struct cr_commands *commands)
{
    CR_LOCKED(&commands->lock);
    return cr_map_count(commands->by_key);
}

void cr_commands_each(struct cr_commands *commands,
                      void (*each)(struct cr_command *command, void *ctx), void *ctx)
{
    struct cr_command *command = atomic_load_explicit(&commands->first, memory_order_acquire);
    while (command) {
        each(command, ctx);
        command = atomic_load_explicit(&command->next, memory_order_acquire);
    }
}

void cr_commands_watch(struct cr_commands *commands, cr_circuit_watch watch, void *ctx)
{
    commands->watcher = (struct cr_command_watcher){watch, ctx};
}

/* --- the clock --- */

static void tick_one(struct cr_command *command, void *ctx)
{
    cr_command_tick(command, *(const int64_t *)ctx);
}

void cr_commands_tick(struct cr_commands *commands, int64_t now_ms)
{
    cr_commands_each(commands, tick_one, &now_ms);
    atomic_store(&commands->ticked_ms, now_ms);
}

/* The grid is kept: a late tick does not move those that follow, missed ones are left out. */
static void tick_until_stopped(void *ctx)
{
    struct cr_commands *commands = ctx;
    int64_t next_ms = atomic_load(&commands->ticked_ms) + CR_COMMANDS_TICK_MS;
    cr_mutex_lock(&commands->clock_lock);
    while (!commands->stopping) {
        if (cr_cond_wait_until(&commands->wake, &commands->clock_lock, next_ms))
            continue;
        int64_t late_ms = cr_clock_ms() - next_ms;
        int64_t due_ms = next_ms + late_ms / CR_COMMANDS_TICK_MS * CR_COMMANDS_TICK_MS;
        cr_mutex_unlock(&commands->clock_lock);
        cr_commands_tick(commands, due_ms);
        cr_mutex_lock(&commands->clock_lock);
        next_ms = due_ms + CR_COMMANDS_TICK_MS;
    }
    cr_mutex_unlock(&commands->clock_lock);
}

int cr_commands_start(struct cr_commands *commands, struct cr_err *err)
{
    commands->stopping = false;
    return cr_thread_start(&commands->thread, "cr-circuits", tick_until_stopped, commands, err);
}

void cr_commands_stop(struct cr_commands *commands)
{
    cr_mutex_lock(&commands->clock_lock);
    commands->stopping = true;
    cr_cond_signal(&commands->wake);
    cr_mutex_unlock(&commands->clock_lock);
    cr_thread_join(&commands->thread);
}

/* --- the stream --- */

struct stream_turn {
    int64_t wall_ms;
    struct cr_buf *out;
};

static void stream_one(struct cr_command *command, void *ctx)
{
    const struct stream_turn *turn = ctx;
    struct cr_wire_command event;
    cr_command_snapshot(command, turn->wall_ms, &event);
    cr_buf_text(turn->out, "data: ");
    cr_wire_command_write(&event, turn->out);
    cr_buf_text(turn->out, "\n\n");
}

void cr_commands_stream(struct cr_commands *commands, int64_t wall_ms, struct cr_buf *out)
{
    struct stream_turn turn = {wall_ms, out};
    cr_commands_each(commands, stream_one, &turn);
}

/* --- metrics --- */

static const bool terminal[CR_EVENT_COUNT] = {
    [CR_EVENT_SUCCESS] = true,
    [CR_EVENT_BAD_REQUEST] = true,
    [CR_EVENT_CANCELLED] = true,
    [CR_EVENT_RESPONSE_FROM_CACHE] = true,
    [CR_EVENT_FALLBACK_SUCCESS] = true,
    [CR_EVENT_FALLBACK_FAILURE] = true,
    [CR_EVENT_FALLBACK_REJECTION] = true,
    [CR_EVENT_FALLBACK_MISSING] = true,
};

static void label_command(struct cr_buf *labels, const struct cr_command *command)
{
    cr_buf_reset(labels);
    cr_metrics_label(labels, "group", cr_slice_of(cr_command_group(command)));
    cr_metrics_label(labels, "key", cr_slice_of(cr_command_key(command)));
}

static void show(struct cr_metrics_view *view, struct cr_metric metric, const struct cr_buf *labels)
{
    if (cr_buf_status(labels))
        return;
    metric.labels = labels->data;
    cr_metrics_show(view, &metric);
}

static void show_gauge(struct cr_metrics_view *view, const char *name, const char *help,
                       double value, const struct cr_buf *labels)
{
    show(view, (struct cr_metric){CR_METRIC_GAUGE, .name = name, .help = help, .value = value},
         labels);
}

static void show_events(struct cr_metrics_view *view, struct cr_command *command,
                        struct cr_buf *labels)
{
    for (int event = 0; event < CR_EVENT_COUNT; event++) {
        label_command(labels, command);
        cr_metrics_label(labels, "event",
                         cr_slice_of(cr_command_event_name((enum cr_command_event)event)));
        cr_metrics_label(labels, "terminal", cr_slice_of(terminal[event] ? "true" : "false"));
        double value = (double)cr_command_count(command, (enum cr_command_event)event);
        show(view,
             (struct cr_metric){CR_METRIC_COUNTER, .name = "hystrix.execution",
                                .help = "Events of Hystrix commands", .value = value},
             labels);
    }
}

static void show_command(struct cr_command *command, void *ctx)
{
    struct cr_metrics_view *view = ctx;
    CR_AUTO(cr_buf) labels = {0};
    show_events(view, command, &labels);
    label_command(&labels, command);
    struct cr_circuit *circuit = cr_command_circuit(command);
    struct cr_wire_command figures;
    cr_command_snapshot(command, 0, &figures);
    show_gauge(view, "hystrix.circuit.breaker.open", "1 while the circuit is open or half-open",
               cr_circuit_is_open(circuit) ? 1 : 0, &labels);
    show_gauge(view, "hystrix.circuit.breaker.state", "0 closed, 1 open, 2 half-open",
               cr_circuit_state(circuit), &labels);
    show_gauge(view, "hystrix.concurrent.execution.current", "Executions in flight",
               (double)figures.concurrent, &labels);
    show_gauge(view, "hystrix.error.percentage", "Of the health window, truncated",
               (double)figures.error_percentage, &labels);
    show_gauge(view, "hystrix.requests", "Requests in the health window",
               (double)figures.request_count, &labels);
    show_gauge(view, "hystrix.latency.execution.mean.ms",
               "Mean of the last closed minute, fallback included", (double)figures.execute.mean,
               &labels);
}

void cr_commands_metrics(struct cr_metrics_view *view, void *ctx)
{
    cr_commands_each(ctx, show_command, view);
}
