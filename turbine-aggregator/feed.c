/* One upstream stream. Its call, timer and callbacks live on the http client's thread. */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_buf.h"
#include "cr_clock.h"
#include "cr_http_client.h"
#include "cr_int.h"
#include "cr_thread.h"

enum {
    CONNECT_MS = 2000,
    HEAD_MS = 10000,
    SILENCE_MS = 10000,
    RETRY_FIRST_MS = 500,
    RETRY_MAX_MS = 10000,
    RETRY_WITHOUT_STREAM_MS = 60000,
    LINE_MAX_BYTES = 256 * 1024,
    EVENT_ARENA_BYTES = 16 * 1024 * 1024,
};

struct feed {
    struct feed_options options;
    struct cr_arena *texts; /* the URLs */
    const char *urls[TARGET_URLS_MAX];
    size_t url_count;

    /* Touched by the client's thread only. */
    struct cr_buf line;
    bool skipping_line; /* too long: until its end */
    struct cr_arena *scratch;
    struct lag lag;
    size_t url_index;
    unsigned failures; /* rounds in a row without a live stream */
    bool answered;     /* in this round somebody answered, without a stream */
    char problem[256]; /* of the round's first URL */
    char refusal[256]; /* why on_head ended the call; "" if it did not */

    struct cr_mutex lock; /* of all below */
    struct feed_status status;
    bool stopping;
    bool busy; /* a call or a timer is under way, whose callback frees the feed when stopping */
    uint64_t call_id;
    uint64_t timer_id;
};

static void try_url(void *ctx);

const char *feed_state_name(enum feed_state state)
{
    static const char *const names[] = {"CONNECTING", "LIVE", "WAITING", "WITHOUT_STREAM"};
    return names[state];
}

static void release(struct feed *feed)
{
    cr_buf_free(&feed->line);
    cr_arena_free(feed->scratch);
    cr_arena_free(feed->texts);
    cr_mutex_fini(&feed->lock);
    free(feed);
}

static void end(struct feed *feed)
{
    void (*on_ended)(void *ctx) = feed->options.on_ended;
    void *ctx = feed->options.ctx;
    release(feed);
    on_ended(ctx);
}

static bool is_stopping(struct feed *feed)
{
    CR_LOCKED(&feed->lock);
    return feed->stopping;
}

static void set_state(struct feed *feed, enum feed_state state, const char *problem)
{
    cr_mutex_lock(&feed->lock);
    bool changed = feed->status.state != state || strcmp(feed->status.problem, problem) != 0;
    feed->status.state = state;
    snprintf(feed->status.problem, sizeof feed->status.problem, "%s", problem);
    cr_mutex_unlock(&feed->lock);
    if (changed)
        feed->options.on_change(state, problem, feed->options.ctx);
}

/* --- reading --- */

static void take_event(struct feed *feed, const struct cr_wire_event *event)
{
    bool accepted = lag_accepts(&feed->lag, &feed->options.lag, event, cr_clock_wall_ms());
    cr_mutex_lock(&feed->lock);
    feed->status.age_ms = feed->lag.age_ms;
    feed->status.skipped = feed->lag.skipped;
    if (accepted)
        feed->status.event_ms = cr_clock_ms();
    cr_mutex_unlock(&feed->lock);
    if (accepted)
        feed->options.on_event(event, feed->options.ctx);
}

static void take_line(struct feed *feed, struct cr_slice line)
{
    struct cr_slice json;
    struct cr_wire_event event;
    if (!cr_wire_stream_data(line, &json))
        return;
    cr_arena_reset(feed->scratch);
    if (cr_wire_event_parse(json, feed->scratch, &event, NULL) == 0)
        take_event(feed, &event);
}

/* Lines may come in pieces; one that is too long is skipped whole. */
static int on_data(struct cr_slice piece, void *ctx)
{
    struct feed *feed = ctx;
    ptrdiff_t end_of_line;
    while ((end_of_line = cr_slice_find(piece, '\n')) >= 0) {
        cr_buf_slice(&feed->line, cr_slice_sub(piece, 0, (size_t)end_of_line));
        piece = cr_slice_from(piece, (size_t)end_of_line + 1);
        if (!feed->skipping_line && cr_buf_status(&feed->line) == 0)
            take_line(feed, cr_buf_view(&feed->line));
        feed->skipping_line = false;
        cr_buf_reset(&feed->line);
    }
    cr_buf_slice(&feed->line, piece);
    if (cr_buf_status(&feed->line)) {
        feed->skipping_line = true;
        cr_buf_reset(&feed->line);
    }
    return 0;
}

static int on_head(const struct cr_http_response *head, void *ctx)
{
    struct feed *feed = ctx;
    if (head->status != 200)
        return 0; /* the call ends with that status */
    const char *type = cr_http_response_header(head, "Content-Type");
    if (!type || !cr_slice_starts(cr_slice_of(type), CR_SLICE("text/event-stream"))) {
        snprintf(feed->refusal, sizeof feed->refusal, "answers %s instead of text/event-stream",
                 type ? type : "without a content type");
        return CR_EPARSE;
    }
    feed->failures = 0;
    set_state(feed, FEED_LIVE, "");
    return 0;
}

/* --- failing --- */

static bool has_no_stream(const struct feed *feed, const struct cr_http_response *response)
{
    return feed->refusal[0] || response->status == 404 || response->status == 405;
}

static void describe(const struct feed *feed, const struct cr_http_response *response,
                     char out[sizeof feed->status.problem])
{
    const char *url = feed->urls[feed->url_index];
    size_t size = sizeof feed->status.problem;
    if (feed->refusal[0])
        snprintf(out, size, "%s %s", url, feed->refusal);
    else if (response->status == 200)
        snprintf(out, size, "%s ended: %s", url,
                 response->code ? response->err.text : "the instance closed the stream");
    else if (response->status)
        snprintf(out, size, "%s answers %d", url, response->status);
    else
        snprintf(out, size, "%s", response->err.text);
}

static int64_t pause_ms(const struct feed *feed)
{
    if (feed->answered)
        return RETRY_WITHOUT_STREAM_MS;
    int64_t pause = RETRY_FIRST_MS;
    for (unsigned i = 1; i < feed->failures && pause < RETRY_MAX_MS; i++)
        pause *= 2;
    return cr_min_i64(pause, RETRY_MAX_MS);
}

/* The last deed of a callback: the feed may be gone afterwards. */
static void arm(struct feed *feed, int64_t delay_ms)
{
    cr_mutex_lock(&feed->lock);
    bool stopping = feed->stopping;
    if (!stopping)
        feed->busy =
            cr_http_client_after(feed->options.http, delay_ms, try_url, feed, &feed->timer_id) == 0;
    cr_mutex_unlock(&feed->lock);
    if (stopping)
        end(feed);
}

/* Every URL of the round has failed; what the first one said is what is told. */
static void end_round(struct feed *feed)
{
    feed->failures++;
    int64_t delay_ms = pause_ms(feed);
    set_state(feed, feed->answered ? FEED_WITHOUT_STREAM : FEED_WAITING, feed->problem);
    feed->answered = false;
    feed->url_index = 0;
    arm(feed, delay_ms);
}

static void fail_url(struct feed *feed, const char *problem)
{
    if (feed->url_index == 0)
        snprintf(feed->problem, sizeof feed->problem, "%s", problem);
    if (feed->url_index + 1 == feed->url_count) {
        end_round(feed);
        return;
    }
    feed->url_index++;
    arm(feed, 0);
}

static void call_done(const struct cr_http_response *response, void *ctx)
{
    struct feed *feed = ctx;
    if (is_stopping(feed)) {
        end(feed);
        return;
    }
    char problem[sizeof feed->status.problem];
    describe(feed, response, problem);
    if (response->status == 200 && !feed->refusal[0]) {
        feed->failures = 1; /* it was live: the same URL again, soon */
        set_state(feed, FEED_WAITING, problem);
        arm(feed, RETRY_FIRST_MS);
        return;
    }
    feed->answered = feed->answered || has_no_stream(feed, response);
    fail_url(feed, problem);
}

/* --- connecting --- */

/* CR_EUNAVAILABLE when the feed is stopping, or the client ends. */
static int send_call(struct feed *feed)
{
    const struct cr_http_pair accept = {"Accept", "text/event-stream"};
    const struct cr_http_call call = {
        .url = feed->urls[feed->url_index],
        .headers = &accept,
        .header_count = 1,
        .connect_ms = CONNECT_MS,
        .total_ms = HEAD_MS,
        .idle_ms = SILENCE_MS,
        .on_head = on_head,
        .on_data = on_data,
    };
    feed->refusal[0] = '\0';
    feed->skipping_line = false;
    cr_buf_reset(&feed->line);
    CR_LOCKED(&feed->lock);
    if (feed->stopping)
        return CR_EUNAVAILABLE;
    snprintf(feed->status.url, sizeof feed->status.url, "%s", call.url);
    return cr_http_client_send(feed->options.http, &call, call_done, feed, &feed->call_id);
}

/* The timer's end. */
static void try_url(void *ctx)
{
    struct feed *feed = ctx;
    int rc = send_call(feed);
    if (rc == CR_EINVAL)
        fail_url(feed, "the instance's URL is not valid");
    else if (rc == CR_EUNAVAILABLE)
        arm(feed, 0);
    else if (rc)
        fail_url(feed, "too many connections, or out of memory");
}

/* --- life --- */

static bool copy_urls(struct feed *feed, const struct target *target)
{
    for (size_t i = 0; i < target->url_count; i++) {
        feed->urls[i] = cr_arena_text(feed->texts, target->urls[i]);
        if (!feed->urls[i])
            return false;
    }
    feed->url_count = target->url_count;
    return true;
}

int feed_start(const struct feed_options *options, struct feed **out_feed)
{
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return CR_ENOMEM;
    cr_mutex_init(&feed->lock);
    feed->options = *options;
    feed->options.target = NULL; /* copied */
    feed->line.max = LINE_MAX_BYTES;
    feed->texts = cr_arena_new(0);
    feed->scratch = cr_arena_new(EVENT_ARENA_BYTES);
    if (!feed->texts || !feed->scratch || !copy_urls(feed, options->target)) {
        release(feed);
        return CR_ENOMEM;
    }
    cr_mutex_lock(&feed->lock);
    *out_feed = feed;
    feed->busy = true;
    int rc = cr_http_client_after(options->http, 0, try_url, feed, &feed->timer_id);
    cr_mutex_unlock(&feed->lock);
    if (rc)
        release(feed);
    return rc;
}

void feed_stop(struct feed *feed)
{
    cr_mutex_lock(&feed->lock);
    feed->stopping = true;
    bool idle = !feed->busy || cr_http_client_after_cancel(feed->options.http, feed->timer_id);
    if (!idle)
        cr_http_client_cancel(feed->options.http, feed->call_id);
    cr_mutex_unlock(&feed->lock);
    if (idle)
        end(feed);
}

void feed_status(struct feed *feed, struct feed_status *out_status)
{
    CR_LOCKED(&feed->lock);
    *out_status = feed->status;
}
