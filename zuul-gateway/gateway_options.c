/* From settings to the data plane's options. */
#include "gateway_options.h"

#include <sched.h>

enum { WORKERS_MAX = 256 };

/* The cores that this process may use, which in a container are fewer than there are. */
static size_t core_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    if (count < 1)
        return 1;
    return count > WORKERS_MAX ? WORKERS_MAX : (size_t)count;
}

static int read_trusted(const struct cr_setting_list *list, struct cr_arena *arena,
                        struct plane_options *options, struct cr_err *err)
{
    struct address_range *ranges = cr_arena_array(arena, list->count + 1, sizeof *ranges);
    if (!ranges)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    for (size_t i = 0; i < list->count; i++)
        if (!address_range_parse(cr_slice_of(list->items[i]), &ranges[i]))
            return cr_err_set(err, CR_EINVAL,
                              "crema.gateway.trusted-proxies: '%s' is no address; write one such "
                              "as 10.1.2.3 or 10.0.0.0/8",
                              list->items[i]);
    options->trusted = ranges;
    options->trusted_count = list->count;
    return 0;
}

static void fill_limits(struct plane_options *options, const struct gateway_settings *settings)
{
    options->request_limits = (struct head_limits){
        .target_max = (size_t)settings->target_max,
        .head_max = (size_t)settings->head_max,
        .field_max = (size_t)settings->field_max,
        .count_max = (size_t)settings->fields_max,
    };
    options->response_limits = (struct head_limits){
        .target_max = (size_t)settings->target_max,
        .head_max = (size_t)settings->upstream_head_max,
        .field_max = (size_t)settings->upstream_head_max,
        .count_max = (size_t)settings->upstream_fields_max,
    };
    options->body_max = (uint64_t)settings->body_max;
    options->connections_max = (size_t)settings->connections_max;
    options->requests_max = (unsigned)settings->requests_max;
    options->upstream_requests_max = (unsigned)settings->upstream_requests_max;
    options->pool_max = (unsigned)settings->pool_max;
    options->buffer_max = (size_t)settings->buffer_max;
    options->unsent_max = (size_t)settings->unsent_max;
}

static void fill_times(struct plane_options *options, const struct gateway_settings *settings)
{
    options->age_max_ms = settings->age_max_ms;
    options->idle_ms = settings->idle_ms;
    options->head_ms = settings->head_ms;
    options->body_ms = settings->body_ms;
    options->body_rate = settings->body_rate;
    options->write_ms = settings->write_ms;
    options->continue_ms = settings->continue_ms;
    options->linger_ms = settings->linger_ms;
    options->linger_max_ms = settings->linger_max_ms;
    options->upstream_idle_ms = settings->upstream_idle_ms;
    options->stream_idle_ms = settings->stream_idle_ms;
    options->tunnel_idle_ms = settings->tunnel_idle_ms;
    options->drain_idle_ms = settings->drain_idle_ms;
}

int gateway_options_fill(struct plane_options *out_options, const struct gateway_settings *settings,
                         struct cr_arena *arena, struct cr_err *err)
{
    struct plane_options options = {
        .workers = settings->workers > 0 ? (size_t)settings->workers : core_count(),
        .admin_paths = settings->admin_paths.items,
        .admin_path_count = settings->admin_paths.count,
        .expose_internal = settings->expose_internal,
        .compat_errors = settings->compat_errors,
        .via = settings->via,
        .log_every = (unsigned)settings->log_every,
        .trace = settings->trace,
        .trace_b3 = settings->trace_b3,
        .io_uring = settings->io_uring,
        .trace_every = (unsigned)settings->trace_every,
    };
    fill_limits(&options, settings);
    fill_times(&options, settings);
    int rc = read_trusted(&settings->trusted, arena, &options, err);
    if (rc == 0)
        *out_options = options;
    return rc;
}
