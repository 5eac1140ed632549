/* The client against our own server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client_world.h"

static void test_methods_headers_and_bodies(void **state)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    struct world *world = *state;
    const struct cr_http_pair headers[] = {{"X-Thing", "1"}};
    for (size_t i = 0; i < CR_COUNT(methods); i++) {
        struct cr_http_response r =
            world_fetch(world, (struct cr_http_call){.method = methods[i],
                                                     .url = world_url(world, "/echo"),
                                                     .headers = headers,
                                                     .header_count = 1});
        assert_int_equal(r.status, 200);
        world_header(&r, "x-method", methods[i]);
        world_header(&r, "X-Type", "none");
        world_header(&r, "X-Thing", "sent");
        world_header(&r, "X-Agent", "crema");
        assert_int_equal(r.body.len, 0);
    }
    struct cr_http_response r = world_fetch(
        world, (struct cr_http_call){.url = cr_arena_printf(world->arena,
                                                            "http://us%%65r:pa@127.0.0.1:%d/echo",
                                                            cr_http_server_port(world->server)),
                                     .content_type = "application/json",
                                     .body = CR_SLICE("{\"a\":1}")});
    world_header(&r, "X-Method", "POST");
    world_header(&r, "X-Type", "application/json");
    world_header(&r, "X-Authorization", "Basic dXNlcjpwYQ==");
    assert_true(cr_slice_is(r.body, "{\"a\":1}"));
    assert_null(cr_http_response_header(&r, "X-Nope"));
    r = world_fetch(world,
                    (struct cr_http_call){.method = "HEAD", .url = world_url(world, "/large")});
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.len, 0);
}

static void test_bounds_redirects_and_gzip(void **state)
{
    struct world *world = *state;
    struct cr_http_response r = world_fetch(
        world, (struct cr_http_call){.url = world_url(world, "/large"), .body_max = 200000});
    assert_int_equal(r.code, 0);
    assert_int_equal(r.body.len, 200000);
    r = world_fetch(world,
                    (struct cr_http_call){.url = world_url(world, "/large"), .body_max = 199999});
    assert_int_equal(r.code, CR_ELIMIT);
    assert_int_equal(r.cause, CR_HTTP_TOO_LARGE);
    r = world_fetch(world, (struct cr_http_call){.url = world_url(world, "/large"), .gzip = true});
    world_header(&r, "Content-Encoding", "gzip");
    assert_int_equal(r.body.len, 200000);
    r = world_fetch(
        world,
        (struct cr_http_call){.url = world_url(world, "/large"), .gzip = true, .body_max = 100000});
    assert_int_equal(r.cause, CR_HTTP_TOO_LARGE); /* a bomb is measured unpacked */
    r = world_fetch(world, (struct cr_http_call){.url = world_url(world, "/moved")});
    assert_int_equal(r.status, 302);
    r = world_fetch(world, (struct cr_http_call){.url = world_url(world, "/nope")});
    assert_int_equal(r.code, 0);
    assert_int_equal(r.status, 404);
    world_header(&r, "Content-Type", "application/problem+json");
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
    struct cr_http_response r =
        world_fetch(world, (struct cr_http_call){.url = world_url(world, "/hold?token=secret"),
                                                 .total_ms = 100});
    assert_int_equal(r.code, CR_ETIMEOUT);
    assert_int_equal(r.cause, CR_HTTP_TIMEOUT);
    assert_in_range(r.elapsed_ms, 90, 5000);
    assert_non_null(strstr(r.err.text, "/hold"));
    assert_null(strstr(r.err.text, "secret"));
}

/* --- asynchronous --- */

static void test_many_calls_at_once(void **state)
{
    enum { CALLS = 500 };
    struct world *world = *state;
    struct tally tally = {0};
    struct cr_http_call call = {.url = world_url(world, "/echo"), .body = CR_SLICE("x")};
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(cr_http_client_send(world->client, &call, tally_done, &tally, NULL), 0);
    tally_wait(&tally, CALLS);
    assert_int_equal(tally.ok, CALLS);
}

static void test_connections_are_reused(void **state)
{
    struct world *world = *state;
    struct cr_http_server_counts counts;
    for (int i = 0; i < 50; i++)
        assert_int_equal(
            world_fetch(world, (struct cr_http_call){.url = world_url(world, "/echo")}).status,
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
    struct cr_http_call call = {.url = world_url(world, "/echo")};
    assert_int_equal(world_fetch(world, call).status, 200);
    call.may_connect = not_loopback;
    assert_int_equal(world_fetch(world, call).cause, CR_HTTP_REFUSED);
    call.may_connect = only_loopback;
    assert_int_equal(world_fetch(world, call).status, 200);
    call.may_connect = not_loopback;
    assert_int_equal(world_fetch(world, call).cause, CR_HTTP_REFUSED);
}

static void test_cancel(void **state)
{
    enum { CALLS = 30 };
    struct world *world = *state;
    struct tally tally = {0};
    uint64_t ids[CALLS];
    struct cr_http_call call = {.url = world_url(world, "/hold"), .total_ms = 60000};
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(cr_http_client_send(world->client, &call, tally_done, &tally, &ids[i]), 0);
    for (size_t i = 0; i < CALLS; i++) {
        cr_http_client_cancel(world->client, ids[i]);
        cr_http_client_cancel(world->client, ids[i]);
    }
    cr_http_client_cancel(world->client, 123456);
    tally_wait(&tally, CALLS);
    assert_int_equal(tally.cancelled, CALLS);
}

static void test_too_many_calls(void **state)
{
    struct world *world = *state;
    struct cr_http_client_options options = {.max_calls = 3};
    struct cr_http_client *client;
    struct tally tally = {0};
    struct cr_http_call call = {.url = world_url(world, "/hold"), .total_ms = 60000};
    assert_int_equal(cr_http_client_new(&options, &client, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cr_http_client_send(client, &call, tally_done, &tally, NULL), 0);
    assert_int_equal(cr_http_client_send(client, &call, tally_done, &tally, NULL), CR_ELIMIT);
    cr_http_client_free(client); /* cancels them */
    assert_int_equal(tally.done, 3);
    assert_int_equal(tally.cancelled, 3);
}

/* --- Unix socket, many threads --- */

static void test_unix_socket(void **state)
{
    struct world *world = *state;
    char path[] = "/tmp/crema-http-XXXXXX", file[64];
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/admin.sock", path);
    struct cr_http_server_options options = {.unix_path = file};
    struct cr_http_server *server = world_serve(&options, world);
    struct cr_http_response r =
        world_fetch(world, (struct cr_http_call){.url = "http://admin/echo", .unix_path = file});
    assert_int_equal(r.status, 200);
    cr_http_server_stop(server);
    r = world_fetch(world, (struct cr_http_call){.url = "http://admin/echo", .unix_path = file});
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
    struct cr_http_call call = {.url = world_url(caller->world, "/echo"), .body = CR_SLICE("x")};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_methods_headers_and_bodies),
        IN_WORLD(test_bounds_redirects_and_gzip),
        IN_WORLD(test_bad_calls_are_refused),
        IN_WORLD(test_deadline),
        IN_WORLD(test_many_calls_at_once),
        IN_WORLD(test_connections_are_reused),
        IN_WORLD(test_addresses_are_asked_for),
        IN_WORLD(test_cancel),
        IN_WORLD(test_too_many_calls),
        IN_WORLD(test_unix_socket),
        IN_WORLD(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
