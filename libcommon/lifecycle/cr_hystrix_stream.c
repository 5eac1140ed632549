/* The metrics stream: who reads it, and the tick that writes to all of them. */
#include "cr_hystrix_stream.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_commands.h"
#include "cr_http_client.h"
#include "cr_http_stream.h"
#include "cr_list.h"
#include "cr_metrics.h"
#include "cr_thread.h"

enum { TICK_MS = CR_COMMANDS_TICK_MS, QUEUE_MAX_BYTES = 4 * 1024 * 1024 };

struct reader {
    struct cr_list link;
    struct cr_hystrix_stream *owner;
    struct cr_http_stream *out;
};

struct cr_hystrix_stream {
    struct cr_commands *commands;
    struct cr_http_client *client;
    struct cr_counter *lost;
    struct cr_mutex lock;
    struct cr_list readers; /* under the lock, as are all below */
    int64_t reader_count;   /* those being opened included */
    bool ticking;
};

struct cr_hystrix_stream *cr_hystrix_stream_new(struct cr_commands *commands,
                                                struct cr_http_client *client)
{
    struct cr_hystrix_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->commands = commands;
    stream->client = client;
    stream->lost = cr_metrics_counter("crema.hystrix.stream.lost",
                                      "Turns of hystrix.stream that a slow reader lost", NULL);
    cr_mutex_init(&stream->lock);
    cr_list_init(&stream->readers);
    return stream;
}

void cr_hystrix_stream_free(struct cr_hystrix_stream *stream)
{
    if (!stream)
        return;
    cr_mutex_fini(&stream->lock);
    free(stream);
}

/* --- the tick --- */

static void tick(void *ctx);

/* Under the lock. */
static void arm(struct cr_hystrix_stream *stream)
{
    uint64_t id = 0;
    stream->ticking = cr_http_client_after(stream->client, TICK_MS, tick, stream, &id) == 0;
}

static void write_turn(struct cr_hystrix_stream *stream, struct cr_slice turn)
{
    cr_list_for (node, &stream->readers) {
        struct reader *reader = CR_CONTAINER(node, struct reader, link);
        /* A reader that is leaving is taken out by its on_close. */
        if (reader->out && cr_http_stream_write(reader->out, turn) == CR_ELIMIT)
            cr_counter_add(stream->lost, 1);
    }
}

static void tick(void *ctx)
{
    struct cr_hystrix_stream *stream = ctx;
    CR_AUTO(cr_buf) turn = {0};
    cr_buf_text(&turn, "ping: \n\n");
    if (stream->commands)
        cr_commands_stream(stream->commands, cr_clock_wall_ms(), &turn);
    CR_LOCKED(&stream->lock);
    stream->ticking = false;
    if (cr_list_empty(&stream->readers))
        return;
    if (cr_buf_status(&turn) == 0)
        write_turn(stream, cr_buf_view(&turn));
    arm(stream);
}

/* --- readers --- */

static void on_close(struct cr_http_stream *out, void *ctx)
{
    (void)out;
    struct reader *reader = ctx;
    struct cr_hystrix_stream *stream = reader->owner;
    CR_LOCKED(&stream->lock);
    cr_list_remove(&reader->link);
    stream->reader_count--;
    free(reader);
}

/* True when one more may read. */
static bool take_place(struct cr_hystrix_stream *stream, int64_t readers_max)
{
    CR_LOCKED(&stream->lock);
    if (stream->reader_count >= readers_max)
        return false;
    stream->reader_count++;
    return true;
}

static void give_place_back(struct cr_hystrix_stream *stream)
{
    CR_LOCKED(&stream->lock);
    stream->reader_count--;
}

/* The lock is held while the stream is opened, so that on_close waits until the reader is listed.
 */
static int open_reader(struct cr_hystrix_stream *stream, struct cr_http_request *req,
                       struct reader *reader)
{
    const struct cr_http_stream_options options = {
        .queue_max = QUEUE_MAX_BYTES, .heartbeat_ms = -1, .on_close = on_close, .ctx = reader};
    cr_http_answer_header(req, "Pragma", "no-cache");
    CR_LOCKED(&stream->lock);
    int rc = cr_http_stream_open(req, 200, &options, &reader->out);
    if (rc != 0)
        return rc;
    cr_list_push_back(&stream->readers, &reader->link);
    if (!stream->ticking)
        arm(stream);
    return 0;
}

void cr_hystrix_stream_serve(struct cr_hystrix_stream *stream, struct cr_http_request *req,
                             int64_t readers_max)
{
    if (!take_place(stream, readers_max)) {
        CR_AUTO(cr_buf) text = {0};
        cr_buf_printf(&text, "MaxConcurrentConnections reached: %" PRId64, readers_max);
        cr_http_answer_buf(req, 503, "text/plain;charset=UTF-8", &text);
        return;
    }
    struct reader *reader = calloc(1, sizeof *reader);
    int rc = reader ? CR_OK : CR_ENOMEM;
    if (reader) {
        reader->owner = stream;
        rc = open_reader(stream, req, reader);
    }
    if (rc == 0)
        return;
    free(reader);
    give_place_back(stream);
    if (rc == CR_EUNAVAILABLE)
        cr_http_answer(req, 503, "text/plain;charset=UTF-8",
                       CR_SLICE("Service has been shut down."));
    else
        cr_http_problem(req, 503, "the stream cannot be opened: %s", cr_code_name(rc));
}
