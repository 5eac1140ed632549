/* The client against our own server, and against peers that break every rule. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_http_client.h"
#include "cr_http_stream.h"
#include "cr_sse.h"
#include "cr_thread.h"
#include "http_peer.h"

struct world {
    struct cr_http_server *server;
    struct cr_http_client *client;
    struct cr_arena *arena;
    struct cr_mutex lock;
    struct cr_http_request *held[64];
    size_t held_count;
    struct cr_http_stream *stream;
    char base[64];
};

/* --- our server --- */

static void on_echo(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_slice type = cr_http_header(req, "Content-Type");
    struct cr_slice secret = cr_http_header(req, "Authorization");
    cr_http_answer_header(req, "X-Method", cr_http_method(req));
    cr_http_answer_header(req, "X-Type", type.ptr ? type.ptr : "none");
    cr_http_answer_header(req, "X-Thing", cr_http_header(req, "X-Thing").ptr ? "sent" : "no");
    cr_http_answer_header(req, "X-Authorization", secret.ptr ? secret.ptr : "none");
    cr_http_answer_header(req, "X-Agent", cr_http_header(req, "User-Agent").ptr);
    cr_http_answer(req, 200, "text/plain", cr_http_body(req));
}

static void on_large(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    struct cr_buf out = {0};
    for (int i = 0; i < 20000; i++)
        cr_buf_text(&out, "0123456789");
    cr_http_answer_buf(req, 200, "text/plain", &out);
}

static void on_moved(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_http_answer_header(req, "Location", "/large");
    cr_http_answer(req, 302, NULL, CR_SLICE(""));
}

static void on_hold(struct cr_http_request *req, void *ctx)
{
    struct world *world = ctx;
    CR_LOCKED(&world->lock);
    world->held[world->held_count++] = req;
}

static void on_stream_closed(struct cr_http_stream *stream, void *ctx)
{
    struct world *world = ctx;
    CR_LOCKED(&world->lock);
    if (world->stream == stream)
        world->stream = NULL;
}

static void on_stream(struct cr_http_request *req, void *ctx)
{
    struct world *world = ctx;
    struct cr_http_stream_options options = {.on_close = on_stream_closed, .ctx = world};
    CR_LOCKED(&world->lock);
    if (cr_http_stream_open(req, 200, &options, &world->stream))
        cr_http_problem(req, 503, "%s", "no stream");
}

static const struct cr_http_route rows[] = {
    {"GET", "/echo", on_echo, 0, ""},   {"POST", "/echo", on_echo, 0, ""},
    {"PUT", "/echo", on_echo, 0, ""},   {"DELETE", "/echo", on_echo, 0, ""},
    {"GET", "/large", on_large, 0, ""}, {"GET", "/moved", on_moved, 0, ""},
    {"GET", "/hold", on_hold, 0, ""},   {"GET", "/stream", on_stream, 0, ""},
};

static int open_world(void **state)
{
    static struct world world;
    struct cr_http_server_options options = {0};
    world = (struct world){.arena = cr_arena_new(0)};
    cr_mutex_init(&world.lock);
    world.server = peer_serve(&options, rows, CR_COUNT(rows), &world);
    snprintf(world.base, sizeof world.base, "http://127.0.0.1:%d",
             cr_http_server_port(world.server));
    *state = &world;
    return cr_http_client_new(NULL, &world.client, NULL);
}

static int close_world(void **state)
{
    struct world *world = *state;
    cr_http_client_free(world->client);
    cr_http_server_stop(world->server);
    for (size_t i = 0; i < world->held_count; i++)
        cr_http_answer(world->held[i], 200, "text/plain", CR_SLICE("late"));
    cr_arena_free(world->arena);
    cr_mutex_fini(&world->lock);
    return 0;
}

static const char *url(struct world *world, const char *path)
{
    return cr_arena_printf(world->arena, "%s%s", world->base, path);
}

static struct cr_http_response fetch(struct world *world, struct cr_http_call call)
{
    struct cr_http_response response;
    struct cr_err err = {0};
    int rc = cr_http_client_fetch(world->client, &call, world->arena, &response, &err);
    assert_int_equal(rc, response.code);
    if (rc)
        assert_true(strlen(err.text) > 0);
    return response;
}

static void assert_header(const struct cr_http_response *response, const char *name,
                          const char *expected)
{
    const char *value = cr_http_response_header(response, name);
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static void test_methods_headers_and_bodies(void **state)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    struct world *world = *state;
    const struct cr_http_pair headers[] = {{"X-Thing", "1"}};
    for (size_t i = 0; i < CR_COUNT(methods); i++) {
        struct cr_http_response r = fetch(world, (struct cr_http_call){.method = methods[i],
                                                                       .url = url(world, "/echo"),
                                                                       .headers = headers,
                                                                       .header_count = 1});
        assert_int_equal(r.status, 200);
        assert_header(&r, "x-method", methods[i]);
        assert_header(&r, "X-Type", "none");
        assert_header(&r, "X-Thing", "sent");
        assert_header(&r, "X-Agent", "crema");
        assert_int_equal(r.body.len, 0);
    }
    struct cr_http_response r =
        fetch(world, (struct cr_http_call){
                         .url = cr_arena_printf(world->arena, "http://us%%65r:pa@127.0.0.1:%d/echo",
                                                cr_http_server_port(world->server)),
                         .content_type = "application/json",
                         .body = CR_SLICE("{\"a\":1}")});
    assert_header(&r, "X-Method", "POST");
    assert_header(&r, "X-Type", "application/json");
    assert_header(&r, "X-Authorization", "Basic dXNlcjpwYQ==");
    assert_true(cr_slice_is(r.body, "{\"a\":1}"));
    assert_null(cr_http_response_header(&r, "X-Nope"));
    r = fetch(world, (struct cr_http_call){.method = "HEAD", .url = url(world, "/large")});
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.len, 0);
}

static void test_bounds_redirects_and_gzip(void **state)
{
    struct world *world = *state;
    struct cr_http_response r =
        fetch(world, (struct cr_http_call){.url = url(world, "/large"), .body_max = 200000});
    assert_int_equal(r.code, 0);
    assert_int_equal(r.body.len, 200000);
    r = fetch(world, (struct cr_http_call){.url = url(world, "/large"), .body_max = 199999});
    assert_int_equal(r.code, CR_ELIMIT);
    assert_int_equal(r.cause, CR_HTTP_TOO_LARGE);
    r = fetch(world, (struct cr_http_call){.url = url(world, "/large"), .gzip = true});
    assert_header(&r, "Content-Encoding", "gzip");
    assert_int_equal(r.body.len, 200000);
    r = fetch(world,
              (struct cr_http_call){.url = url(world, "/large"), .gzip = true, .body_max = 100000});
    assert_int_equal(r.cause, CR_HTTP_TOO_LARGE); /* a bomb is measured unpacked */
    r = fetch(world, (struct cr_http_call){.url = url(world, "/moved")});
    assert_int_equal(r.status, 302);
    r = fetch(world, (struct cr_http_call){.url = url(world, "/nope")});
    assert_int_equal(r.code, 0);
    assert_int_equal(r.status, 404);
    assert_header(&r, "Content-Type", "application/problem+json");
}

static void ignore_done(const struct cr_http_response *response, void *ctx)
{
    (void)response;
    (void)ctx;
}

static void test_bad_calls_are_refused(void **state)
{
    struct world *world = *state;
    const struct cr_http_pair injected[] = {{"X", "a\r\nY: b"}};
    const struct cr_http_call calls[] = {
        {.url = NULL},
        {.url = ""},
        {.url = "ftp://h/"},
        {.url = "file:///etc/passwd"},
        {.url = "http://h/ x"},
        {.url = "http://h:99999/"},
        {.url = "http://h/", .method = "GET / HTTP/1.1\r\nX: y"},
        {.url = "http://h/", .headers = injected, .header_count = 1},
        {.url = "http://h/", .content_type = "a\nb"},
    };
    for (size_t i = 0; i < CR_COUNT(calls); i++)
        assert_int_equal(cr_http_client_send(world->client, &calls[i], ignore_done, NULL, NULL),
                         CR_EINVAL);
}

static void test_deadline(void **state)
{
    struct world *world = *state;
    struct cr_http_response r = fetch(
        world, (struct cr_http_call){.url = url(world, "/hold?token=secret"), .total_ms = 100});
    assert_int_equal(r.code, CR_ETIMEOUT);
    assert_int_equal(r.cause, CR_HTTP_TIMEOUT);
    assert_in_range(r.elapsed_ms, 90, 5000);
    assert_non_null(strstr(r.err.text, "/hold"));
    assert_null(strstr(r.err.text, "secret"));
}

/* --- foreign peers: one connection each, answered with bytes --- */

struct rogue {
    int listen_fd;
    int port;
    const char *answer; /* NULL: never accept */
    bool wait;          /* keep the connection open until stop */
    _Atomic bool stop;
    struct cr_thread thread;
};

static void serve_rogue(void *ctx)
{
    struct rogue *rogue = ctx;
    CR_AUTO_CLOSE int fd = accept(rogue->listen_fd, NULL, NULL);
    char request[4096];
    if (fd < 0 || recv(fd, request, sizeof request, 0) <= 0)
        return;
    peer_send(fd, rogue->answer);
    while (rogue->wait && !rogue->stop && recv(fd, request, sizeof request, 0) > 0) {
    }
}

static void rogue_start(struct rogue *rogue, const char *answer, bool wait)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof addr;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *rogue = (struct rogue){.answer = answer, .wait = wait};
    rogue->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(rogue->listen_fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(rogue->listen_fd, 1), 0);
    assert_int_equal(getsockname(rogue->listen_fd, (struct sockaddr *)&addr, &len), 0);
    rogue->port = ntohs(addr.sin_port);
    if (answer)
        assert_int_equal(cr_thread_start(&rogue->thread, "rogue", serve_rogue, rogue, NULL), 0);
}

static void rogue_stop(struct rogue *rogue)
{
    rogue->stop = true;
    cr_thread_join(&rogue->thread);
    close(rogue->listen_fd);
}

static const char *rogue_url(struct world *world, const struct rogue *rogue)
{
    return cr_arena_printf(world->arena, "http://127.0.0.1:%d/x", rogue->port);
}

static void test_causes(void **state)
{
    static const struct {
        const char *answer;
        bool wait;
        enum cr_http_cause cause;
        int code;
    } cases[] = {
        {"", false, CR_HTTP_BROKEN, CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nContent-Le", false, CR_HTTP_BROKEN, CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false, CR_HTTP_BROKEN,
         CR_EUNAVAILABLE},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false, CR_HTTP_BROKEN,
         CR_EUNAVAILABLE},
        {"SSH-2.0-OpenSSH_9.2\r\n", false, CR_HTTP_GARBLED, CR_EPARSE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true, CR_HTTP_TIMEOUT, CR_ETIMEOUT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A:  b \r\n\r\nok", false, CR_HTTP_DONE, 0},
        {"HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 204 None\r\nX-A: b\r\n\r\n", false,
         CR_HTTP_DONE, 0},
    };
    struct world *world = *state;
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        struct rogue rogue;
        rogue_start(&rogue, cases[i].answer, cases[i].wait);
        struct cr_http_response r =
            fetch(world, (struct cr_http_call){.url = rogue_url(world, &rogue), .total_ms = 400});
        assert_int_equal(r.cause, cases[i].cause);
        assert_int_equal(r.code, cases[i].code);
        if (r.code == 0) {
            assert_header(&r, "x-a", "b");
            assert_null(cr_http_response_header(&r, "X-Early"));
        }
        rogue_stop(&rogue);
    }
}

static void test_refused_and_connect_timeout(void **state)
{
    struct world *world = *state;
    struct rogue rogue;
    rogue_start(&rogue, NULL, false);
    rogue_stop(&rogue); /* its port is free: nobody listens */
    struct cr_http_response r =
        fetch(world, (struct cr_http_call){.url = rogue_url(world, &rogue)});
    assert_int_equal(r.cause, CR_HTTP_REFUSED);
    assert_int_equal(r.code, CR_EUNAVAILABLE);
    r = fetch(world, (struct cr_http_call){.url = "http://no-such-host.invalid/"});
    assert_int_equal(r.cause, CR_HTTP_REFUSED);
    /* A full backlog: the kernel answers nothing. */
    rogue_start(&rogue, NULL, false);
    int fds[4];
    for (size_t i = 0; i < CR_COUNT(fds); i++) {
        struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)rogue.port)};
        addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fds[i], (struct sockaddr *)&addr, sizeof addr);
    }
    r = fetch(world, (struct cr_http_call){.url = rogue_url(world, &rogue), .connect_ms = 150});
    assert_int_equal(r.cause, CR_HTTP_CONNECT_TIMEOUT);
    assert_int_equal(r.code, CR_ETIMEOUT);
    for (size_t i = 0; i < CR_COUNT(fds); i++)
        close(fds[i]);
    rogue_stop(&rogue);
}

/* --- asynchronous --- */

struct tally {
    _Atomic size_t done, ok, cancelled;
    _Atomic int last_cause;
    _Atomic size_t heads, bytes, events;
    struct cr_sse_reader reader;
    _Atomic bool refuse;
};

static void on_done(const struct cr_http_response *response, void *ctx)
{
    struct tally *tally = ctx;
    tally->ok += response->code == 0;
    tally->cancelled += response->cause == CR_HTTP_CANCELLED;
    tally->last_cause = (int)response->cause;
    tally->done++;
}

static struct tally *watched;
static size_t wanted;

static bool all_done(void *ctx)
{
    (void)ctx;
    return watched->done == wanted;
}

static void wait_done(struct tally *tally, size_t count)
{
    watched = tally;
    wanted = count;
    assert_true(peer_until(all_done, NULL));
}

static void test_many_calls_at_once(void **state)
{
    enum { CALLS = 500 };
    struct world *world = *state;
    struct tally tally = {0};
    struct cr_http_call call = {.url = url(world, "/echo"), .body = CR_SLICE("x")};
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(cr_http_client_send(world->client, &call, on_done, &tally, NULL), 0);
    wait_done(&tally, CALLS);
    assert_int_equal(tally.ok, CALLS);
}

static void test_connections_are_reused(void **state)
{
    struct world *world = *state;
    struct cr_http_server_counts counts;
    for (int i = 0; i < 50; i++)
        assert_int_equal(fetch(world, (struct cr_http_call){.url = url(world, "/echo")}).status,
                         200);
    cr_http_server_counts(world->server, &counts);
    assert_int_equal(counts.connections, 1);
}

static bool not_loopback(const char *address, void *ctx)
{
    (void)ctx;
    return strcmp(address, "127.0.0.1") != 0;
}

static bool only_loopback(const char *address, void *ctx)
{
    return !not_loopback(address, ctx);
}

/* Whoever asks about addresses is asked for each connection, even where one is kept already. */
static void test_addresses_are_asked_for(void **state)
{
    struct world *world = *state;
    struct cr_http_call call = {.url = url(world, "/echo")};
    assert_int_equal(fetch(world, call).status, 200);
    call.may_connect = not_loopback;
    assert_int_equal(fetch(world, call).cause, CR_HTTP_REFUSED);
    call.may_connect = only_loopback;
    assert_int_equal(fetch(world, call).status, 200);
    call.may_connect = not_loopback;
    assert_int_equal(fetch(world, call).cause, CR_HTTP_REFUSED);
}

static void test_cancel(void **state)
{
    enum { CALLS = 30 };
    struct world *world = *state;
    struct tally tally = {0};
    uint64_t ids[CALLS];
    struct cr_http_call call = {.url = url(world, "/hold"), .total_ms = 60000};
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(cr_http_client_send(world->client, &call, on_done, &tally, &ids[i]), 0);
    for (size_t i = 0; i < CALLS; i++) {
        cr_http_client_cancel(world->client, ids[i]);
        cr_http_client_cancel(world->client, ids[i]);
    }
    cr_http_client_cancel(world->client, 123456);
    wait_done(&tally, CALLS);
    assert_int_equal(tally.cancelled, CALLS);
}

static void test_too_many_calls(void **state)
{
    struct world *world = *state;
    struct cr_http_client_options options = {.max_calls = 3};
    struct cr_http_client *client;
    struct tally tally = {0};
    struct cr_http_call call = {.url = url(world, "/hold"), .total_ms = 60000};
    assert_int_equal(cr_http_client_new(&options, &client, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cr_http_client_send(client, &call, on_done, &tally, NULL), 0);
    assert_int_equal(cr_http_client_send(client, &call, on_done, &tally, NULL), CR_ELIMIT);
    cr_http_client_free(client); /* cancels them */
    assert_int_equal(tally.done, 3);
    assert_int_equal(tally.cancelled, 3);
}

/* --- streams --- */

static int on_head(const struct cr_http_response *head, void *ctx)
{
    struct tally *tally = ctx;
    assert_non_null(cr_http_response_header(head, "Content-Type"));
    tally->heads++;
    return tally->refuse;
}

static int on_event(const struct cr_sse_event *event, void *ctx)
{
    struct tally *tally = ctx;
    tally->events += cr_slice_is(event->data, "tick");
    return 0;
}

static int on_data(struct cr_slice piece, void *ctx)
{
    struct tally *tally = ctx;
    tally->bytes += piece.len;
    return cr_sse_feed(&tally->reader, piece, on_event, tally);
}

static bool is_streaming(void *ctx)
{
    struct world *world = ctx;
    CR_LOCKED(&world->lock);
    return world->stream != NULL;
}

static struct cr_http_call stream_call(struct world *world, const char *path)
{
    return (struct cr_http_call){
        .url = url(world, path), .on_head = on_head, .on_data = on_data, .total_ms = 300};
}

static bool ten_events(void *ctx)
{
    return ((struct tally *)ctx)->events >= 10;
}

static void test_reads_a_stream(void **state)
{
    struct world *world = *state;
    struct tally tally = {0};
    uint64_t id;
    struct cr_http_call call = stream_call(world, "/stream");
    assert_int_equal(cr_http_client_send(world->client, &call, on_done, &tally, &id), 0);
    assert_true(peer_until(is_streaming, world));
    int64_t began_ms = cr_clock_ms();
    while (tally.events < 10 || cr_clock_ms() - began_ms < 500) { /* beyond total_ms */
        cr_mutex_lock(&world->lock);
        if (world->stream && cr_http_stream_queued(world->stream) == 0)
            (void)!cr_http_stream_write(world->stream, CR_SLICE("data: tick\n\n"));
        cr_mutex_unlock(&world->lock);
        assert_int_equal(tally.done, 0);
    }
    assert_true(peer_until(ten_events, &tally));
    assert_int_equal(tally.heads, 1);
    cr_http_client_cancel(world->client, id);
    wait_done(&tally, 1);
    assert_int_equal(tally.cancelled, 1);
    cr_sse_reader_fini(&tally.reader);
}

static void end_stream(struct world *world)
{
    CR_LOCKED(&world->lock);
    cr_http_stream_close(world->stream);
}

static void test_the_end_of_a_stream(void **state)
{
    struct world *world = *state;
    struct tally tally = {0};
    struct cr_http_call call = stream_call(world, "/stream");
    assert_int_equal(cr_http_client_send(world->client, &call, on_done, &tally, NULL), 0);
    assert_true(peer_until(is_streaming, world));
    end_stream(world);
    wait_done(&tally, 1);
    assert_int_equal(tally.ok, 1);
}

static void test_deadlines_of_streams(void **state)
{
    struct world *world = *state;
    struct tally tally = {0};
    struct cr_http_call silent = stream_call(world, "/stream");
    silent.idle_ms = 150;
    silent.total_ms = 600000; /* its head may take longer than its silences */
    assert_int_equal(cr_http_client_send(world->client, &silent, on_done, &tally, NULL), 0);
    wait_done(&tally, 1);
    assert_int_equal(tally.last_cause, CR_HTTP_TIMEOUT);
    assert_int_equal(tally.heads, 1);
    struct cr_http_call headless = stream_call(world, "/hold");
    assert_int_equal(cr_http_client_send(world->client, &headless, on_done, &tally, NULL), 0);
    wait_done(&tally, 2);
    assert_int_equal(tally.last_cause, CR_HTTP_TIMEOUT);
    assert_int_equal(tally.heads, 1);
}

static void test_refused_by_its_callbacks(void **state)
{
    struct world *world = *state;
    struct tally tally = {.refuse = true};
    struct cr_http_call call = stream_call(world, "/stream");
    assert_int_equal(cr_http_client_send(world->client, &call, on_done, &tally, NULL), 0);
    wait_done(&tally, 1);
    assert_int_equal(tally.cancelled, 1);
    /* An error's body is not stream data. */
    tally.refuse = false;
    struct cr_http_call missing = stream_call(world, "/nope");
    struct cr_http_response r = {0};
    missing.on_head = NULL;
    assert_int_equal(cr_http_client_fetch(world->client, &missing, world->arena, &r, NULL), 0);
    assert_int_equal(r.status, 404);
    assert_true(r.body.len > 0);
}

/* --- timers --- */

struct times {
    struct cr_http_client *client;
    _Atomic size_t fired;
    _Atomic int order[8];
    int next;
};

struct timer_ctx {
    struct times *times;
    int number;
};

static void on_timer(void *ctx)
{
    struct timer_ctx *timer = ctx;
    timer->times->order[timer->times->fired] = timer->number;
    timer->times->fired++;
}

static bool three_fired(void *ctx)
{
    return ((struct times *)ctx)->fired >= 3;
}

static void repeat(void *ctx)
{
    struct times *times = ctx;
    times->fired++;
    if (times->fired < 3)
        assert_int_equal(cr_http_client_after(times->client, 1, repeat, times, NULL), 0);
}

static void test_timers(void **state)
{
    struct world *world = *state;
    struct times times = {.client = world->client};
    struct timer_ctx a = {&times, 1}, b = {&times, 2}, c = {&times, 3}, d = {&times, 4};
    uint64_t id;
    assert_int_equal(cr_http_client_after(world->client, 90, on_timer, &c, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 60, on_timer, &b, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 30, on_timer, &a, NULL), 0);
    assert_int_equal(cr_http_client_after(world->client, 45, on_timer, &d, &id), 0);
    assert_true(cr_http_client_after_cancel(world->client, id));
    assert_false(cr_http_client_after_cancel(world->client, id));
    assert_true(peer_until(three_fired, &times));
    assert_int_equal(times.order[0], 1);
    assert_int_equal(times.order[1], 2);
    assert_int_equal(times.order[2], 3);
    times.fired = 0;
    assert_int_equal(cr_http_client_after(world->client, 0, repeat, &times, NULL), 0);
    assert_true(peer_until(three_fired, &times));
}

static void test_free_fires_what_is_left(void **state)
{
    (void)state;
    struct cr_http_client *client;
    assert_int_equal(cr_http_client_new(NULL, &client, NULL), 0);
    struct times times = {.client = client};
    struct timer_ctx a = {&times, 1};
    assert_int_equal(cr_http_client_after(client, 1000000, on_timer, &a, NULL), 0);
    cr_http_client_free(client);
    assert_int_equal(times.fired, 1);
    cr_http_client_free(NULL);
}

/* --- Unix socket, many threads --- */

static void test_unix_socket(void **state)
{
    struct world *world = *state;
    char path[] = "/tmp/crema-http-XXXXXX", file[64];
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/admin.sock", path);
    struct cr_http_server_options options = {.unix_path = file};
    struct cr_http_server *server = peer_serve(&options, rows, CR_COUNT(rows), world);
    struct cr_http_response r =
        fetch(world, (struct cr_http_call){.url = "http://admin/echo", .unix_path = file});
    assert_int_equal(r.status, 200);
    cr_http_server_stop(server);
    r = fetch(world, (struct cr_http_call){.url = "http://admin/echo", .unix_path = file});
    assert_int_equal(r.cause, CR_HTTP_REFUSED);
    rmdir(path);
}

struct caller {
    struct world *world;
    _Atomic size_t *ok;
};

static void call_often(void *ctx)
{
    struct caller *caller = ctx;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_http_call call = {.url = url(caller->world, "/echo"), .body = CR_SLICE("x")};
    for (int i = 0; i < 100; i++) {
        struct cr_http_response r;
        cr_arena_reset(arena);
        if (cr_http_client_fetch(caller->world->client, &call, arena, &r, NULL) == 0)
            (*caller->ok)++;
    }
}

static void test_many_threads(void **state)
{
    struct world *world = *state;
    _Atomic size_t ok = 0;
    struct cr_thread threads[4] = {0};
    struct world copies[4]; /* url() uses the arena */
    struct caller callers[4];
    for (size_t i = 0; i < CR_COUNT(threads); i++) {
        copies[i] = *world;
        copies[i].arena = cr_arena_new(0);
        callers[i] = (struct caller){&copies[i], &ok};
        assert_int_equal(cr_thread_start(&threads[i], "caller", call_often, &callers[i], NULL), 0);
    }
    for (size_t i = 0; i < CR_COUNT(threads); i++) {
        cr_thread_join(&threads[i]);
        cr_arena_free(copies[i].arena);
    }
    assert_int_equal(ok, 400);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_methods_headers_and_bodies),
        IN_WORLD(test_bounds_redirects_and_gzip),
        IN_WORLD(test_bad_calls_are_refused),
        IN_WORLD(test_deadline),
        IN_WORLD(test_causes),
        IN_WORLD(test_refused_and_connect_timeout),
        IN_WORLD(test_many_calls_at_once),
        IN_WORLD(test_connections_are_reused),
        IN_WORLD(test_addresses_are_asked_for),
        IN_WORLD(test_cancel),
        IN_WORLD(test_too_many_calls),
        IN_WORLD(test_reads_a_stream),
        IN_WORLD(test_the_end_of_a_stream),
        IN_WORLD(test_deadlines_of_streams),
        IN_WORLD(test_refused_by_its_callbacks),
        IN_WORLD(test_timers),
        IN_WORLD(test_free_fires_what_is_left),
        IN_WORLD(test_unix_socket),
        IN_WORLD(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
