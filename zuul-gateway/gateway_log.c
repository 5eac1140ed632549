/* The access log. */
#include "gateway_log.h"

#include <stdlib.h>

#include "cr_clock.h"
#include "cr_log.h"

/* A worker's ring holds a thousand records: under load it is emptied often. */
enum { BUSY_MS = 5, IDLE_MS = 40 };

struct gateway_log {
    struct plane *plane;
    const struct cr_log *log;
    struct cr_thread thread;
    struct cr_mutex lock; /* of stopping */
    struct cr_cond wake;
    bool stopping;
};

static void write_record(const struct gateway_log *log, const struct access_record *record)
{
    char status[CR_LOG_INT_SIZE], total[CR_LOG_INT_SIZE], wait[CR_LOG_INT_SIZE];
    char in[CR_LOG_INT_SIZE], out[CR_LOG_INT_SIZE], queue[CR_LOG_INT_SIZE];
    enum { ALWAYS = 11 };
    struct cr_log_field fields[ALWAYS + 3] = {
        {"method", cr_slice_of(record->method)},
        {"path", cr_slice_of(record->path)},
        {"status", cr_log_int(record->status, status)},
        {"ms", cr_log_int(record->total_ms, total)},
        {"wait_ms", cr_log_int(record->wait_ms, wait)},
        {"in", cr_log_int((int64_t)record->request_octets, in)},
        {"out", cr_log_int((int64_t)record->response_octets, out)},
        {"route", cr_slice_of(record->route)},
        {"upstream", cr_slice_of(record->upstream)},
        {"peer", cr_slice_of(record->peer)},
        {"id", cr_slice_of(record->id)},
    };
    size_t count = ALWAYS;
    if (record->queue_us)
        fields[count++] = (struct cr_log_field){"queue_us", cr_log_int(record->queue_us, queue)};
    if (record->trace[0])
        fields[count++] = (struct cr_log_field){"trace", cr_slice_of(record->trace)};
    if (record->failure != FAILURE_NONE)
        fields[count++] = (struct cr_log_field){"end", cr_slice_of(failure_name(record->failure))};
    cr_log_write_fields(log->log, CR_LOG_INFO, "request", fields, count, NULL);
}

/* True when there was anything. */
static bool write_all(const struct gateway_log *log)
{
    struct access_record record;
    struct cr_log_batch batch;
    bool any = false;
    cr_log_batch_begin(&batch);
    while (plane_next_record(log->plane, &record)) {
        any = true;
        if (cr_log_enabled(log->log, CR_LOG_INFO))
            write_record(log, &record);
    }
    cr_log_batch_end(&batch);
    return any;
}

static bool wait_a_moment(struct gateway_log *log, int64_t ms)
{
    CR_LOCKED(&log->lock);
    if (!log->stopping)
        (void)cr_cond_wait_until(&log->wake, &log->lock, cr_clock_ms() + ms);
    return !log->stopping;
}

static void run(void *ctx)
{
    struct gateway_log *log = ctx;
    bool busy = false;
    while (wait_a_moment(log, busy ? BUSY_MS : IDLE_MS))
        busy = write_all(log);
    (void)write_all(log);
}

int gateway_log_start(struct plane *plane, struct gateway_log **out_log, struct cr_err *err)
{
    struct gateway_log *log = calloc(1, sizeof *log);
    if (!log)
        return cr_err_set(err, CR_ENOMEM, "no memory for the access log");
    log->plane = plane;
    log->log = cr_log_get("gateway.access");
    cr_mutex_init(&log->lock);
    cr_cond_init(&log->wake);
    int rc = cr_thread_start(&log->thread, "gateway-log", run, log, err);
    if (rc) {
        gateway_log_free(log);
        return rc;
    }
    *out_log = log;
    return 0;
}

void gateway_log_free(struct gateway_log *log)
{
    if (!log)
        return;
    {
        CR_LOCKED(&log->lock);
        log->stopping = true;
        cr_cond_signal(&log->wake);
    }
    cr_thread_join(&log->thread);
    cr_cond_fini(&log->wake);
    cr_mutex_fini(&log->lock);
    free(log);
}
