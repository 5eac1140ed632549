/* Streams: queue, slow readers, clients that leave, heartbeats, drain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_err.h"
#include "cr_http_stream.h"
#include "cr_thread.h"
#include "http_peer.h"

enum { STREAMS_MAX = 4, QUEUE_MAX = 64 * 1024 };

/* An owner as the daemons have it: one mutex around the handles and every call. */
struct hub {
    struct cr_http_server *server;
    int port;
    struct cr_mutex lock;
    struct cr_http_stream *streams[STREAMS_MAX];
    size_t opened, closed;
    int64_t heartbeat_ms;
    struct cr_http_request *held;
    int last_open_rc;
};

static void on_close(struct cr_http_stream *stream, void *ctx)
{
    struct hub *hub = ctx;
    CR_LOCKED(&hub->lock);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (hub->streams[i] == stream)
            hub->streams[i] = NULL;
    hub->closed++;
}

static void open_stream(struct hub *hub, struct cr_http_request *req)
{
    struct cr_http_stream_options options = {.queue_max = QUEUE_MAX,
                                             .heartbeat_ms = hub->heartbeat_ms,
                                             .on_close = on_close,
                                             .ctx = hub};
    struct cr_http_stream *stream = NULL;
    CR_LOCKED(&hub->lock);
    int rc = cr_http_stream_open(req, 200, &options, &stream);
    hub->last_open_rc = rc;
    if (rc) {
        cr_http_problem(req, 503, "no stream: %s", cr_code_name(rc));
        return;
    }
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (!hub->streams[i]) {
            hub->streams[i] = stream;
            break;
        }
    hub->opened++;
}

static void on_stream(struct cr_http_request *req, void *ctx)
{
    open_stream(ctx, req);
}

static void on_hold(struct cr_http_request *req, void *ctx)
{
    struct hub *hub = ctx;
    CR_LOCKED(&hub->lock);
    hub->held = req;
}

static const struct cr_http_route rows[] = {{"GET", "/stream", on_stream, 0, ""},
                                            {"GET", "/later", on_hold, 0, ""}};

static int open_hub(void **state)
{
    static struct hub hub;
    hub = (struct hub){.heartbeat_ms = -1};
    cr_mutex_init(&hub.lock);
    struct cr_http_server_options options = {.max_streams = STREAMS_MAX, .head_ms = 400};
    hub.server = peer_serve(&options, rows, CR_COUNT(rows), &hub);
    hub.port = cr_http_server_port(hub.server);
    *state = &hub;
    return 0;
}

static int close_hub(void **state)
{
    struct hub *hub = *state;
    cr_http_server_stop(hub->server);
    int rc = hub->opened == hub->closed ? 0 : -1; /* on_close exactly once each */
    cr_mutex_fini(&hub->lock);
    return rc;
}

static size_t closed_count(struct hub *hub)
{
    CR_LOCKED(&hub->lock);
    return hub->closed;
}

static bool one_closed(void *ctx)
{
    return closed_count(ctx) == 1;
}

/* To all streams; the last error. */
static int publish(struct hub *hub, struct cr_slice data)
{
    int rc = 0;
    CR_LOCKED(&hub->lock);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (hub->streams[i]) {
            int one = cr_http_stream_write(hub->streams[i], data);
            rc = one ? one : rc;
        }
    return rc;
}

static void end_streams(struct hub *hub)
{
    CR_LOCKED(&hub->lock);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (hub->streams[i])
            cr_http_stream_close(hub->streams[i]);
}

static int ask_stream(struct hub *hub, const char *path, struct cr_buf *out)
{
    char request[128];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    int fd = peer_connect(hub->port);
    peer_send(fd, request);
    assert_int_equal(peer_answer(fd, out, true), 200);
    return fd;
}

static void test_what_is_written_arrives(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    assert_non_null(strstr(head.data, "Content-Type: text/event-stream;charset=UTF-8\r\n"));
    assert_non_null(strstr(head.data, "Cache-Control: no-cache, no-store, max-age=0"));
    for (int i = 0; i < 200; i++) {
        char event[32], expected[32];
        snprintf(event, sizeof event, "data: %d\n\n", i);
        snprintf(expected, sizeof expected, "data: %d\n\n", i);
        assert_int_equal(publish(hub, cr_slice_of(event)), 0);
        assert_true(peer_expect(fd, &seen, expected));
    }
    end_streams(hub);
    assert_true(peer_expect(fd, &seen, "0\r\n\r\n")); /* the last chunk */
    assert_true(peer_until(one_closed, hub));
}

static void test_after_the_end_the_connection_goes_on(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    assert_int_equal(publish(hub, CR_SLICE("last")), 0);
    end_streams(hub);
    assert_true(peer_expect(fd, &seen, "last\r\n0\r\n\r\n"));
    peer_send(fd, "GET /nope HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(peer_answer(fd, &head, false), 404);
}

static void test_opened_later_by_another_thread(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_CLOSE int fd = peer_connect(hub->port);
    peer_send(fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    struct cr_http_request *req = NULL;
    while (!req) {
        CR_LOCKED(&hub->lock);
        req = cr_steal(&hub->held);
    }
    open_stream(hub, req);
    assert_int_equal(publish(hub, CR_SLICE("at once")), 0);
    assert_int_equal(peer_answer(fd, &head, true), 200);
    assert_true(peer_expect(fd, &seen, "at once"));
}

static void test_a_slow_reader_is_bounded(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    char event[1000];
    memset(event, 'x', sizeof event);
    CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    size_t written = 0;
    int64_t deadline_ms = cr_clock_ms() + 10000;
    int full = 0; /* in a row: the socket's buffers are full as well */
    while (full < 1000 && cr_clock_ms() < deadline_ms) {
        int rc = publish(hub, (struct cr_slice){event, sizeof event});
        assert_true(rc == 0 || rc == CR_ELIMIT);
        written += rc == 0;
        full = rc == 0 ? 0 : full + 1;
    }
    assert_int_equal(full, 1000);
    cr_mutex_lock(&hub->lock);
    assert_true(cr_http_stream_queued(hub->streams[0]) <= QUEUE_MAX);
    cr_mutex_unlock(&hub->lock);
    assert_true(written > 64);
    /* Nothing that was accepted is lost. */
    end_streams(hub);
    assert_true(peer_expect(fd, &seen, "\r\n0\r\n\r\n"));
    size_t count = 0;
    for (size_t i = 0; i < seen.len; i++)
        count += seen.data[i] == 'x';
    assert_int_equal(count, written * sizeof event);
}

static void test_one_write_larger_than_the_queue(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_UNUSED CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    char *large = calloc(1, QUEUE_MAX + 1);
    assert_non_null(large);
    assert_int_equal(publish(hub, (struct cr_slice){large, QUEUE_MAX + 1}), CR_ELIMIT);
    assert_int_equal(publish(hub, (struct cr_slice){large, QUEUE_MAX}), 0);
    free(large);
}

static void test_a_client_that_left_is_noticed_on_writing(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    close(ask_stream(hub, "/stream", &head));
    int64_t deadline_ms = cr_clock_ms() + 10000;
    while (closed_count(hub) == 0 && cr_clock_ms() < deadline_ms)
        (void)!publish(hub, CR_SLICE("data: x\n\n"));
    assert_int_equal(closed_count(hub), 1);
}

static void test_heartbeats(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    hub->heartbeat_ms = 30;
    int fd = ask_stream(hub, "/stream", &head);
    assert_true(peer_expect(fd, &seen, ":\n\n"));
    close(fd); /* without a word from us the client is missed */
    assert_true(peer_until(one_closed, hub));
}

static void test_too_many(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    int fds[STREAMS_MAX];
    for (size_t i = 0; i < STREAMS_MAX; i++)
        fds[i] = ask_stream(hub, "/stream", &head);
    assert_int_equal(peer_ask(hub->port, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n", &head), 503);
    assert_int_equal(hub->last_open_rc, CR_ELIMIT);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        close(fds[i]);
}

static void test_head_of_a_stream(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    assert_int_equal(peer_ask(hub->port, "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n", &head), 200);
    assert_true(peer_until(one_closed, hub));
}

static void test_http_1_0(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_CLOSE int fd = peer_connect(hub->port);
    peer_send(fd, "GET /stream HTTP/1.0\r\n\r\n");
    assert_int_equal(peer_answer(fd, &seen, true), 200);
    assert_null(strstr(seen.data, "chunked"));
    assert_int_equal(publish(hub, CR_SLICE("plain")), 0);
    assert_true(peer_expect(fd, &seen, "\r\n\r\nplain"));
    end_streams(hub);
    assert_true(peer_closes(fd, 5000));
}

/* Longer than the deadline for heads: a stream is not idle. */
static void test_a_quiet_stream_is_left_alone(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    assert_false(peer_closes(fd, 900));
}

static void test_drain_ends_streams_after_what_is_queued(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    assert_int_equal(publish(hub, CR_SLICE("farewell")), 0);
    assert_int_equal(cr_http_server_drain(hub->server, 5000), 0);
    assert_true(peer_expect(fd, &seen, "farewell\r\n0\r\n\r\n"));
    assert_int_equal(closed_count(hub), 1);
}

static void test_drain_with_a_reader_that_does_not_read(void **state)
{
    struct hub *hub = *state;
    CR_AUTO(cr_buf) head = {0};
    char event[1000] = {0};
    CR_UNUSED CR_AUTO_CLOSE int fd = ask_stream(hub, "/stream", &head);
    int full = 0;
    while (full < 1000)
        full = publish(hub, (struct cr_slice){event, sizeof event}) ? full + 1 : 0;
    int64_t began_ms = cr_clock_ms();
    (void)cr_http_server_drain(hub->server, 100);
    cr_http_server_stop(hub->server);
    assert_true(cr_clock_ms() - began_ms < 3000);
    assert_int_equal(hub->closed, 1);
    struct cr_http_server_options options = {0};
    hub->server = peer_serve(&options, rows, CR_COUNT(rows), hub);
}

/* --- writers, readers that come and go, all at once --- */

struct crowd {
    struct hub *hub;
    _Atomic bool stop;
    _Atomic size_t written;
};

static void write_on(void *ctx)
{
    struct crowd *crowd = ctx;
    while (!crowd->stop) {
        (void)!publish(crowd->hub, CR_SLICE("data: {\"type\":\"x\"}\n\n"));
        crowd->written++;
    }
}

static void test_readers_come_and_go_under_writers(void **state)
{
    struct crowd crowd = {.hub = *state};
    struct cr_thread threads[2] = {0};
    CR_AUTO(cr_buf) head = {0};
    for (size_t i = 0; i < CR_COUNT(threads); i++)
        assert_int_equal(cr_thread_start(&threads[i], "writer", write_on, &crowd, NULL), 0);
    for (int i = 0; i < 100; i++) {
        CR_AUTO(cr_buf) seen = {0};
        CR_AUTO_CLOSE int fd = peer_connect(crowd.hub->port);
        peer_send(fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        int status = peer_answer(fd, &head, true);
        assert_true(status == 200 || status == 503); /* the last ones are not all gone yet */
        if (status == 200)
            assert_true(peer_expect(fd, &seen, "\"x\"}\n\n"));
    }
    crowd.stop = true;
    for (size_t i = 0; i < CR_COUNT(threads); i++)
        cr_thread_join(&threads[i]);
    assert_true(crowd.written > 0);
}

#define IN_HUB(test) cmocka_unit_test_setup_teardown(test, open_hub, close_hub)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HUB(test_what_is_written_arrives),
        IN_HUB(test_after_the_end_the_connection_goes_on),
        IN_HUB(test_opened_later_by_another_thread),
        IN_HUB(test_a_slow_reader_is_bounded),
        IN_HUB(test_one_write_larger_than_the_queue),
        IN_HUB(test_a_client_that_left_is_noticed_on_writing),
        IN_HUB(test_heartbeats),
        IN_HUB(test_too_many),
        IN_HUB(test_head_of_a_stream),
        IN_HUB(test_http_1_0),
        IN_HUB(test_a_quiet_stream_is_left_alone),
        IN_HUB(test_drain_ends_streams_after_what_is_queued),
        IN_HUB(test_drain_with_a_reader_that_does_not_read),
        IN_HUB(test_readers_come_and_go_under_writers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
