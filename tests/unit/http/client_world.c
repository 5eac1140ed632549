/* The world of the client's tests. */
#include "client_world.h"

#include <stdio.h>
#include <string.h>

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

struct cr_http_server *world_serve(const struct cr_http_server_options *options,
                                   struct world *world)
{
    return peer_serve(options, rows, CR_COUNT(rows), world);
}

int world_open(void **state)
{
    static struct world world;
    struct cr_http_server_options options = {0};
    world = (struct world){.arena = cr_arena_new(0)};
    cr_mutex_init(&world.lock);
    world.server = world_serve(&options, &world);
    snprintf(world.base, sizeof world.base, "http://127.0.0.1:%d",
             cr_http_server_port(world.server));
    *state = &world;
    return cr_http_client_new(NULL, &world.client, NULL);
}

int world_close(void **state)
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

const char *world_url(struct world *world, const char *path)
{
    return cr_arena_printf(world->arena, "%s%s", world->base, path);
}

struct cr_http_response world_fetch(struct world *world, struct cr_http_call call)
{
    struct cr_http_response response;
    struct cr_err err = {0};
    int rc = cr_http_client_fetch(world->client, &call, world->arena, &response, &err);
    assert_int_equal(rc, response.code);
    if (rc)
        assert_true(strlen(err.text) > 0);
    return response;
}

void world_header(const struct cr_http_response *response, const char *name, const char *expected)
{
    const char *value = cr_http_response_header(response, name);
    assert_non_null(value);
    assert_string_equal(value, expected);
}

/* --- the count --- */

void tally_done(const struct cr_http_response *response, void *ctx)
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

void tally_wait(struct tally *tally, size_t count)
{
    watched = tally;
    wanted = count;
    assert_true(peer_until(all_done, NULL));
}
