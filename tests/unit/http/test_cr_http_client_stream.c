/* Answers that are read while they come. */
#include "client_world.h"
#include "cr_clock.h"

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
        .url = world_url(world, path), .on_head = on_head, .on_data = on_data, .total_ms = 300};
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
    assert_int_equal(cr_http_client_send(world->client, &call, tally_done, &tally, &id), 0);
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
    tally_wait(&tally, 1);
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
    assert_int_equal(cr_http_client_send(world->client, &call, tally_done, &tally, NULL), 0);
    assert_true(peer_until(is_streaming, world));
    end_stream(world);
    tally_wait(&tally, 1);
    assert_int_equal(tally.ok, 1);
}

static void test_deadlines_of_streams(void **state)
{
    struct world *world = *state;
    struct tally tally = {0};
    struct cr_http_call silent = stream_call(world, "/stream");
    silent.idle_ms = 150;
    silent.total_ms = 600000; /* its head may take longer than its silences */
    assert_int_equal(cr_http_client_send(world->client, &silent, tally_done, &tally, NULL), 0);
    tally_wait(&tally, 1);
    assert_int_equal(tally.last_cause, CR_HTTP_TIMEOUT);
    assert_int_equal(tally.heads, 1);
    struct cr_http_call headless = stream_call(world, "/hold");
    assert_int_equal(cr_http_client_send(world->client, &headless, tally_done, &tally, NULL), 0);
    tally_wait(&tally, 2);
    assert_int_equal(tally.last_cause, CR_HTTP_TIMEOUT);
    assert_int_equal(tally.heads, 1);
}

static void test_refused_by_its_callbacks(void **state)
{
    struct world *world = *state;
    struct tally tally = {.refuse = true};
    struct cr_http_call call = stream_call(world, "/stream");
    assert_int_equal(cr_http_client_send(world->client, &call, tally_done, &tally, NULL), 0);
    tally_wait(&tally, 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_reads_a_stream),
        IN_WORLD(test_the_end_of_a_stream),
        IN_WORLD(test_deadlines_of_streams),
        IN_WORLD(test_refused_by_its_callbacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
