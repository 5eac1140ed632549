/* Starting, stopping and telling the state of a consumer. */
#include "cr_consumer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_consumer_private.h"

enum {
    SWEEP_DEFAULT_MS = 30000,
    PATIENCE_MS = 3000, /* at the start, before the log says that no broker is there */
};

/* --- what the threads share --- */

bool cr_consumer_stopping(struct cr_consumer *consumer)
{
    CR_LOCKED(&consumer->mutex);
    return consumer->stopping;
}

void cr_consumer_pause(struct cr_consumer *consumer, int64_t ms)
{
    int64_t deadline_ms = cr_clock_ms() + ms;
    CR_LOCKED(&consumer->mutex);
    while (!consumer->stopping &&
           cr_cond_wait_until(&consumer->wake, &consumer->mutex, deadline_ms))
        continue;
}

bool cr_consumer_sweeps(const struct cr_consumer *consumer)
{
    return consumer->options.fetch && consumer->options.sweep_interval_ms > 0;
}

void cr_consumer_want_sweep(struct cr_consumer *consumer, const char *why)
{
    if (!cr_consumer_sweeps(consumer))
        return;
    cr_mutex_lock(&consumer->mutex);
    bool wanted = consumer->sweep_wanted;
    consumer->sweep_wanted = true;
    cr_cond_broadcast(&consumer->wake);
    cr_mutex_unlock(&consumer->mutex);
    if (!wanted && consumer->options.log)
        cr_log_debug(consumer->options.log, "consumer.sweep.wanted", "topic %s: %s",
                     consumer->options.topic, why);
}

void cr_consumer_tally_add(struct cr_consumer_tally *tally, enum cr_inbox_result result)
{
    tally->applied += result == CR_INBOX_APPLIED;
    tally->dropped += result == CR_INBOX_REPEAT;
    tally->parked += result == CR_INBOX_PARKED;
    tally->gaps += result == CR_INBOX_GAP;
}

void cr_consumer_count(struct cr_consumer *consumer, const struct cr_consumer_tally *tally)
{
    cr_counter_add(consumer->applied, (int64_t)tally->applied);
    cr_counter_add(consumer->dropped, (int64_t)tally->dropped);
    cr_counter_add(consumer->repaired, (int64_t)tally->repaired);
    cr_counter_add(consumer->parked, (int64_t)tally->parked);
    cr_counter_add(consumer->foreign, (int64_t)tally->foreign);
    cr_mutex_lock(&consumer->mutex);
    consumer->status.applied += tally->applied;
    consumer->status.dropped += tally->dropped;
    consumer->status.repaired += tally->repaired;
    consumer->status.parked += tally->parked;
    cr_mutex_unlock(&consumer->mutex);
    if (tally->parked > 0 && consumer->options.log)
        cr_log_error(consumer->options.log, "consumer.parked",
                     "topic %s: %zu events could not be applied and are parked in dead_letter",
                     consumer->options.topic, tally->parked);
    if (tally->applied > 0 && consumer->options.applied)
        consumer->options.applied(consumer->options.ctx, tally->applied);
}

void cr_consumer_failing(struct cr_consumer *consumer, const struct cr_err *err)
{
    cr_mutex_lock(&consumer->mutex);
    bool was = consumer->failing_since_ms != 0;
    if (err && !was)
        consumer->failing_since_ms = cr_clock_ms();
    if (err)
        snprintf(consumer->status.reason, sizeof consumer->status.reason, "%s", err->text);
    else if (was) {
        consumer->failing_since_ms = 0;
        consumer->status.reason[0] = '\0';
    }
    cr_mutex_unlock(&consumer->mutex);
    const struct cr_log *log = consumer->options.log;
    if (err && !was && log)
        cr_log_warn(log, "consumer.failing", "topic %s: retrying: %s", consumer->options.topic,
                    err->text);
    else if (!err && was && log)
        cr_log_info(log, "consumer.recovered", "topic %s: applying again", consumer->options.topic);
}

void cr_consumer_connected(struct cr_consumer *consumer, bool connected, const char *what)
{
    cr_mutex_lock(&consumer->mutex);
    bool late = !consumer->told && cr_clock_ms() - consumer->started_ms >= PATIENCE_MS;
    bool changed = late || consumer->status.connected != connected;
    consumer->told = consumer->told || changed;
    consumer->status.connected = connected;
    if (consumer->failing_since_ms == 0)
        snprintf(consumer->status.reason, sizeof consumer->status.reason, "%s",
                 connected ? "" : what);
    if (changed)
        cr_cond_broadcast(&consumer->wake); /* the sweeper's interval depends on it */
    cr_mutex_unlock(&consumer->mutex);
    const struct cr_log *log = consumer->options.log;
    if (!changed || !log)
        return;
    if (connected)
        cr_log_info(log, "consumer.connected", "topic %s at %s: cluster %s",
                    consumer->options.topic, consumer->options.bootstrap_servers, what);
    else
        cr_log_warn(log, "consumer.disconnected", "topic %s at %s: retrying: %s",
                    consumer->options.topic, consumer->options.bootstrap_servers, what);
}

void cr_consumer_step(const struct cr_consumer *consumer, const char *name)
{
    if (consumer->options.step)
        consumer->options.step(consumer->options.step_ctx, name);
}

/* --- start and stop --- */

static void consumer_free(struct cr_consumer *consumer)
{
    cr_cond_fini(&consumer->wake);
    cr_mutex_fini(&consumer->mutex);
    cr_arena_free(consumer->texts);
    free(consumer);
}

static int copy_options(struct cr_consumer *consumer, const struct cr_consumer_options *options)
{
    struct cr_consumer_options *mine = &consumer->options;
    *mine = *options;
    mine->bootstrap_servers = cr_arena_text(consumer->texts, options->bootstrap_servers);
    mine->client_id = cr_arena_text(consumer->texts, options->client_id);
    mine->group = cr_arena_text(consumer->texts, options->group);
    mine->topic = cr_arena_text(consumer->texts, options->topic);
    mine->source = cr_arena_text(consumer->texts, options->source);
    if (mine->sweep_interval_ms == 0)
        mine->sweep_interval_ms = SWEEP_DEFAULT_MS;
    consumer->inbox = (struct cr_inbox){mine->topic, mine->source, mine->apply, mine->ctx};
    return cr_arena_failed(consumer->texts) ? CR_ENOMEM : 0;
}

static void register_metrics(struct cr_consumer *consumer)
{
    CR_AUTO(cr_buf) labels = {0};
    cr_metrics_label(&labels, "topic", cr_slice_of(consumer->options.topic));
    const char *text = labels.data;
    consumer->applied = cr_metrics_counter("events.applied", "Events applied once", text);
    consumer->dropped =
        cr_metrics_counter("dedup.dropped", "Events that came again and were dropped", text);
    consumer->repaired =
        cr_metrics_counter("sweep.repaired", "Events that only the owner's feed brought", text);
    consumer->parked =
        cr_metrics_counter("dead.letter.parked", "Events that could not be applied", text);
    consumer->foreign =
        cr_metrics_counter("events.foreign", "Records of others, passed over", text);
    consumer->lag = cr_metrics_gauge("consumer.lag", "Records on the topic, not applied yet", text);
    cr_metrics_unit("consumer.lag", "events");
}

static bool options_complete(const struct cr_consumer_options *options)
{
    return options->store && options->bootstrap_servers && options->client_id && options->group &&
           options->topic && options->source && options->apply;
}

static int start_threads(struct cr_consumer *consumer, struct cr_err *err)
{
    int rc = cr_thread_start(&consumer->reader, "evt-topic", cr_reader_run, consumer, err);
    if (rc == 0 && cr_consumer_sweeps(consumer))
        rc = cr_thread_start(&consumer->sweeper, "evt-sweep", cr_sweep_run, consumer, err);
    return rc;
}

int cr_consumer_start(const struct cr_consumer_options *options, struct cr_consumer **out_consumer,
                      struct cr_err *err)
{
    if (!options_complete(options))
        return cr_err_set(err, CR_EINVAL, "consumer: an option is missing");
    struct cr_consumer *consumer = calloc(1, sizeof *consumer);
    if (!consumer)
        return cr_err_set(err, CR_ENOMEM, "consumer: out of memory");
    cr_mutex_init(&consumer->mutex);
    cr_cond_init(&consumer->wake);
    consumer->status.lag = -1;
    consumer->started_ms = cr_clock_ms();
    consumer->texts = cr_arena_new(0);
    if (!consumer->texts || copy_options(consumer, options) < 0) {
        consumer_free(consumer);
        return cr_err_set(err, CR_ENOMEM, "consumer: out of memory");
    }
    register_metrics(consumer);
    int rc = start_threads(consumer, err);
    if (rc < 0) {
        cr_consumer_stop(consumer, 0);
        return rc;
    }
    *out_consumer = consumer;
    return 0;
}

void cr_consumer_stop(struct cr_consumer *consumer, int64_t deadline_ms)
{
    (void)deadline_ms; /* every step of both threads is bounded by itself */
    if (!consumer)
        return;
    cr_mutex_lock(&consumer->mutex);
    consumer->stopping = true;
    cr_cond_broadcast(&consumer->wake);
    cr_mutex_unlock(&consumer->mutex);
    cr_thread_join(&consumer->reader);
    cr_thread_join(&consumer->sweeper);
    consumer_free(consumer);
}

void cr_consumer_sweep(struct cr_consumer *consumer)
{
    cr_consumer_want_sweep(consumer, "asked for");
}

void cr_consumer_status(struct cr_consumer *consumer, struct cr_consumer_status *out_status)
{
    CR_LOCKED(&consumer->mutex);
    *out_status = consumer->status;
    if (consumer->failing_since_ms)
        out_status->failing_ms = cr_clock_ms() - consumer->failing_since_ms;
}
