/* The data plane end to end, over sockets: what goes to the instance, what comes back, who is cut.
 * The depth is in tests/blackbox/gateway; here are the main paths, where a debugger is near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cr_clock.h"
#include "plane_rig.h"

static int set_up(void **state)
{
    static struct rig rig;
    rig_prepare(&rig);
    rig_start(&rig);
    *state = &rig;
    return 0;
}

static int tear_down(void **state)
{
    rig_stop(*state);
    return 0;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in '%s'", part, text);
}

static void get_keeps_both_connections(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1?q=a%20b HTTP/1.1\r\nHost: g\r\nX-A: 1\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    for (int i = 0; i < 3; i++) {
        const char *head = peer_until(origin, "\r\n\r\n");
        assert_holds(head, "GET /1?q=a%20b HTTP/1.1\r\nHost: localhost:");
        assert_holds(head, "X-A: 1\r\n");
        assert_holds(head, "X-Forwarded-For: 127.0.0.1\r\n");
        assert_holds(head, "X-Forwarded-Prefix: /users\r\n");
        peer_forget(origin);
        peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: 2\r\n\r\nhi");
        const char *answer = peer_until(client, "\r\n\r\nhi");
        assert_holds(answer, "HTTP/1.1 200 OK\r\nX-B: 2\r\nContent-Length: 2\r\n");
        peer_forget(client);
        if (i < 2)
            peer_send(client, "GET /users/1?q=a%20b HTTP/1.1\r\nHost: g\r\nX-A: 1\r\n\r\n");
    }
    peer_close(client);
    peer_close(origin);
}

static void bodies_are_framed_anew(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "POST /users/a HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n"
                      "TE: trailers\r\n\r\n3;x=1\r\nabc\r\n");
    struct peer *origin = rig_accept(rig);
    assert_holds(peer_until(origin, "\r\n\r\n3\r\nabc\r\n"), "Transfer-Encoding: chunked\r\n");
    peer_send(client, "02\r\nde\r\n0\r\n\r\n");
    peer_until(origin, "2\r\nde\r\n0\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    assert_holds(peer_until(client, "\r\n\r\n5\r\nhello\r\n"), "Transfer-Encoding: chunked\r\n");
    peer_send(origin, "0\r\nX-Sum: 7\r\n\r\n");
    peer_until(client, "0\r\nX-Sum: 7\r\n\r\n");
    peer_close(client);
    peer_close(origin);
}

static void body_until_close_becomes_chunked(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/a HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\n\r\nabc");
    peer_close(origin);
    peer_until(client, "\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    peer_close(client);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\nGET /none HTTP/1.1\r\nHost: g\r\n"
                      "\r\nGET /users/2 HTTP/1.1\r\nHost: g\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "GET /1 HTTP/1.1\r\n");
    peer_until(origin, "\r\n\r\n");
    peer_forget(origin);
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    peer_until(origin, "GET /2 HTTP/1.1\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    const char *all = peer_rest(client);
    const char *first = strstr(all, "\r\n\r\n1HTTP/1.1 404 Not Found\r\n");
    assert_non_null(first);
    const char *second = strstr(first, "}HTTP/1.1 200 OK\r\n");
    assert_non_null(second);
    assert_holds(second, "\r\n\r\n2HTTP/1.1 400 Bad Request\r\n");
    assert_holds(second, "Connection: close\r\n");
    peer_close(client);
    peer_close(origin);
}

static void continue_is_relayed_once(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "PUT /users/a HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\n"
                      "Expect: 100-continue\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    assert_holds(peer_until(origin, "\r\n\r\n"), "Expect: 100-continue\r\n");
    peer_send(origin, "HTTP/1.1 100 Continue\r\n\r\n");
    peer_until(client, "HTTP/1.1 100 Continue\r\n\r\n");
    peer_send(client, "abc");
    peer_until(origin, "\r\n\r\nabc");
    peer_send(origin, "HTTP/1.1 204 No Content\r\n\r\n");
    assert_null(strstr(peer_until(client, "204") + 25, "100 Continue"));
    peer_close(client);
    peer_close(origin);
}

static void bodiless_answers_stay_so(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "HEAD /users/a HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    assert_holds(peer_until(client, "\r\n\r\n"), "Content-Length: 10\r\n");
    peer_close(origin);
    peer_forget(client);
    peer_send(client, "GET /users/b HTTP/1.1\r\nHost: g\r\n\r\n");
    origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\nbody");
    const char *answer = peer_until(client, "\r\n\r\n");
    assert_holds(answer, "HTTP/1.1 304 Not Modified\r\n");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    assert_true(peer_ended(origin));
    peer_close(client);
    peer_close(origin);
}

static void stale_connection_is_replaced(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer_until(client, "\r\n\r\n");
    peer_forget(client);
    peer_forget(origin);
    peer_send(client, "GET /users/2 HTTP/1.1\r\nHost: g\r\n\r\n");
    peer_until(origin, "\r\n\r\n");
    peer_reset(origin); /* it had read the request, but GET may be sent again */
    origin = rig_accept(rig);
    assert_holds(peer_until(origin, "\r\n\r\n"), "GET /2 HTTP/1.1\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer_until(client, "HTTP/1.1 200 OK\r\n");
    peer_close(client);
    peer_close(origin);
}

static void half_closed_client_gets_its_answer(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    peer_half_close(client);
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    assert_holds(peer_rest(client), "\r\n\r\nhi");
    peer_close(client);
    peer_close(origin);
}

static void aborts_are_passed_on(void **state)
{
    const struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    peer_until(client, "half");
    peer_reset(client);
    assert_true(peer_ended(origin));
    peer_close(origin);

    client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    peer_until(client, "half");
    peer_close(origin);
    assert_null(strstr(peer_rest(client), "\r\n0\r\n"));
    peer_close(client);
}

/* A request, and what its answer begins with and names. */
struct refusal {
    const char *request;
    const char *status;
    const char *failure;
};

static void refusals_are_precise(void **state)
{
    static const struct refusal refusals[] = {
        {"GET /none HTTP/1.1\r\nHost: g\r\n\r\n", "404 Not Found", "no_route"},
        {"GET /empty/x HTTP/1.1\r\nHost: g\r\n\r\n", "503 Service Unavailable", "no_instance"},
        {"GET /users/%2e%2e/x HTTP/1.1\r\nHost: g\r\n\r\n", "400 Bad Request", "bad_request"},
        {"GET /users/1 HTTP/1.1\r\n\r\n", "400 Bad Request", "bad_request"},
        {"GET /users/1 HTTP/2.0\r\nHost: g\r\n\r\n", "505 HTTP Version Not Supported", "version"},
        {"TRACE /users/1 HTTP/1.1\r\nHost: g\r\n\r\n", "405 Method Not Allowed",
         "method_not_allowed"},
        {"POST /users/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 1001\r\n\r\n",
         "413 Payload Too Large", "body_too_large"},
        {"POST /users/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n",
         "417 Expectation Failed", "expectation_failed"},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < CR_COUNT(refusals); i++) {
        struct peer *client = rig_connect(rig);
        peer_send(client, refusals[i].request);
        const char *answer = peer_until(client, "\r\n\r\n{");
        assert_holds(answer, refusals[i].status);
        assert_holds(answer, refusals[i].failure);
        assert_holds(answer, "Content-Type: application/problem+json\r\n");
        peer_close(client);
    }
}

static int set_up_small(void **state)
{
    static struct rig rig;
    rig_prepare(&rig);
    rig.options.body_max = 1000;
    rig_start(&rig);
    *state = &rig;
    return 0;
}

static void dead_instance_is_502(void **state)
{
    struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    peer_send(client, "POST /users/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\n\r\nab");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "ab");
    peer_close(origin);
    assert_holds(peer_until(client, "\r\n\r\n{"), "X-Gateway-Failure: upstream_reset\r\n");
    peer_forget(client);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
    assert_holds(peer_until(client, "\r\n\r\n{"), "X-Gateway-Failure: upstream_bad_response\r\n");
    peer_close(client);
    peer_close(origin);
}

static void draining_answers_what_was_asked(void **state)
{
    struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    struct peer *idle = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    plane_drain(rig->plane);
    peer_send(origin, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    assert_holds(peer_rest(client), "Connection: close\r\n");
    assert_true(peer_ended(idle));
    assert_true(plane_wait_drained(rig->plane));
    peer_close(client);
    peer_close(idle);
    peer_close(origin);
}

static void finished_requests_are_told(void **state)
{
    struct rig *rig = *state;
    struct peer *client = rig_connect(rig);
    struct access_record record;
    peer_send(client, "GET /none HTTP/1.1\r\nHost: g\r\nX-Request-Id: abc\r\n\r\n");
    peer_until(client, "\r\n\r\n{");
    assert_true(plane_next_record(rig->plane, &record));
    assert_string_equal(record.path, "/none");
    assert_string_equal(record.id, "abc");
    assert_int_equal(record.status, 404);
    struct plane_counts counts;
    plane_counts(rig->plane, &counts);
    assert_int_equal(counts.requests, 1);
    assert_int_equal(counts.failures[FAILURE_NO_ROUTE], 1);
    peer_close(client);
}

/* Replaced tables are freed although a stream is open that began under the first one (G5). */
static void tables_do_not_pile_up(void **state)
{
    enum { CHANGES = 10000, HELD_MAX = 3000 }; /* a tenth, on a machine that is busy */
    struct rig *rig = *state;
    struct directory_counts counts;
    struct peer *client = rig_connect(rig);
    peer_send(client, "GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n");
    struct peer *origin = rig_accept(rig);
    peer_until(origin, "\r\n\r\n");
    peer_send(origin, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
    peer_until(client, "hi");
    size_t most = 0;
    for (int i = 0; i < CHANGES; i++) {
        rig_change(rig, 2 + i * 3);
        directory_counts(plane_directory(rig->plane), &counts);
        most = counts.instances > most ? counts.instances : most;
    }
    assert_in_range(most, 4,
                    HELD_MAX); /* instances, replaced ones that are not yet freed included */
    rig_change(rig, 2);
    for (int64_t end = cr_clock_ms() + RIG_WAIT_MS; counts.snapshots > 1;) {
        plane_reclaim(rig->plane);
        directory_counts(plane_directory(rig->plane), &counts);
        assert_true(cr_clock_ms() < end);
    }
    assert_int_equal(counts.instances, 4);
    peer_send(origin, "0\r\n\r\n");
    peer_until(client, "2\r\nhi\r\n0\r\n\r\n");
    peer_close(client);
    peer_close(origin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(get_keeps_both_connections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bodies_are_framed_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(body_until_close_becomes_chunked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pipelined_requests_are_answered_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(continue_is_relayed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bodiless_answers_stay_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stale_connection_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(half_closed_client_gets_its_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aborts_are_passed_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_are_precise, set_up_small, tear_down),
        cmocka_unit_test_setup_teardown(dead_instance_is_502, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draining_answers_what_was_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finished_requests_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_do_not_pile_up, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
