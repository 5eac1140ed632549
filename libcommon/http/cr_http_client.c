/* The client's thread: a loop over libcurl's transfers, alarms, and what other threads ask for. */
#include "cr_http_client.h"

#include <stdlib.h>
#include <string.h>

#include "cr_array.h"
#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_http_alarms.h"
#include "cr_http_global.h"
#include "cr_http_transfer_private.h"
#include "cr_int.h"
#include "cr_metrics.h"
#include "cr_thread.h"

enum {
    MAX_CALLS = 1024,
    MAX_CONNECTIONS = 256,
    MAX_IDLE = 64,
    SPARE_MAX = 16, /* handles kept for the next calls */
    WAIT_MAX_MS = 60000,
    CAUSES = CR_HTTP_CANCELLED + 1,
};

struct cr_http_client {
    struct cr_http_client_options options; /* zeros replaced */
    char *user_agent;
    CURLM *multi;
    struct cr_thread thread;
    struct cr_histogram *timers[CAUSES];

    struct cr_mutex lock; /* guards what follows */
    struct cr_list inbox; /* transfers that wait to be started */
    uint64_t *cancels;    /* ids */
    size_t cancel_count, cancel_capacity;
    struct cr_http_alarms alarms;
    size_t call_count; /* in the inbox or started */
    uint64_t next_id;
    bool ending;

    struct cr_list active; /* the thread's alone, from here on */
    CURL *spare[SPARE_MAX];
    size_t spare_count;
};

static bool on_own_thread(const struct cr_http_client *client)
{
    return pthread_equal(pthread_self(), client->thread.id);
}

static void wake(struct cr_http_client *client)
{
    if (!on_own_thread(client))
        curl_multi_wakeup(client->multi);
}

/* --- transfers, on the client's thread --- */

static CURL *take_handle(struct cr_http_client *client)
{
    return client->spare_count ? client->spare[--client->spare_count] : curl_easy_init();
}

static void give_back(struct cr_http_client *client, CURL *easy)
{
    curl_easy_reset(easy);
    if (client->spare_count == SPARE_MAX)
        curl_easy_cleanup(easy);
    else
        client->spare[client->spare_count++] = easy;
}

static void cancel_alarm(struct cr_http_client *client, uint64_t id)
{
    cr_mutex_lock(&client->lock);
    (void)cr_http_alarms_cancel(&client->alarms, id);
    cr_mutex_unlock(&client->lock);
}

static void finish(struct cr_http_client *client, struct cr_http_transfer *t, CURLcode result)
{
    cr_list_remove(&t->node);
    if (t->watch_id)
        cancel_alarm(client, t->watch_id);
    CURL *easy = t->easy;
    int64_t now_ms = cr_clock_ms();
    if (easy)
        curl_multi_remove_handle(client->multi, easy);
    cr_mutex_lock(&client->lock);
    client->call_count--;
    cr_mutex_unlock(&client->lock);
    int64_t us = t->started_ms ? (now_ms - t->started_ms) * 1000 : 0;
    enum cr_http_cause cause = cr_http_transfer_finish(t, result, now_ms);
    cr_histogram_record(client->timers[cause], us);
    if (easy)
        give_back(client, easy);
}

static void end(struct cr_http_client *client, struct cr_http_transfer *t, enum cr_http_cause cause,
                int code)
{
    t->cause = cause;
    t->code = code;
    finish(client, t, CURLE_OK);
}

static void watch(void *ctx);

static int set_watch(struct cr_http_client *client, struct cr_http_transfer *t)
{
    int64_t due_ms = cr_http_transfer_deadline_ms(t);
    t->watch_id = 0;
    if (due_ms == INT64_MAX)
        return 0;
    if (t->call.idle_ms > 0) /* which may be shorter than the time for the head */
        due_ms = cr_min_i64(due_ms, cr_clock_ms() + t->call.idle_ms);
    CR_LOCKED(&client->lock);
    return cr_http_alarms_add(&client->alarms, due_ms, watch, t, &t->watch_id);
}

/* A stream's alarm: its deadline may have moved since the alarm was set. */
static void watch(void *ctx)
{
    struct cr_http_transfer *t = ctx;
    struct cr_http_client *client = t->client;
    if (cr_clock_ms() >= cr_http_transfer_deadline_ms(t))
        end(client, t, CR_HTTP_TIMEOUT, CR_ETIMEOUT);
    else if (set_watch(client, t))
        end(client, t, CR_HTTP_BROKEN, CR_ENOMEM);
}

static void start(struct cr_http_client *client, struct cr_http_transfer *t)
{
    CURL *easy = take_handle(client);
    cr_list_push_back(&client->active, &t->node);
    t->client = client;
    if (easy && cr_http_transfer_start(t, easy, client->user_agent, cr_clock_ms()) == 0 &&
        curl_multi_add_handle(client->multi, easy) == CURLM_OK && set_watch(client, t) == 0)
        return;
    end(client, t, CR_HTTP_BROKEN, CR_ENOMEM);
}

static void cancel(struct cr_http_client *client, uint64_t id)
{
    cr_list_for (node, &client->active) {
        struct cr_http_transfer *t = CR_CONTAINER(node, struct cr_http_transfer, node);
        if (t->id == id) {
            end(client, t, CR_HTTP_CANCELLED, CR_EUNAVAILABLE);
            return;
        }
    }
}

static void collect(struct cr_http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct cr_http_transfer *t = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        finish(client, t, result);
    }
}

/* --- what other threads asked for --- */

static struct cr_http_transfer *next_call(struct cr_http_client *client)
{
    CR_LOCKED(&client->lock);
    struct cr_list *node = cr_list_pop_front(&client->inbox);
    return node ? CR_CONTAINER(node, struct cr_http_transfer, node) : NULL;
}

static uint64_t next_cancel(struct cr_http_client *client)
{
    CR_LOCKED(&client->lock);
    return client->cancel_count ? client->cancels[--client->cancel_count] : 0;
}

/* All calls first: a cancel is never ahead of its call. */
static void take_orders(struct cr_http_client *client)
{
    struct cr_http_transfer *t;
    uint64_t id;
    while ((t = next_call(client)))
        start(client, t);
    while ((id = next_cancel(client)))
        cancel(client, id);
}

static bool next_alarm(struct cr_http_client *client, int64_t now_ms, void (**out_fn)(void *),
                       void **out_ctx)
{
    CR_LOCKED(&client->lock);
    return cr_http_alarms_pop(&client->alarms, now_ms, out_fn, out_ctx);
}

/* Those that were due when the turn began: one that sets itself again cannot hold the loop. */
static void fire(struct cr_http_client *client, int64_t now_ms)
{
    void (*fn)(void *ctx);
    void *ctx;
    while (next_alarm(client, now_ms, &fn, &ctx))
        fn(ctx);
}

static int wait_ms(struct cr_http_client *client)
{
    CR_LOCKED(&client->lock);
    if (client->ending || client->cancel_count || !cr_list_empty(&client->inbox))
        return 0;
    int64_t next_ms = cr_http_alarms_next_ms(&client->alarms);
    if (next_ms == INT64_MAX)
        return WAIT_MAX_MS;
    return (int)cr_max_i64(0, cr_min_i64(WAIT_MAX_MS, next_ms - cr_clock_ms()));
}

static bool is_ending(struct cr_http_client *client)
{
    CR_LOCKED(&client->lock);
    return client->ending;
}

static void end_all(struct cr_http_client *client)
{
    take_orders(client);
    while (!cr_list_empty(&client->active))
        end(client, CR_CONTAINER(client->active.next, struct cr_http_transfer, node),
            CR_HTTP_CANCELLED, CR_EUNAVAILABLE);
    fire(client, INT64_MAX);
}

static void run(void *ctx)
{
    struct cr_http_client *client = ctx;
    while (!is_ending(client)) {
        int running = 0;
        take_orders(client);
        fire(client, cr_clock_ms());
        curl_multi_perform(client->multi, &running);
        collect(client);
        curl_multi_poll(client->multi, NULL, 0, wait_ms(client), NULL);
    }
    end_all(client);
}

/* --- for everybody --- */

static void take_options(struct cr_http_client *client, const struct cr_http_client_options *given)
{
    struct cr_http_client_options *o = &client->options;
    if (given)
        *o = *given;
    o->max_calls = o->max_calls ? o->max_calls : MAX_CALLS;
    o->max_connections = o->max_connections ? o->max_connections : MAX_CONNECTIONS;
    o->max_idle = o->max_idle ? o->max_idle : MAX_IDLE;
    client->user_agent = strdup(o->user_agent ? o->user_agent : "crema");
    o->user_agent = NULL;
}

static void make_timers(struct cr_http_client *client)
{
    for (int cause = 0; cause < CAUSES; cause++) {
        CR_AUTO(cr_buf) labels = {0};
        cr_metrics_label(&labels, "outcome",
                         cr_slice_of(cr_http_cause_name((enum cr_http_cause)cause)));
        client->timers[cause] = cr_metrics_timer("http.client.requests",
                                                 "Calls to other servers by what became of them",
                                                 cr_buf_status(&labels) ? NULL : labels.data);
    }
}

int cr_http_client_new(const struct cr_http_client_options *options, struct cr_http_client **out,
                       struct cr_err *err)
{
    int rc = cr_http_global_init(err);
    if (rc)
        return rc;
    struct cr_http_client *client = calloc(1, sizeof *client);
    if (!client)
        return cr_err_set(err, CR_ENOMEM, "HTTP client: no memory");
    cr_mutex_init(&client->lock);
    cr_list_init(&client->inbox);
    cr_list_init(&client->active);
    client->next_id = 1;
    take_options(client, options);
    make_timers(client);
    client->multi = curl_multi_init();
    if (!client->multi || !client->user_agent) {
        cr_http_client_free(client);
        return cr_err_set(err, CR_ENOMEM, "HTTP client: no memory");
    }
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->options.max_idle);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)client->options.max_connections);
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    rc = cr_thread_start(&client->thread, "http-client", run, client, err);
    if (rc) {
        cr_http_client_free(client);
        return rc;
    }
    *out = client;
    return 0;
}

void cr_http_client_free(struct cr_http_client *client)
{
    if (!client)
        return;
    cr_mutex_lock(&client->lock);
    client->ending = true;
    cr_mutex_unlock(&client->lock);
    if (client->thread.started)
        curl_multi_wakeup(client->multi);
    cr_thread_join(&client->thread);
    while (client->spare_count)
        curl_easy_cleanup(client->spare[--client->spare_count]);
    curl_multi_cleanup(client->multi);
    cr_http_alarms_fini(&client->alarms);
    cr_mutex_fini(&client->lock);
    free(client->cancels);
    free(client->user_agent);
    free(client);
}

static int post(struct cr_http_client *client, struct cr_http_transfer *t, uint64_t *out_id)
{
    CR_LOCKED(&client->lock);
    if (client->ending)
        return CR_EUNAVAILABLE;
    if (client->call_count >= client->options.max_calls)
        return CR_ELIMIT;
    t->id = client->next_id++;
    if (out_id)
        *out_id = t->id;
    client->call_count++;
    cr_list_push_back(&client->inbox, &t->node);
    return 0;
}

int cr_http_client_send(struct cr_http_client *client, const struct cr_http_call *call,
                        cr_http_done done, void *ctx, uint64_t *out_id)
{
    struct cr_http_transfer *t;
    int rc = cr_http_transfer_new(call, done, ctx, &t);
    if (rc)
        return rc;
    rc = post(client, t, out_id);
    if (rc)
        cr_http_transfer_free(t);
    else
        wake(client);
    return rc;
}

/* A cancel that cannot be noted for lack of memory is lost; the call's own deadline remains. */
void cr_http_client_cancel(struct cr_http_client *client, uint64_t id)
{
    cr_mutex_lock(&client->lock);
    if (id && CR_ARRAY_ROOM(client->cancels, client->cancel_count, client->cancel_capacity))
        client->cancels[client->cancel_count++] = id;
    cr_mutex_unlock(&client->lock);
    wake(client);
}

int cr_http_client_after(struct cr_http_client *client, int64_t delay_ms, void (*fn)(void *ctx),
                         void *ctx, uint64_t *out_id)
{
    uint64_t id = 0;
    int64_t due_ms = cr_clock_ms() + cr_max_i64(0, delay_ms);
    cr_mutex_lock(&client->lock);
    bool first = due_ms < cr_http_alarms_next_ms(&client->alarms);
    int rc = client->ending ? CR_EUNAVAILABLE
                            : cr_http_alarms_add(&client->alarms, due_ms, fn, ctx, &id);
    if (rc == 0 && out_id)
        *out_id = id;
    cr_mutex_unlock(&client->lock);
    if (rc == 0 && first)
        wake(client);
    return rc;
}

bool cr_http_client_after_cancel(struct cr_http_client *client, uint64_t id)
{
    CR_LOCKED(&client->lock);
    return cr_http_alarms_cancel(&client->alarms, id);
}

/* --- waiting --- */

struct waiter {
    struct cr_mutex lock;
    struct cr_cond cond;
    bool done;
    struct cr_arena *arena;
    struct cr_http_response *out;
};

/* The response lives until the callback returns: what the waiter needs is copied. */
static void keep(struct waiter *waiter, const struct cr_http_response *response)
{
    struct cr_http_response *out = waiter->out;
    struct cr_http_pair *headers =
        cr_arena_array(waiter->arena, response->header_count + 1, sizeof *headers);
    *out = *response;
    out->headers = headers;
    out->body.ptr = cr_arena_slice(waiter->arena, response->body);
    for (size_t i = 0; headers && i < response->header_count; i++) {
        headers[i].name = cr_arena_text(waiter->arena, response->headers[i].name);
        headers[i].value = cr_arena_text(waiter->arena, response->headers[i].value);
    }
    if (cr_arena_failed(waiter->arena)) {
        *out = (struct cr_http_response){.cause = CR_HTTP_BROKEN};
        out->code = cr_err_set(&out->err, CR_ENOMEM, "HTTP client: no memory for the answer");
    }
}

static void on_fetched(const struct cr_http_response *response, void *ctx)
{
    struct waiter *waiter = ctx;
    keep(waiter, response);
    CR_LOCKED(&waiter->lock);
    waiter->done = true;
    cr_cond_signal(&waiter->cond);
}

static void await(struct waiter *waiter)
{
    CR_LOCKED(&waiter->lock);
    while (!waiter->done)
        cr_cond_wait(&waiter->cond, &waiter->lock);
}

int cr_http_client_fetch(struct cr_http_client *client, const struct cr_http_call *call,
                         struct cr_arena *arena, struct cr_http_response *out, struct cr_err *err)
{
    CR_ASSERT(!on_own_thread(client));
    struct waiter waiter = {.arena = arena, .out = out};
    *out = (struct cr_http_response){0};
    cr_mutex_init(&waiter.lock);
    cr_cond_init(&waiter.cond);
    int rc = cr_http_client_send(client, call, on_fetched, &waiter, NULL);
    if (rc == 0) {
        await(&waiter);
        rc = out->code;
        if (rc && err)
            *err = out->err;
    } else {
        out->cause = CR_HTTP_REFUSED;
        out->code =
            cr_err_set(err, rc, "HTTP client: the call was not taken: %s", cr_code_name(rc));
    }
    cr_cond_fini(&waiter.cond);
    cr_mutex_fini(&waiter.lock);
    return rc;
}
