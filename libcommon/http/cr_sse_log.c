/* The ring of events, and the streams that walk along it. */
#include "cr_sse_log.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_http_stream.h"
#include "cr_int.h"
#include "cr_list.h"
#include "cr_sse.h"
#include "cr_thread.h"

enum { HEAD_SIZE = 160, PIECE_BYTES = 1024 };

static const char state_end[] = "\n\n";

/* One event of the ring. Followers that are in the middle of it hold it beyond the ring. */
struct entry {
    _Atomic size_t refs;
    uint64_t sequence;
    int64_t appended_ms;
    enum cr_sse_reach reach;
    struct cr_slice topic; /* in text, behind the event */
    struct cr_slice event;
    char text[];
};

struct cr_sse_log {
    struct cr_sse_log_options options;
    struct cr_mutex lock; /* guards what follows; taken before a stream's lock */
    struct cr_cond marked_or_stopping;
    struct entry **slots; /* entry n stands at n % entries_max */
    uint64_t first, next; /* sequences: the oldest in the ring, the one to come */
    struct cr_list followers;
    struct cr_sse_log_counts counts;
    int64_t marked_ms; /* 0: not */
    bool stopping;
    struct cr_thread thread;
};

/* A stream's place. What is being sent is a head, some pieces and a tail. */
struct follower {
    struct cr_list node; /* [lock] once its stream is open */
    struct cr_sse_log *log;
    struct cr_http_stream *stream; /* [lock] */
    /* What follows is the stream's alone. */
    uint64_t seen; /* the last event that it got or that did not concern it */
    bool wants_state;
    const char *reset; /* why it must begin anew; NULL: it need not */
    char head[HEAD_SIZE];
    size_t head_len;
    const struct cr_slice *pieces;
    size_t piece_count;
    const char *tail;
    size_t at, offset; /* piece 0 is the head, the last one the tail */
    struct entry *entry;
    struct cr_sse_state state;
    size_t topic_len;
    char topic[];
};

/* --- entries --- */

static void entry_unref(struct entry *entry)
{
    if (entry && atomic_fetch_sub_explicit(&entry->refs, 1, memory_order_acq_rel) == 1)
        free(entry);
}

static struct entry *entry_new(const struct cr_sse_log *log, const struct cr_sse_entry *given)
{
    char id[48];
    CR_AUTO(cr_buf) text = {0};
    snprintf(id, sizeof id, "%" PRIu64 "-%" PRIu64, log->options.epoch, log->next);
    const struct cr_sse_event event = {cr_slice_of(given->type), given->data, cr_slice_of(id)};
    cr_sse_write(&text, &event);
    if (cr_buf_status(&text) || text.len > log->options.bytes_max)
        return NULL;
    struct entry *entry = malloc(sizeof *entry + text.len + given->topic.len);
    if (!entry)
        return NULL;
    memcpy(entry->text, text.data, text.len);
    if (given->topic.len)
        memcpy(entry->text + text.len, given->topic.ptr, given->topic.len);
    atomic_init(&entry->refs, 1);
    entry->sequence = log->next;
    entry->appended_ms = cr_clock_ms();
    entry->reach = given->reach;
    entry->event = (struct cr_slice){entry->text, text.len};
    entry->topic = (struct cr_slice){entry->text + text.len, given->topic.len};
    return entry;
}

static struct entry **slot(const struct cr_sse_log *log, uint64_t sequence)
{
    return &log->slots[sequence % log->options.entries_max];
}

/* [lock held] */
static void drop_first(struct cr_sse_log *log)
{
    struct entry **first = slot(log, log->first++);
    log->counts.bytes -= (*first)->event.len;
    log->counts.entries--;
    entry_unref(*first);
    *first = NULL;
}

/* [lock held] */
static void drop_all(struct cr_sse_log *log)
{
    while (log->first < log->next)
        drop_first(log);
}

/* [lock held] */
static void drop_old(struct cr_sse_log *log, size_t coming)
{
    int64_t old_ms = cr_clock_ms() - log->options.retention_ms;
    while (log->first < log->next && (log->counts.entries + 1 > log->options.entries_max ||
                                      log->counts.bytes + coming > log->options.bytes_max ||
                                      (*slot(log, log->first))->appended_ms < old_ms))
        drop_first(log);
}

static bool concerns(const struct entry *entry, const struct follower *follower)
{
    struct cr_slice topic = {follower->topic, follower->topic_len};
    if (topic.len == 0)
        return entry->reach & CR_SSE_FOR_ALL;
    return entry->reach & CR_SSE_FOR_TOPIC && cr_slice_equal(entry->topic, topic);
}

/* [lock held] entry NULL: whatever they wait for. */
static void wake_all(struct cr_sse_log *log, const struct entry *entry)
{
    cr_list_for (node, &log->followers) {
        struct follower *follower = CR_CONTAINER(node, struct follower, node);
        if (!entry || concerns(entry, follower))
            cr_http_stream_wake(follower->stream);
    }
}

/* [lock held] A gap in the sequence: nobody can go on across it. */
static void forget(struct cr_sse_log *log)
{
    drop_all(log);
    log->next++;
    log->first = log->next;
    wake_all(log, NULL);
}

void cr_sse_log_append(struct cr_sse_log *log, const struct cr_sse_entry *given)
{
    CR_LOCKED(&log->lock);
    struct entry *entry = entry_new(log, given);
    if (!entry) {
        forget(log);
        return;
    }
    drop_old(log, entry->event.len);
    *slot(log, log->next++) = entry;
    log->counts.entries++;
    log->counts.events++;
    log->counts.bytes += entry->event.len;
    wake_all(log, entry);
}

void cr_sse_log_forget(struct cr_sse_log *log)
{
    CR_LOCKED(&log->lock);
    forget(log);
}

uint64_t cr_sse_log_sequence(struct cr_sse_log *log)
{
    CR_LOCKED(&log->lock);
    return log->next - 1;
}

struct cr_sse_log_counts cr_sse_log_counts(struct cr_sse_log *log)
{
    CR_LOCKED(&log->lock);
    return log->counts;
}

/* --- what a stream sends --- */

static void send_pieces(struct follower *follower, const struct cr_slice *pieces, size_t count,
                        const char *tail)
{
    follower->pieces = pieces;
    follower->piece_count = count;
    follower->tail = tail;
    follower->at = 0;
    follower->offset = 0;
}

static void release(struct follower *follower)
{
    entry_unref(follower->entry);
    if (follower->state.release)
        follower->state.release(follower->state.owner);
    follower->entry = NULL;
    follower->state = (struct cr_sse_state){0};
    follower->head_len = 0;
    send_pieces(follower, NULL, 0, NULL);
}

static struct cr_slice piece_at(const struct follower *follower)
{
    if (follower->at == 0)
        return (struct cr_slice){follower->head, follower->head_len};
    if (follower->at <= follower->piece_count)
        return follower->pieces[follower->at - 1];
    return cr_slice_of(follower->tail);
}

/* Copies what fits of what is being sent; 0: all of it has left. */
static size_t copy(struct follower *follower, char *out, size_t max)
{
    size_t copied = 0;
    while (follower->tail && copied < max) {
        struct cr_slice rest = cr_slice_from(piece_at(follower), follower->offset);
        size_t len = rest.len < max - copied ? rest.len : max - copied;
        if (len)
            memcpy(out + copied, rest.ptr, len);
        copied += len;
        follower->offset += len;
        if (len < rest.len)
            break;
        follower->offset = 0;
        if (follower->at++ == follower->piece_count + 1)
            release(follower);
    }
    return copied;
}

/* The next event for it, or the need of a state. False: nothing is new. */
static bool find_next(struct follower *follower)
{
    struct cr_sse_log *log = follower->log;
    CR_LOCKED(&log->lock);
    if (follower->seen + 1 < log->first) {
        follower->reset = "behind";
        follower->wants_state = true;
        return true;
    }
    while (follower->seen + 1 < log->next) {
        struct entry *entry = *slot(log, ++follower->seen);
        if (!concerns(entry, follower))
            continue;
        atomic_fetch_add_explicit(&entry->refs, 1, memory_order_relaxed);
        follower->entry = entry;
        send_pieces(follower, &entry->event, 1, "");
        return true;
    }
    return false;
}

static int begin_state(struct follower *follower)
{
    struct cr_sse_log *log = follower->log;
    struct cr_slice topic = {follower->topic, follower->topic_len};
    int rc = log->options.take_state(log->options.ctx, topic, &follower->state);
    if (rc)
        return rc;
    int len = 0;
    if (follower->reset)
        len = snprintf(follower->head, HEAD_SIZE, "event: reset\ndata: {\"reason\":\"%s\"}\n\n",
                       follower->reset);
    len += snprintf(follower->head + len, HEAD_SIZE - (size_t)len,
                    "id: %" PRIu64 "-%" PRIu64 "\nevent: state\ndata: ", log->options.epoch,
                    follower->state.sequence);
    follower->head_len = (size_t)len;
    send_pieces(follower, follower->state.pieces, follower->state.count, state_end);
    follower->seen = follower->state.sequence;
    follower->wants_state = false;
    CR_LOCKED(&log->lock);
    log->counts.states++;
    log->counts.resets += follower->reset != NULL;
    follower->reset = NULL;
    return 0;
}

/* cr_http_stream asks for bytes: on a thread of the server, without its locks. */
static ptrdiff_t fill(void *ctx, char *out, size_t max)
{
    struct follower *follower = ctx;
    size_t filled = 0;
    while (filled < max) {
        size_t copied = copy(follower, out + filled, max - filled);
        filled += copied;
        if (copied)
            continue;
        if (follower->wants_state) {
            int rc = begin_state(follower);
            if (rc)
                return rc;
        } else if (!find_next(follower)) {
            break;
        }
    }
    return (ptrdiff_t)filled;
}

/* --- who follows --- */

/* "<epoch>-<sequence>" of this log, of an event after which nothing is lost. */
static bool knows(struct cr_sse_log *log, struct cr_slice id, uint64_t *out_sequence)
{
    char expected[32];
    int64_t sequence;
    int len = snprintf(expected, sizeof expected, "%" PRIu64 "-", log->options.epoch);
    if (!cr_slice_starts(id, (struct cr_slice){expected, (size_t)len}) ||
        cr_int_parse(cr_slice_from(id, (size_t)len), 0, INT64_MAX, &sequence))
        return false;
    CR_LOCKED(&log->lock);
    *out_sequence = (uint64_t)sequence;
    return *out_sequence + 1 >= log->first && *out_sequence < log->next;
}

static void on_close(struct cr_http_stream *stream, void *ctx)
{
    struct follower *follower = ctx;
    struct cr_sse_log *log = follower->log;
    (void)stream;
    release(follower);
    cr_mutex_lock(&log->lock);
    cr_list_remove(&follower->node);
    log->counts.followers--;
    cr_mutex_unlock(&log->lock);
    free(follower);
}

static struct follower *follower_new(struct cr_sse_log *log, const struct cr_http_request *req,
                                     struct cr_slice topic)
{
    struct follower *follower = calloc(1, sizeof *follower + topic.len);
    if (!follower)
        return NULL;
    follower->log = log;
    follower->topic_len = topic.len;
    if (topic.len)
        memcpy(follower->topic, topic.ptr, topic.len);
    struct cr_slice id = cr_http_header(req, "Last-Event-ID");
    follower->wants_state = id.len == 0 || !knows(log, id, &follower->seen);
    if (id.len && follower->wants_state)
        follower->reset = "unknown-id";
    return follower;
}

int cr_sse_log_follow(struct cr_sse_log *log, struct cr_http_request *req, struct cr_slice topic)
{
    struct follower *follower = follower_new(log, req, topic);
    if (!follower)
        return CR_ENOMEM;
    const struct cr_http_stream_options options = {
        .fill = fill, .piece_bytes = PIECE_BYTES, .on_close = on_close, .ctx = follower};
    CR_LOCKED(&log->lock);
    int rc = log->counts.followers >= log->options.followers_max ? CR_ELIMIT : 0;
    rc = rc ? rc : cr_http_stream_open(req, 200, &options, &follower->stream);
    if (rc) {
        free(follower);
        return rc;
    }
    cr_list_push_back(&log->followers, &follower->node);
    log->counts.followers++;
    return 0;
}

/* --- coalescing --- */

void cr_sse_log_mark(struct cr_sse_log *log)
{
    CR_LOCKED(&log->lock);
    if (log->marked_ms)
        return;
    log->marked_ms = cr_clock_ms();
    cr_cond_signal(&log->marked_or_stopping);
}

/* True once something was marked and had its time; false at the end. */
static bool wait_for_marks(struct cr_sse_log *log)
{
    CR_LOCKED(&log->lock);
    while (!log->stopping && !log->marked_ms)
        cr_cond_wait(&log->marked_or_stopping, &log->lock);
    int64_t due_ms = log->marked_ms + CR_SSE_LOG_COALESCE_MS;
    while (!log->stopping && cr_clock_ms() < due_ms)
        cr_cond_wait_until(&log->marked_or_stopping, &log->lock, due_ms);
    log->marked_ms = 0;
    return !log->stopping;
}

static void run(void *ctx)
{
    struct cr_sse_log *log = ctx;
    while (wait_for_marks(log))
        log->options.collect(log->options.ctx);
}

/* --- life --- */

int cr_sse_log_new(const struct cr_sse_log_options *options, struct cr_sse_log **out_log,
                   struct cr_err *err)
{
    struct cr_sse_log *log = calloc(1, sizeof *log);
    if (!log)
        return cr_err_set(err, CR_ENOMEM, "events: no memory");
    struct cr_sse_log_options *o = &log->options;
    *o = *options;
    o->entries_max = o->entries_max ? o->entries_max : CR_SSE_LOG_ENTRIES;
    o->bytes_max = o->bytes_max ? o->bytes_max : CR_SSE_LOG_BYTES;
    o->retention_ms = o->retention_ms ? o->retention_ms : CR_SSE_LOG_RETENTION_MS;
    cr_mutex_init(&log->lock);
    cr_cond_init(&log->marked_or_stopping);
    cr_list_init(&log->followers);
    log->first = log->next = 1;
    log->slots = calloc(o->entries_max, sizeof(struct entry *));
    int rc = log->slots ? 0 : cr_err_set(err, CR_ENOMEM, "events: no memory");
    if (!rc && o->collect)
        rc = cr_thread_start(&log->thread, "sse-log", run, log, err);
    if (rc)
        cr_sse_log_free(log);
    else
        *out_log = log;
    return rc;
}

void cr_sse_log_stop(struct cr_sse_log *log)
{
    cr_mutex_lock(&log->lock);
    log->stopping = true;
    cr_cond_signal(&log->marked_or_stopping);
    cr_mutex_unlock(&log->lock);
    cr_thread_join(&log->thread);
}

void cr_sse_log_free(struct cr_sse_log *log)
{
    if (!log)
        return;
    cr_sse_log_stop(log);
    if (log->slots)
        drop_all(log);
    free(log->slots);
    cr_cond_fini(&log->marked_or_stopping);
    cr_mutex_fini(&log->lock);
    free(log);
}
