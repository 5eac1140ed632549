/* The registry client against a registry that is played: a server in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cr_clock.h"
#include "cr_http_client.h"
#include "cr_http_server.h"
#include "cr_log.h"
#include "cr_registry_client.h"
#include "cr_thread.h"

enum { PATIENCE_MS = 20000, SILENT_MAX = 16 };

/* What the played registry was asked, and what it answers. */
static struct {
    atomic_int registers, renewals, cancels, fetches;
    atomic_int register_status, renew_status, fetch_status;
    atomic_bool silent; /* answers a fetch at the end of the test only */
    struct cr_mutex mutex;
    struct cr_http_request *held[SILENT_MAX];
    size_t held_count;
    char document[512];
    char body[2048]; /* of the last registration */
    char path[256];
    char authorization[64];
} played;

static const char one_member[] =
    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"UP_1_\",\"application\":[{"
    "\"name\":\"MEMBER\",\"instance\":[{\"app\":\"MEMBER\",\"instanceId\":\"m1\",\"hostName\":"
    "\"h\","
    "\"ipAddr\":\"127.0.0.1\",\"vipAddress\":\"member\",\"status\":\"UP\"}]}]}}";
static const char nobody[] =
    "{\"applications\":{\"versions__delta\":\"1\",\"apps__hashcode\":\"\",\"application\":[]}}";

static void set_document(const char *text)
{
    CR_LOCKED(&played.mutex);
    snprintf(played.document, sizeof played.document, "%s", text);
}

static void on_fetch(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&played.fetches, 1);
    if (atomic_load(&played.silent)) {
        CR_LOCKED(&played.mutex);
        assert_true(played.held_count < SILENT_MAX);
        played.held[played.held_count++] = req;
        return;
    }
    char text[sizeof played.document];
    cr_mutex_lock(&played.mutex);
    memcpy(text, played.document, sizeof text);
    snprintf(played.authorization, sizeof played.authorization, "%.*s",
             CR_SLICE_ARG(cr_http_header(req, "Authorization")));
    cr_mutex_unlock(&played.mutex);
    cr_http_answer(req, atomic_load(&played.fetch_status), "application/json", cr_slice_of(text));
}

static void on_register(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_mutex_lock(&played.mutex);
    snprintf(played.body, sizeof played.body, "%.*s", CR_SLICE_ARG(cr_http_body(req)));
    cr_mutex_unlock(&played.mutex);
    atomic_fetch_add(&played.registers, 1);
    cr_http_answer(req, atomic_load(&played.register_status), NULL, (struct cr_slice){0});
}

static void on_renew(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    cr_mutex_lock(&played.mutex);
    snprintf(played.path, sizeof played.path, "%.*s", CR_SLICE_ARG(cr_http_target(req)));
    cr_mutex_unlock(&played.mutex);
    atomic_fetch_add(&played.renewals, 1);
    cr_http_answer(req, atomic_load(&played.renew_status), NULL, (struct cr_slice){0});
}

static void on_cancel(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&played.cancels, 1);
    cr_http_answer(req, 200, NULL, (struct cr_slice){0});
}

static const struct cr_http_route rows[] = {
    {"GET", "/eureka/apps/", on_fetch, 0, "all"},
    {"POST", "/eureka/apps/{app}", on_register, 0, "register"},
    {"PUT", "/eureka/apps/{app}/{id}", on_renew, 0, "renew"},
    {"DELETE", "/eureka/apps/{app}/{id}", on_cancel, 0, "cancel"},
};

static struct cr_http_server *server;
static struct cr_http_client *http;
static struct cr_registry_client *client;

static int setup(void **state)
{
    (void)state;
    struct cr_err err = {0};
    memset(&played, 0, sizeof played);
    cr_mutex_init(&played.mutex);
    atomic_store(&played.register_status, 204);
    atomic_store(&played.renew_status, 200);
    atomic_store(&played.fetch_status, 200);
    set_document(nobody);
    const struct cr_http_routes table = {rows, CR_COUNT(rows), NULL};
    const struct cr_http_server_options options = {.host = "127.0.0.1"};
    if (cr_http_server_start(&options, &table, 1, &server, &err) ||
        cr_http_client_new(NULL, &http, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cr_registry_client_free(client);
    client = NULL;
    cr_http_client_free(http);
    cr_mutex_lock(&played.mutex);
    for (size_t i = 0; i < played.held_count; i++)
        cr_http_answer(played.held[i], 200, NULL, (struct cr_slice){0});
    cr_mutex_unlock(&played.mutex);
    cr_http_server_stop(server);
    cr_mutex_fini(&played.mutex);
    return 0;
}

static void start_client(const char *before, const char *user,
                         struct cr_registry_client_options more)
{
    char urls[256];
    struct cr_err err = {0};
    snprintf(urls, sizeof urls, "%shttp://%s127.0.0.1:%d/eureka", before, user,
             cr_http_server_port(server));
    more.http = http;
    more.log = cr_log_get("test.registry");
    more.urls = urls;
    more.leaves = true;
    if (cr_registry_client_new(&more, &client, &err) || cr_registry_client_start(client, &err))
        fail_msg("%s", err.text);
}

static void register_us(int64_t renewal_s)
{
    struct cr_err err = {0};
    struct cr_wire_instance self = cr_wire_instance_default(0);
    self.app = CR_SLICE("order");
    self.instance_id = CR_SLICE("h:order:8080");
    self.host_name = CR_SLICE("h");
    self.ip_addr = CR_SLICE("127.0.0.1");
    self.data_center = CR_WIRE_MY_OWN;
    self.lease.renewal_s = renewal_s;
    self.lease.duration_s = 3 * renewal_s;
    assert_int_equal(cr_registry_client_register(client, &self, &err), 0);
}

static bool at_least(atomic_int *counter, int count)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    while (atomic_load(counter) < count) {
        if (cr_clock_ms() > deadline_ms)
            return false;
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return true;
}

static size_t up_count(const char *service_id)
{
    struct cr_instances *instances = cr_registry_client_instances(client);
    struct cr_instances_pin pin = cr_instances_pin(instances);
    const struct cr_service *service = cr_snapshot_service(pin.snapshot, cr_slice_of(service_id));
    size_t count = service ? service->up_count : 0;
    cr_instances_unpin(instances, &pin);
    return count;
}

static bool becomes_known(const char *service_id)
{
    int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
    while (up_count(service_id) == 0) {
        if (cr_clock_ms() > deadline_ms)
            return false;
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return true;
}

static struct cr_registry_client_state state_of(void)
{
    struct cr_registry_client_state state;
    cr_registry_client_state(client, &state);
    return state;
}

static void test_registers_and_renews(void **state)
{
    (void)state;
    start_client("", "", (struct cr_registry_client_options){0});
    assert_false(state_of().registered);
    register_us(1);
    assert_true(at_least(&played.renewals, 1));
    assert_int_equal(atomic_load(&played.registers), 1);
    assert_true(state_of().registered);
    assert_string_equal(state_of().problem, "");
    assert_int_equal(atomic_load(&played.fetches), 0); /* it was not asked to */
    CR_LOCKED(&played.mutex);
    assert_non_null(strstr(played.body, "{\"instance\":{\"instanceId\":\"h:order:8080\","
                                        "\"hostName\":\"h\",\"app\":\"ORDER\""));
    assert_non_null(strstr(played.path, "/eureka/apps/ORDER/h:order:8080?status=UP&"
                                        "lastDirtyTimestamp="));
}

static void test_registers_again_after_404(void **state)
{
    (void)state;
    start_client("", "", (struct cr_registry_client_options){0});
    atomic_store(&played.renew_status, 404);
    register_us(1);
    assert_true(at_least(&played.renewals, 1));
    assert_true(at_least(&played.registers, 2));
    assert_true(state_of().registered);
}

static void test_tries_again_while_refused(void **state)
{
    (void)state;
    start_client("", "", (struct cr_registry_client_options){0});
    atomic_store(&played.register_status, 503);
    register_us(30);
    assert_true(at_least(&played.registers, 3));
    assert_false(state_of().registered);
    assert_non_null(strstr(state_of().problem, "answered 503"));
    atomic_store(&played.register_status, 204);
    int before = atomic_load(&played.registers);
    assert_true(at_least(&played.registers, before + 1));
}

static void test_fetches_eagerly_what_is_missing(void **state)
{
    (void)state;
    start_client(
        "", "",
        (struct cr_registry_client_options){.fetches = true, .fetch_ms = 600000, .eager_ms = 5});
    assert_true(at_least(&played.fetches, 1));
    assert_int_equal(cr_registry_client_want(client, CR_SLICE("Member")), 0);
    assert_int_equal(cr_registry_client_want(client, CR_SLICE("Member")), 0);
    assert_int_equal(cr_registry_client_want(client, CR_SLICE("")), CR_EINVAL);
    assert_true(at_least(&played.fetches, 10));
    set_document(one_member);
    assert_true(becomes_known("member"));
    assert_true(state_of().fetched);
    /* Now it is known, only a poke brings the next look. */
    int before = atomic_load(&played.fetches);
    cr_registry_client_poke(client);
    assert_true(at_least(&played.fetches, before + 1));
    assert_true(atomic_load(&played.fetches) <= before + 2);
}

static void test_a_bad_answer_leaves_what_is_known(void **state)
{
    (void)state;
    set_document(one_member);
    start_client("", "", (struct cr_registry_client_options){.fetches = true, .fetch_ms = 5});
    assert_true(becomes_known("member"));
    const struct {
        int status;
        const char *document;
        const char *problem;
    } bad[] = {
        {500, nobody, "answered 500"},
        {200, "<html>", "line 1"},
        {200, "{\"x\":1}", "neither 'applications'"},
    };
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        set_document(bad[i].document);
        atomic_store(&played.fetch_status, bad[i].status);
        int64_t deadline_ms = cr_clock_ms() + PATIENCE_MS;
        while (!strstr(state_of().problem, bad[i].problem) && cr_clock_ms() < deadline_ms)
            nanosleep(&(struct timespec){0, 2000000}, NULL);
        assert_non_null(strstr(state_of().problem, bad[i].problem));
        assert_int_equal(up_count("member"), 1);
    }
}

static void test_fails_over_to_the_next_url(void **state)
{
    (void)state;
    set_document(one_member);
    /* Port 1 of this machine: nobody listens there. */
    start_client("http://127.0.0.1:1/eureka/, ", "user:pass%40word@",
                 (struct cr_registry_client_options){.fetches = true, .fetch_ms = 50});
    register_us(30);
    assert_true(becomes_known("member"));
    assert_true(at_least(&played.registers, 1));
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/eureka/", cr_http_server_port(server));
    assert_string_equal(state_of().url, url); /* without credentials */
    CR_LOCKED(&played.mutex);
    assert_string_equal(played.authorization, "Basic dXNlcjpwYXNzQHdvcmQ=");
}

static void test_leaves_once_and_goes_on_fetching(void **state)
{
    (void)state;
    start_client("", "", (struct cr_registry_client_options){.fetches = true, .fetch_ms = 5});
    register_us(1);
    assert_true(at_least(&played.renewals, 1));
    cr_registry_client_leave(client);
    assert_int_equal(atomic_load(&played.cancels), 1);
    assert_false(state_of().registered);
    cr_registry_client_leave(client);
    assert_int_equal(atomic_load(&played.cancels), 1);
    int renewals = atomic_load(&played.renewals);
    int fetches = atomic_load(&played.fetches);
    assert_true(at_least(&played.fetches, fetches + 3));
    assert_int_equal(atomic_load(&played.renewals), renewals);
}

static void test_leave_without_registration_does_nothing(void **state)
{
    (void)state;
    start_client("", "", (struct cr_registry_client_options){0});
    cr_registry_client_leave(client);
    assert_int_equal(atomic_load(&played.cancels), 0);
}

static void test_a_silent_server_does_not_hold_up_the_end(void **state)
{
    (void)state;
    atomic_store(&played.silent, true);
    start_client("", "",
                 (struct cr_registry_client_options){.fetches = true, .timeout_ms = 600000});
    assert_true(at_least(&played.fetches, 1));
    register_us(30);
    /* The fetch in work holds up neither the lease nor the end. */
    assert_true(at_least(&played.registers, 1));
    int64_t began_ms = cr_clock_ms();
    cr_registry_client_leave(client);
    assert_int_equal(atomic_load(&played.cancels), 1);
    cr_registry_client_free(client);
    client = NULL;
    assert_true(cr_clock_ms() - began_ms < PATIENCE_MS);
}

static void test_bad_options(void **state)
{
    (void)state;
    const struct {
        const char *urls, *says;
    } bad[] = {
        {"", "no URL"},
        {" , ", "no URL"},
        {"localhost:9091", "localhost:9091"},
        {"ftp://h/", "neither http nor https"},
    };
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        struct cr_err err = {0};
        const struct cr_registry_client_options options = {
            .http = http, .log = cr_log_get("test"), .urls = bad[i].urls};
        assert_int_not_equal(cr_registry_client_new(&options, &client, &err), 0);
        if (!strstr(err.text, bad[i].says))
            fail_msg("'%s' says \"%s\"", bad[i].urls, err.text);
    }
    client = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_registers_and_renews),
        TEST(test_registers_again_after_404),
        TEST(test_tries_again_while_refused),
        TEST(test_fetches_eagerly_what_is_missing),
        TEST(test_a_bad_answer_leaves_what_is_known),
        TEST(test_fails_over_to_the_next_url),
        TEST(test_leaves_once_and_goes_on_fetching),
        TEST(test_leave_without_registration_does_nothing),
        TEST(test_a_silent_server_does_not_hold_up_the_end),
        TEST(test_bad_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
