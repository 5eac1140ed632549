/* A stream of changes, from the HTTP client's thread to the one that asked for it. */
#include "cr_registry_watch_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_http_client.h"
#include "cr_int.h"
#include "cr_sse.h"
#include "cr_thread.h"

enum { RETRY_AFTER_MOST_S = 60, MS_PER_S = 1000 };

struct cr_registry_watch {
    struct cr_registry_watch_options options;
    struct cr_sse_reader reader; /* the HTTP client's thread's */

    struct cr_mutex mutex; /* of all below */
    struct cr_cond cond;
    uint64_t call;
    enum cr_registry_watch_end verdict; /* RUNS: none */
    struct cr_registry_watch_state state;
    struct cr_registry_event *first;
    struct cr_registry_event **end;
    size_t waiting; /* bytes */
};

void cr_registry_event_free(struct cr_registry_event *event)
{
    if (!event)
        return;
    cr_buf_free(&event->data);
    free(event);
}

void cr_registry_event_freep(struct cr_registry_event **event)
{
    cr_registry_event_free(*event);
    *event = NULL;
}

struct cr_registry_watch *cr_registry_watch_new(const struct cr_registry_watch_options *options)
{
    struct cr_registry_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->options = *options;
    watch->end = &watch->first;
    watch->reader.event_max = options->event_max;
    cr_mutex_init(&watch->mutex);
    cr_cond_init(&watch->cond);
    return watch;
}

void cr_registry_watch_free(struct cr_registry_watch *watch)
{
    if (!watch)
        return;
    cr_registry_watch_close(watch);
    cr_sse_reader_fini(&watch->reader);
    cr_cond_fini(&watch->cond);
    cr_mutex_fini(&watch->mutex);
    free(watch);
}

/* ---- on the HTTP client's thread ---- */

/* Why the call is to end. That it has ended is known only when done is called: no other may begin
 * before. Returns what makes the client end it. */
static int judge(struct cr_registry_watch *watch, enum cr_registry_watch_end verdict,
                 const char *problem)
{
    watch->verdict = verdict;
    snprintf(watch->state.problem, sizeof watch->state.problem, "%s", problem);
    return CR_EPARSE;
}

static bool is_busy(int status)
{
    return status == 403 || status == 429 || status == 503;
}

static int64_t retry_after_ms(const struct cr_http_response *head)
{
    int64_t seconds = 0;
    const char *text = cr_http_response_header(head, "Retry-After");
    if (!text || cr_int_parse(cr_slice_of(text), 0, RETRY_AFTER_MOST_S, &seconds))
        return 0;
    return seconds * MS_PER_S;
}

static bool is_stream(const struct cr_http_response *head)
{
    const char *type = cr_http_response_header(head, "Content-Type");
    const struct cr_slice wanted = CR_SLICE("text/event-stream");
    return head->status == 200 && type &&
           cr_slice_equal_nocase(cr_slice_sub(cr_slice_of(type), 0, wanted.len), wanted);
}

static int on_head(const struct cr_http_response *head, void *ctx)
{
    struct cr_registry_watch *watch = ctx;
    char problem[64];
    CR_LOCKED(&watch->mutex);
    watch->state.open = is_stream(head);
    watch->state.heard_ms = cr_clock_ms();
    if (watch->state.open)
        return 0;
    watch->state.retry_after_ms = retry_after_ms(head);
    snprintf(problem, sizeof problem, "GET watch answered %d%s", head->status,
             head->status == 200 ? ", but no event stream" : "");
    return judge(watch, is_busy(head->status) ? CR_REGISTRY_WATCH_BUSY : CR_REGISTRY_WATCH_NONE,
                 problem);
}

static bool type_of(struct cr_slice name, enum cr_registry_event_type *out_type)
{
    static const char *const names[] = {"state", "change", "reset"};
    for (size_t i = 0; i < CR_COUNT(names); i++)
        if (cr_slice_is(name, names[i])) {
            *out_type = (enum cr_registry_event_type)i;
            return true;
        }
    return false;
}

static int on_event(const struct cr_sse_event *event, void *ctx)
{
    struct cr_registry_watch *watch = ctx;
    enum cr_registry_event_type type = CR_REGISTRY_RESET;
    if (!type_of(event->type, &type))
        return 0; /* of a later version */
    struct cr_registry_event *copy = calloc(1, sizeof *copy);
    if (!copy)
        return CR_ENOMEM;
    copy->type = type;
    cr_buf_slice(&copy->data, event->data);
    if (event->id.len < sizeof copy->id)
        memcpy(copy->id, event->id.ptr ? event->id.ptr : "", event->id.len);
    CR_LOCKED(&watch->mutex);
    watch->waiting += event->data.len;
    if (cr_buf_status(&copy->data) || watch->waiting > watch->options.event_max) {
        cr_registry_event_free(copy);
        return CR_ELIMIT;
    }
    *watch->end = copy;
    watch->end = &copy->next;
    return 0;
}

static int on_data(struct cr_slice piece, void *ctx)
{
    struct cr_registry_watch *watch = ctx;
    int rc = cr_sse_feed(&watch->reader, piece, on_event, watch);
    cr_mutex_lock(&watch->mutex);
    watch->state.heard_ms = cr_clock_ms();
    if (rc == CR_ENOMEM)
        judge(watch, CR_REGISTRY_WATCH_BAD, "no memory for an event");
    else if (rc)
        judge(watch, CR_REGISTRY_WATCH_BAD, "an event, or all that wait, are too large");
    cr_mutex_unlock(&watch->mutex);
    watch->options.wake(watch->options.ctx);
    return rc;
}

static void on_done(const struct cr_http_response *response, void *ctx)
{
    struct cr_registry_watch *watch = ctx;
    cr_sse_reader_fini(&watch->reader);
    cr_mutex_lock(&watch->mutex);
    if (watch->verdict != CR_REGISTRY_WATCH_RUNS)
        watch->state.end = watch->verdict;
    else
        judge(watch, watch->state.end = CR_REGISTRY_WATCH_AWAY,
              response->code ? response->err.text : "the stream of changes ended");
    cr_cond_broadcast(&watch->cond);
    watch->options.wake(watch->options.ctx); /* before who closes may go on */
    cr_mutex_unlock(&watch->mutex);
}

/* ---- on the asking thread ---- */

int cr_registry_watch_open(struct cr_registry_watch *watch, const char *server, const char *last_id)
{
    CR_AUTO(cr_buf) url = {0};
    cr_buf_printf(&url, "%swatch", server);
    if (cr_buf_status(&url))
        return CR_ENOMEM;
    const struct cr_http_pair headers[] = {{"Accept", "text/event-stream"},
                                           {"Last-Event-ID", last_id}};
    const struct cr_http_call call = {
        .url = url.data,
        .headers = headers,
        .header_count = last_id[0] ? 2 : 1,
        .connect_ms = watch->options.connect_ms,
        .total_ms = watch->options.head_ms,
        .idle_ms = watch->options.idle_ms,
        .on_head = on_head,
        .on_data = on_data,
    };
    cr_mutex_lock(&watch->mutex);
    watch->verdict = CR_REGISTRY_WATCH_RUNS;
    watch->state = (struct cr_registry_watch_state){.end = CR_REGISTRY_WATCH_RUNS};
    cr_mutex_unlock(&watch->mutex);
    uint64_t id = 0;
    int rc = cr_http_client_send(watch->options.http, &call, on_done, watch, &id);
    CR_LOCKED(&watch->mutex);
    watch->call = id;
    if (rc)
        watch->state.end = CR_REGISTRY_WATCH_AWAY;
    return rc;
}

struct cr_registry_event *cr_registry_watch_next(struct cr_registry_watch *watch)
{
    CR_LOCKED(&watch->mutex);
    struct cr_registry_event *event = watch->first;
    if (!event)
        return NULL;
    watch->first = event->next;
    if (!watch->first)
        watch->end = &watch->first;
    watch->waiting -= event->data.len;
    event->next = NULL;
    return event;
}

void cr_registry_watch_close(struct cr_registry_watch *watch)
{
    cr_mutex_lock(&watch->mutex);
    uint64_t call = watch->call;
    bool runs = watch->state.end == CR_REGISTRY_WATCH_RUNS;
    cr_mutex_unlock(&watch->mutex);
    if (runs)
        cr_http_client_cancel(watch->options.http, call);
    cr_mutex_lock(&watch->mutex);
    while (watch->state.end == CR_REGISTRY_WATCH_RUNS)
        cr_cond_wait(&watch->cond, &watch->mutex);
    watch->state = (struct cr_registry_watch_state){.end = CR_REGISTRY_WATCH_IDLE};
    cr_mutex_unlock(&watch->mutex);
    struct cr_registry_event *event = NULL;
    while ((event = cr_registry_watch_next(watch)))
        cr_registry_event_free(event);
}

void cr_registry_watch_state(struct cr_registry_watch *watch,
                             struct cr_registry_watch_state *out_state)
{
    CR_LOCKED(&watch->mutex);
    *out_state = watch->state;
}
