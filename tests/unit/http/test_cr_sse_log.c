/* The log of events: who follows from the beginning, who resumes, who falls behind. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_sse_log.h"
#include "cr_thread.h"
#include "http_peer.h"

enum { ENTRIES = 8, FOLLOWERS = 12, LARGE = 512 * 1024 };

struct house {
    struct cr_http_server *server;
    int port;
    struct cr_sse_log *log;
    struct cr_mutex lock;
    int counted; /* what the state says */
    atomic_int collections;
};

static void release(void *owner)
{
    struct cr_slice *pieces = owner;
    free((void *)(uintptr_t)pieces[2].ptr);
    free(pieces);
}

/* In three pieces: "{"n":", "5", "}". */
static int take_state(void *ctx, struct cr_slice topic, struct cr_sse_state *out)
{
    struct house *house = ctx;
    CR_AUTO(cr_buf) end = {0};
    CR_LOCKED(&house->lock);
    struct cr_slice *pieces = calloc(3, sizeof *pieces);
    cr_buf_printf(&end, "%d,\"topic\":\"%.*s\"}", house->counted, CR_SLICE_ARG(topic));
    size_t len = end.len;
    pieces[0] = CR_SLICE("{\"n\"");
    pieces[1] = CR_SLICE(":");
    pieces[2] = (struct cr_slice){cr_buf_steal(&end), len};
    *out = (struct cr_sse_state){pieces, 3, cr_sse_log_sequence(house->log), release, pieces};
    return 0;
}

static void append(struct house *house, const char *data, const char *topic,
                   enum cr_sse_reach reach)
{
    const struct cr_sse_entry entry = {"change", cr_slice_of(data), cr_slice_of(topic), reach};
    cr_mutex_lock(&house->lock);
    house->counted++;
    cr_sse_log_append(house->log, &entry);
    cr_mutex_unlock(&house->lock);
}

static void collect(void *ctx)
{
    struct house *house = ctx;
    append(house, "collected", "", CR_SSE_FOR_ALL);
    atomic_fetch_add(&house->collections, 1);
}

static void on_follow(struct cr_http_request *req, void *ctx)
{
    struct house *house = ctx;
    if (cr_sse_log_follow(house->log, req, cr_http_query(req, "topic")))
        cr_http_problem(req, 503, "no more");
}

static const struct cr_http_route rows[] = {{"GET", "/follow", on_follow, 0, ""}};

static int open_house(void **state)
{
    static struct house house;
    house = (struct house){0};
    cr_mutex_init(&house.lock);
    const struct cr_sse_log_options options = {.epoch = 77,
                                               .followers_max = FOLLOWERS,
                                               .entries_max = ENTRIES,
                                               .bytes_max = 2 * LARGE,
                                               .collect = collect,
                                               .take_state = take_state,
                                               .ctx = &house};
    assert_int_equal(cr_sse_log_new(&options, &house.log, NULL), 0);
    house.server = peer_serve(&(struct cr_http_server_options){0}, rows, CR_COUNT(rows), &house);
    house.port = cr_http_server_port(house.server);
    *state = &house;
    return 0;
}

static int close_house(void **state)
{
    struct house *house = *state;
    cr_http_server_stop(house->server);
    size_t followers = cr_sse_log_counts(house->log).followers;
    cr_sse_log_free(house->log);
    cr_mutex_fini(&house->lock);
    return followers == 0 ? 0 : -1;
}

static int follow(const struct house *house, const char *query, const char *last_id)
{
    char request[256];
    CR_AUTO(cr_buf) head = {0};
    snprintf(request, sizeof request, "GET /follow%s HTTP/1.1\r\nHost: h\r\n%s%s%s\r\n", query,
             last_id ? "Last-Event-ID: " : "", last_id ? last_id : "", last_id ? "\r\n" : "");
    int fd = peer_connect(house->port);
    peer_send(fd, request);
    assert_int_equal(peer_answer(fd, &head, true), 200);
    return fd;
}

/* These come, in this order. */
static void assert_next(int fd, const char *const *texts, size_t count)
{
    CR_AUTO(cr_buf) seen = {0};
    for (size_t i = 0; i < count; i++)
        assert_true(peer_expect(fd, &seen, texts[i]));
    const char *last = seen.data;
    for (size_t i = 0; i < count; i++) {
        last = strstr(last, texts[i]);
        assert_non_null(last);
    }
}

#define ASSERT_NEXT(fd, ...)                                                                       \
    assert_next(fd, (const char *const[]){__VA_ARGS__},                                            \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_the_state_and_then_what_changes(void **state)
{
    struct house *house = *state;
    append(house, "before", "", CR_SSE_FOR_ALL);
    CR_AUTO_CLOSE int fd = follow(house, "", NULL);
    ASSERT_NEXT(fd, "id: 77-1\nevent: state\ndata: {\"n\":1,\"topic\":\"\"}\n\n");
    append(house, "one", "", CR_SSE_FOR_ALL);
    append(house, "two", "", CR_SSE_FOR_ALL);
    ASSERT_NEXT(fd, "id: 77-2\nevent: change\ndata: one\n\n",
                "id: 77-3\nevent: change\ndata: two\n\n");
}

static void test_resumed_where_it_left(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < 3; i++)
        append(house, i == 2 ? "third" : "early", "", CR_SSE_FOR_ALL);
    CR_AUTO_CLOSE int fd = follow(house, "", "77-2");
    CR_AUTO(cr_buf) seen = {0};
    assert_true(peer_expect(fd, &seen, "id: 77-3\nevent: change\ndata: third\n\n"));
    assert_null(strstr(seen.data, "state"));
    assert_null(strstr(seen.data, "early"));
    CR_AUTO_CLOSE int up_to_date = follow(house, "", "77-3");
    append(house, "fourth", "", CR_SSE_FOR_ALL);
    cr_buf_reset(&seen);
    assert_true(peer_expect(up_to_date, &seen, "data: fourth\n\n"));
    assert_null(strstr(seen.data, "third"));
}

static void test_ids_that_are_not_known(void **state)
{
    struct house *house = *state;
    static const char *const ids[] = {
        "78-1", "77-99", "77-", "77", "77-1x", "77--1", "nonsense", "-", "77-18446744073709551615"};
    append(house, "x", "", CR_SSE_FOR_ALL);
    for (size_t i = 0; i < CR_COUNT(ids); i++) {
        CR_AUTO_CLOSE int fd = follow(house, "", ids[i]);
        ASSERT_NEXT(fd, "event: reset\ndata: {\"reason\":\"unknown-id\"}\n\n",
                    "id: 77-1\nevent: state\n");
    }
}

/* What is older than the ring is not known any more. */
static void test_ids_that_were_forgotten(void **state)
{
    struct house *house = *state;
    for (int i = 0; i < ENTRIES + 5; i++)
        append(house, "x", "", CR_SSE_FOR_ALL);
    assert_int_equal(cr_sse_log_counts(house->log).entries, ENTRIES);
    CR_AUTO_CLOSE int old = follow(house, "", "77-4");
    ASSERT_NEXT(old, "\"unknown-id\"", "id: 77-13\nevent: state\n");
    CR_AUTO_CLOSE int just = follow(house, "", "77-5");
    CR_AUTO(cr_buf) seen = {0};
    assert_true(peer_expect(just, &seen, "id: 77-13\nevent: change\n"));
    assert_non_null(strstr(seen.data, "id: 77-6\n"));
    assert_null(strstr(seen.data, "state"));
}

static void test_topics(void **state)
{
    struct house *house = *state;
    CR_AUTO_CLOSE int fd = follow(house, "?topic=red", NULL);
    CR_AUTO(cr_buf) seen = {0};
    assert_true(peer_expect(fd, &seen, "{\"n\":0,\"topic\":\"red\"}\n\n"));
    append(house, "all", "", CR_SSE_FOR_ALL);
    append(house, "blue", "blue", CR_SSE_FOR_BOTH);
    append(house, "red", "red", CR_SSE_FOR_BOTH);
    append(house, "only", "red", CR_SSE_FOR_TOPIC);
    assert_true(peer_expect(fd, &seen, "data: only\n\n"));
    assert_non_null(strstr(seen.data, "data: red\n\n"));
    assert_null(strstr(seen.data, "data: all"));
    assert_null(strstr(seen.data, "data: blue"));
    CR_AUTO_CLOSE int all = follow(house, "", "77-0");
    cr_buf_reset(&seen);
    assert_true(peer_expect(all, &seen, "data: red\n\n"));
    assert_non_null(strstr(seen.data, "data: blue"));
    append(house, "last", "", CR_SSE_FOR_ALL);
    assert_true(peer_expect(all, &seen, "data: last\n\n"));
    assert_null(strstr(seen.data, "data: only"));
}

/* Reads megabytes until one of the texts has come. */
static bool skip_to(int fd, const char *text, const char *or_text)
{
    static char room[64 * 1024 + 256];
    size_t kept = 0, len = strlen(text), or_len = strlen(or_text);
    struct timeval limit = {.tv_sec = 10}; /* before a heartbeat comes */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (;;) {
        ssize_t got = recv(fd, room + kept, 64 * 1024, 0);
        if (got <= 0)
            return false;
        size_t all = kept + (size_t)got;
        if (memmem(room, all, text, len) || memmem(room, all, or_text, or_len))
            return true;
        kept = all < 64 ? all : 64;
        memmove(room, room + all - kept, kept);
    }
}

/* It gets no queue of its own: the ring goes on, and the reader begins anew. */
static void test_a_reader_that_falls_behind(void **state)
{
    struct house *house = *state;
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_FREE char *large = malloc(LARGE + 1);
    memset(large, 'x', LARGE);
    large[LARGE] = '\0';
    CR_AUTO_CLOSE int fd = follow(house, "", NULL);
    assert_true(peer_expect(fd, &seen, "event: state"));
    for (int i = 0; i < 40; i++) /* more than any socket buffers, and than the ring */
        append(house, large, "", CR_SSE_FOR_ALL);
    assert_true(cr_sse_log_counts(house->log).bytes <= 2 * LARGE);
    const char *reset = "event: reset\ndata: {\"reason\":\"behind\"}\n\n";
    assert_true(skip_to(fd, reset, reset));
    append(house, "on it goes", "", CR_SSE_FOR_ALL);
    assert_true(skip_to(fd, "data: on it goes\n\n", "event: state\ndata: {\"n\":41,"));
    assert_true(cr_sse_log_counts(house->log).resets >= 1);
}

static void test_an_event_larger_than_the_ring(void **state)
{
    struct house *house = *state;
    CR_AUTO(cr_buf) seen = {0};
    CR_AUTO_FREE char *huge = malloc(3 * LARGE + 1);
    memset(huge, 'x', 3 * LARGE);
    huge[3 * LARGE] = '\0';
    CR_AUTO_CLOSE int fd = follow(house, "", NULL);
    assert_true(peer_expect(fd, &seen, "{\"n\":0,"));
    append(house, huge, "", CR_SSE_FOR_ALL);
    assert_true(peer_expect(fd, &seen, "\"behind\""));
    assert_true(peer_expect(fd, &seen, "event: state\ndata: {\"n\":1,"));
}

static void test_no_more_followers_than_allowed(void **state)
{
    struct house *house = *state;
    int fds[FOLLOWERS];
    for (size_t i = 0; i < FOLLOWERS; i++)
        fds[i] = follow(house, "", NULL);
    assert_int_equal(peer_ask(house->port, "GET /follow HTTP/1.1\r\nHost: h\r\n\r\n", NULL), 503);
    assert_int_equal(cr_sse_log_counts(house->log).followers, FOLLOWERS);
    for (size_t i = 0; i < FOLLOWERS; i++)
        close(fds[i]);
}

static bool was_collected(void *ctx)
{
    return atomic_load((atomic_int *)ctx) > 0;
}

static void test_marks_within_five_ms_are_one(void **state)
{
    struct house *house = *state;
    CR_AUTO_CLOSE int fd = follow(house, "", NULL);
    CR_AUTO(cr_buf) seen = {0};
    int64_t began_ms = cr_clock_ms();
    for (int i = 0; i < 100; i++)
        cr_sse_log_mark(house->log);
    int64_t marked_ms = cr_clock_ms() - began_ms;
    assert_true(peer_until(was_collected, &house->collections));
    assert_true(cr_clock_ms() - began_ms >= CR_SSE_LOG_COALESCE_MS);
    assert_true(peer_expect(fd, &seen, "data: collected\n\n"));
    if (marked_ms < CR_SSE_LOG_COALESCE_MS) /* else we were slow ourselves */
        assert_int_equal(atomic_load(&house->collections), 1);
    cr_sse_log_mark(house->log);
    append(house, "end", "", CR_SSE_FOR_ALL);
    assert_true(peer_expect(fd, &seen, "data: end\n\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_state_and_then_what_changes),
        TEST(test_resumed_where_it_left),
        TEST(test_ids_that_are_not_known),
        TEST(test_ids_that_were_forgotten),
        TEST(test_topics),
        TEST(test_a_reader_that_falls_behind),
        TEST(test_an_event_larger_than_the_ring),
        TEST(test_no_more_followers_than_allowed),
        TEST(test_marks_within_five_ms_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
