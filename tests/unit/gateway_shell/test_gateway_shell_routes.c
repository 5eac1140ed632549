/* Routes out of zuul.*: every form of Zuul's, and errors that name the line. */
#include "configured.h"

#include <string.h>

#include "cr_file.h"
#include "gateway_routes.h"

static struct gateway_routes *routes_of(struct configured *c, const char *yaml)
{
    struct gateway_routes *routes = NULL;
    configure(c, yaml);
    if (gateway_routes_new(&c->settings, c->environment, "Zuul-Server", &routes, &c->err) != 0)
        fail_msg("%s", c->err.text);
    return routes;
}

static void finish(struct configured *c, struct gateway_routes *routes)
{
    gateway_routes_free(routes);
    release(c);
}

static void assert_error(const char *yaml, const char *part)
{
    struct configured c;
    struct gateway_routes *routes = NULL;
    configure(&c, yaml);
    assert_int_equal(gateway_routes_new(&c.settings, c.environment, "z", &routes, &c.err),
                     CR_EINVAL);
    if (!strstr(c.err.text, part))
        fail_msg("'%s' is not in '%s'", part, c.err.text);
    release(&c);
}

static void test_object(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_routes *routes = routes_of(&c, "zuul:\n"
                                                  "  routes:\n"
                                                  "    users:\n"
                                                  "      path: /u/**\n"
                                                  "      serviceId: users_service\n"
                                                  "      stripPrefix: false\n"
                                                  "      retryable: true\n"
                                                  "    pay:\n"
                                                  "      path: /p/**\n"
                                                  "      url: http://h:81/x\n"
                                                  "    bare:\n"
                                                  "      strip-prefix: true\n");
    assert_int_equal(routes->count, 3);
    const struct route_spec *users = &routes->specs[0];
    assert_string_equal(users->id, "users");
    assert_string_equal(users->path, "/u/**");
    assert_string_equal(users->service_id, "users_service");
    assert_null(users->url);
    assert_false(users->strip_prefix);
    assert_true(users->retryable);
    assert_false(users->custom_sensitive);
    assert_string_equal(routes->specs[1].url, "http://h:81/x");
    assert_true(routes->specs[1].strip_prefix);
    assert_false(routes->specs[1].retryable);
    assert_null(gateway_routes_service(&routes->specs[1], c.arena));
    assert_string_equal(routes->specs[2].path, "/bare/**");
    assert_string_equal(gateway_routes_service(&routes->specs[2], c.arena), "bare");
    finish(&c, routes);
}

static void test_one_word(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_routes *routes = routes_of(&c, "zuul:\n"
                                                  "  routes:\n"
                                                  "    users: /myusers/**\n"
                                                  "    a: /foo/**=http://h\n"
                                                  "    b: /bar/** = Orders\n"
                                                  "    me: /local/**=forward:/actuator\n");
    assert_int_equal(routes->count, 4);
    assert_string_equal(routes->specs[0].path, "/myusers/**");
    assert_string_equal(routes->specs[0].service_id, "users");
    assert_string_equal(routes->specs[0].id, "myusers"); /* Zuul's own rule */
    assert_string_equal(routes->specs[1].path, "/foo/**");
    assert_string_equal(routes->specs[1].url, "http://h");
    assert_string_equal(routes->specs[2].path, "/bar/**");
    assert_string_equal(gateway_routes_service(&routes->specs[2], c.arena), "orders");
    assert_string_equal(routes->specs[3].url, "forward:/actuator");
    finish(&c, routes);
}

static void test_list(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_routes *routes = routes_of(&c, "zuul:\n"
                                                  "  retryable: true\n"
                                                  "  routes:\n"
                                                  "    - /foo/**=http://h\n"
                                                  "    - /orders/**\n");
    assert_int_equal(routes->count, 2);
    assert_string_equal(routes->specs[0].id, "foo");
    assert_string_equal(routes->specs[0].url, "http://h");
    assert_string_equal(gateway_routes_service(&routes->specs[1], c.arena), "orders");
    assert_true(routes->specs[1].retryable);
    finish(&c, routes);
}

static void test_sensitive(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_routes *routes = routes_of(&c, "zuul:\n"
                                                  "  routes:\n"
                                                  "    a: {path: /a/**, sensitiveHeaders: }\n"
                                                  "    b: {path: /b/**}\n"
                                                  "    c:\n"
                                                  "      path: /c/**\n"
                                                  "      sensitive-headers: [X-A, X-B]\n");
    assert_true(routes->specs[0].custom_sensitive);
    assert_int_equal(routes->specs[0].sensitive_count, 0);
    assert_false(routes->specs[1].custom_sensitive);
    assert_true(routes->specs[2].custom_sensitive);
    assert_int_equal(routes->specs[2].sensitive_count, 2);
    assert_string_equal(routes->specs[2].sensitive[1], "X-B");
    assert_int_equal(routes->options.sensitive_count, 3);
    assert_string_equal(routes->options.sensitive[0], "Cookie");
    finish(&c, routes);
}

static void test_shared_options(void **state)
{
    (void)state;
    struct configured c;
    struct gateway_routes *routes = routes_of(&c, "zuul:\n"
                                                  "  prefix: /api\n"
                                                  "  stripPrefix: false\n"
                                                  "  addHostHeader: true\n"
                                                  "  addProxyHeaders: false\n"
                                                  "  ignoredServices: '*'\n"
                                                  "  ignored-patterns: /**/admin/**\n"
                                                  "  ignoredHeaders: X-A,X-B\n"
                                                  "  sensitiveHeaders:\n");
    const struct route_options *options = &routes->options;
    assert_int_equal(routes->count, 0);
    assert_string_equal(options->prefix, "/api");
    assert_false(options->strip_prefix);
    assert_true(options->add_host);
    assert_false(options->add_proxy);
    assert_int_equal(options->ignored_service_count, 1);
    assert_string_equal(options->ignored_services[0], "*");
    assert_int_equal(options->ignored_pattern_count, 1);
    assert_int_equal(options->ignored_header_count, 2);
    assert_int_equal(options->sensitive_count, 0);
    assert_string_equal(options->own_service, "zuul-server");
    assert_string_equal(options->servlet_path, "/zuul");
    assert_string_equal(options->via, "Zuul-Server");
    finish(&c, routes);

    routes = routes_of(&c, "zuul.ignoreLocalService: false\n");
    assert_string_equal(routes->options.own_service, "");
    finish(&c, routes);
}

static void test_errors_name_the_line(void **state)
{
    (void)state;
    assert_error("zuul.routes.a.path: /a/**\n"
                 "zuul.routes.a.url: ftp://h\n",
                 "'zuul.routes.a' (configserver:test.yml");
    assert_error("zuul.routes.a.url: ftp://h\n", "not an http URL");
    assert_error("zuul.routes.a: /x/**=http://:0:/\n", "no valid host");
    assert_error("zuul.routes.a.service-id: a/b\n", "not a service id");
    assert_error("zuul.routes.a.strip-prefix: perhaps\n", "zuul.routes.a.strip-prefix");
    assert_error("zuul: {routes: {a: {id: x, path: /a/**}, b: {id: x, path: /b/**}}}\n",
                 "another route has the id 'x'");
    assert_error("zuul: {routes: ['/**=http://h']}\n", "needs a name");
    assert_error("zuul.ignored-patterns: '/a/{x'\n", "zuul.ignored-patterns");
}

/* The coffee shop's routes, both editions, as they are in the sample configuration. */
static void test_sample(void **state)
{
    (void)state;
    static const struct {
        const char *path, *service;
        bool strips;
    } wanted[] = {
        {"/coffeeOrder/**", "msa-service-coffee-order", true},
        {"/coffeeMember/**", "msa-service-coffee-member", true},
        {"/coffeeStatus/**", "msa-service-coffee-status", true},
        {"/api/v1/order/**", "msa-service-coffee-order", false},
        {"/api/v1/member/**", "msa-service-coffee-member", false},
        {"/api/v1/status/**", "msa-service-coffee-status", false},
    };
    struct configured c;
    struct cr_buf yaml = {0};
    struct cr_err err = {0};
    if (cr_file_read(CONFIG_REPO "/msa-architecture-zuul-server.yml", &yaml, &err) != 0)
        fail_msg("%s", err.text);
    struct gateway_routes *routes = routes_of(&c, yaml.data);
    assert_int_equal(routes->count, CR_COUNT(wanted));
    for (size_t i = 0; i < CR_COUNT(wanted); i++) {
        assert_string_equal(routes->specs[i].path, wanted[i].path);
        assert_string_equal(routes->specs[i].service_id, wanted[i].service);
        assert_int_equal(routes->specs[i].strip_prefix, wanted[i].strips);
    }
    finish(&c, routes);
    cr_buf_free(&yaml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object),         cmocka_unit_test(test_one_word),
        cmocka_unit_test(test_list),           cmocka_unit_test(test_sensitive),
        cmocka_unit_test(test_shared_options), cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
