/* The config client against a config server that is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_buf.h"
#include "cr_config_client.h"
#include "cr_file.h"
#include "cr_http_client.h"
#include "cr_http_server.h"
#include "cr_log.h"
#include "cr_thread.h"

static struct {
    atomic_int asked;
    atomic_int busy; /* so many requests are answered 503 first */
    struct cr_mutex mutex;
    char target[256];
    char authorization[64];
    char accept[128];
} played;

static const char answer[] =
    "{\"name\":\"orders\",\"profiles\":[\"dev\"],\"label\":null,\"version\":\"abc\",\"state\":\"\","
    "\"propertySources\":[{\"name\":\"file:/r/orders-dev.yml\",\"source\":{\"a.b\":{\"value\":1,"
    "\"origin\":\"2:6\"}}},{\"name\":\"file:/r/orders.yml\",\"source\":{\"c\":\"x\"}}]}";
static const char empty_answer[] =
    "{\"name\":\"nobody\",\"profiles\":[\"dev\"],\"label\":null,\"version\":\"abc\",\"state\":\"\","
    "\"propertySources\":[]}";

static void on_ask(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&played.asked, 1);
    cr_mutex_lock(&played.mutex);
    snprintf(played.target, sizeof played.target, "%.*s", CR_SLICE_ARG(cr_http_target(req)));
    snprintf(played.authorization, sizeof played.authorization, "%.*s",
             CR_SLICE_ARG(cr_http_header(req, "Authorization")));
    snprintf(played.accept, sizeof played.accept, "%.*s",
             CR_SLICE_ARG(cr_http_header(req, "Accept")));
    cr_mutex_unlock(&played.mutex);
    if (atomic_fetch_sub(&played.busy, 1) > 0)
        cr_http_problem(req, 503, "still cloning");
    else if (cr_slice_is(cr_http_param(req, "label"), "nolabel"))
        cr_http_problem(req, 404, "no such label");
    else if (cr_slice_is(cr_http_param(req, "name"), "garbled"))
        cr_http_answer(req, 200, "text/html", CR_SLICE("<html>"));
    else if (cr_slice_is(cr_http_param(req, "name"), "nobody"))
        cr_http_answer(req, 200, "application/json", cr_slice_of(empty_answer));
    else
        cr_http_answer(req, 200, "application/json", cr_slice_of(answer));
}

static const struct cr_http_route rows[] = {
    {"GET", "/base/{name}/{profile}", on_ask, 0, "environment"},
    {"GET", "/base/{name}/{profile}/{label}", on_ask, 0, "environment at a label"},
};

static struct cr_http_server *server;
static struct cr_http_client *http;
static struct cr_arena *arena;
static char uri[64];
static char folder[] = "/tmp/crema-config-client-XXXXXX";
static char cache[128];

static int setup(void **state)
{
    (void)state;
    struct cr_err err = {0};
    memset(&played, 0, sizeof played);
    cr_mutex_init(&played.mutex);
    const struct cr_http_routes table = {rows, CR_COUNT(rows), NULL};
    const struct cr_http_server_options options = {.host = "127.0.0.1"};
    if (cr_http_server_start(&options, &table, 1, &server, &err) ||
        cr_http_client_new(NULL, &http, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return -1;
    snprintf(cache, sizeof cache, "%s/cache/config.json", folder);
    snprintf(uri, sizeof uri, "http://127.0.0.1:%d/base/", cr_http_server_port(server));
    arena = cr_arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char inner[128];
    snprintf(inner, sizeof inner, "%s/cache", folder);
    unlink(cache);
    rmdir(inner);
    rmdir(folder);
    cr_arena_freep(&arena);
    cr_http_client_free(http);
    cr_http_server_stop(server);
    cr_mutex_fini(&played.mutex);
    return 0;
}

static struct cr_config_client_options options_of(const char *name)
{
    return (struct cr_config_client_options){
        .http = http,
        .log = cr_log_get("test.config"),
        .uris = uri,
        .name = name,
        .profile = "dev",
        .label = "",
        .cache_path = cache,
        .wait_ms = 1,
        .connect_timeout_ms = 5000,
        .read_timeout_ms = 20000,
        .retry_initial_ms = 1,
        .retry_max_ms = 3,
        .retry_multiplier = 1.5,
        .retry_attempts = 4,
    };
}

static struct cr_wire_environment fetch(const struct cr_config_client_options *options,
                                        enum cr_config_client_origin expected)
{
    struct cr_wire_environment environment = {0};
    enum cr_config_client_origin origin = CR_CONFIG_NONE;
    struct cr_err err = {0};
    if (cr_config_client_fetch(options, arena, &environment, &origin, &err))
        fail_msg("%s", err.text);
    assert_int_equal(origin, expected);
    return environment;
}

static void assert_orders(const struct cr_wire_environment *environment)
{
    assert_int_equal(environment->source_count, 2);
    assert_true(cr_slice_is(environment->sources[0].name, "file:/r/orders-dev.yml"));
    assert_int_equal(environment->sources[0].count, 1);
    assert_true(cr_slice_is(environment->sources[0].properties[0].key, "a.b"));
    assert_true(cr_slice_is(environment->sources[0].properties[0].text, "1"));
}

static void test_asks_and_keeps_a_copy(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    struct cr_wire_environment environment = fetch(&options, CR_CONFIG_SERVER);
    assert_orders(&environment);
    assert_string_equal(played.target, "/base/orders/dev");
    assert_string_equal(played.accept, CR_WIRE_ENVIRONMENT_V2);
    assert_string_equal(played.authorization, "");
    struct stat status;
    assert_int_equal(stat(cache, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(status.st_size, strlen(answer));
}

static void test_the_copy_stands_in(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    fetch(&options, CR_CONFIG_SERVER);
    options.uris = "http://127.0.0.1:1/";
    struct cr_wire_environment environment = fetch(&options, CR_CONFIG_CACHE);
    assert_orders(&environment);
    options.uris = uri;
    atomic_store(&played.busy, 1000000);
    environment = fetch(&options, CR_CONFIG_CACHE);
    assert_orders(&environment);
    /* Another question: that copy is no answer to it. */
    options.profile = "prod";
    fetch(&options, CR_CONFIG_NONE);
    options = options_of("other");
    options.uris = "http://127.0.0.1:1/";
    fetch(&options, CR_CONFIG_NONE);
}

static void test_starts_without_server_and_copy(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    options.uris = "http://127.0.0.1:1/";
    struct cr_wire_environment environment = fetch(&options, CR_CONFIG_NONE);
    assert_int_equal(environment.source_count, 0);
    options.cache_path = "";
    fetch(&options, CR_CONFIG_NONE);
}

static void test_a_damaged_copy_is_ignored(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    fetch(&options, CR_CONFIG_SERVER);
    struct cr_err err = {0};
    assert_int_equal(cr_file_write(cache, CR_SLICE("{\"name\":\"ord"), 0600, &err), 0);
    options.uris = "http://127.0.0.1:1/";
    fetch(&options, CR_CONFIG_NONE);
    options.uris = uri;
    fetch(&options, CR_CONFIG_SERVER); /* and replaced by the next answer */
    options.uris = "http://127.0.0.1:1/";
    fetch(&options, CR_CONFIG_CACHE);
}

static void test_waits_for_a_server_that_is_starting(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    options.wait_ms = 30000;
    atomic_store(&played.busy, 3);
    struct cr_wire_environment environment = fetch(&options, CR_CONFIG_SERVER);
    assert_orders(&environment);
    assert_int_equal(atomic_load(&played.asked), 4);
}

static void test_fail_fast(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    options.fail_fast = true;
    atomic_store(&played.busy, 3);
    fetch(&options, CR_CONFIG_SERVER); /* the fourth attempt */
    atomic_store(&played.busy, 1000);
    atomic_store(&played.asked, 0);
    struct cr_wire_environment environment = {0};
    enum cr_config_client_origin origin = CR_CONFIG_NONE;
    struct cr_err err = {0};
    assert_int_equal(cr_config_client_fetch(&options, arena, &environment, &origin, &err),
                     CR_EUNAVAILABLE); /* though there is a copy */
    assert_int_equal(atomic_load(&played.asked), 4);
    assert_non_null(strstr(err.text, "answered 503 for 'orders'"));
    assert_non_null(strstr(err.text, "spring.cloud.config.fail-fast=false"));
}

static void test_labels_in_order(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("orders");
    options.label = "nolabel, feature/x";
    fetch(&options, CR_CONFIG_SERVER);
    assert_int_equal(atomic_load(&played.asked), 2);
    assert_string_equal(played.target, "/base/orders/dev/feature(_)x");
    options.label = "nolabel";
    options.cache_path = "";
    fetch(&options, CR_CONFIG_NONE);
}

static void test_the_next_uri_and_credentials(void **state)
{
    (void)state;
    char uris[160];
    struct cr_config_client_options options = options_of("a b,c");
    snprintf(uris, sizeof uris, "http://127.0.0.1:1/,http://old:one@127.0.0.1:%d/base",
             cr_http_server_port(server));
    options.uris = uris;
    fetch(&options, CR_CONFIG_SERVER);
    assert_string_equal(played.target, "/base/a%20b,c/dev");
    assert_string_equal(played.authorization, "Basic b2xkOm9uZQ==");
    options.username = "us:er@";
    options.password = "p@ss";
    fetch(&options, CR_CONFIG_SERVER);
    assert_non_null(strstr(played.authorization, "Basic "));
    assert_string_not_equal(played.authorization, "Basic b2xkOm9uZQ==");

    struct cr_wire_environment environment = {0};
    enum cr_config_client_origin origin = CR_CONFIG_NONE;
    struct cr_err err = {0};
    options.fail_fast = true;
    options.retry_attempts = 1;
    options.username = "";
    atomic_store(&played.busy, 1000);
    assert_int_equal(cr_config_client_fetch(&options, arena, &environment, &origin, &err),
                     CR_EUNAVAILABLE);
    assert_null(strstr(err.text, "old:one"));
}

static void test_a_garbled_answer(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("garbled");
    options.wait_ms = 30000; /* is not waited out: asking again would not help */
    fetch(&options, CR_CONFIG_NONE);
    assert_int_equal(atomic_load(&played.asked), 1);
}

static void test_an_empty_answer_is_an_answer(void **state)
{
    (void)state;
    struct cr_config_client_options options = options_of("nobody");
    struct cr_wire_environment environment = fetch(&options, CR_CONFIG_SERVER);
    assert_int_equal(environment.source_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_asks_and_keeps_a_copy),
        TEST(test_the_copy_stands_in),
        TEST(test_starts_without_server_and_copy),
        TEST(test_a_damaged_copy_is_ignored),
        TEST(test_waits_for_a_server_that_is_starting),
        TEST(test_fail_fast),
        TEST(test_labels_in_order),
        TEST(test_the_next_uri_and_credentials),
        TEST(test_a_garbled_answer),
        TEST(test_an_empty_answer_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
