/* Conformance 6.4: from instances to clusters and URLs, cases 72 to 80 by their numbers. */
#include "replay_event.h"
#include "target.h"

static const char *const apps[] = {"customers"};

struct setup {
    const char *suffix;    /* of every cluster */
    const char *customers; /* of the cluster CUSTOMERS */
    bool insert_port;
};

static const char *suffix_of(void *ctx, const char *cluster, struct cr_arena *arena)
{
    (void)arena;
    const struct setup *setup = ctx;
    return setup->customers && strcmp(cluster, "CUSTOMERS") == 0 ? setup->customers : setup->suffix;
}

static bool insert_port_of(void *ctx, const char *cluster)
{
    (void)cluster;
    return ((const struct setup *)ctx)->insert_port;
}

static struct target_rules rules_of(struct setup *setup)
{
    return (struct target_rules){.apps = apps,
                                 .app_count = 1,
                                 .combine_host_port = true,
                                 .suffix = suffix_of,
                                 .insert_port = insert_port_of,
                                 .ctx = setup};
}

static struct cr_instance instance_at(int port)
{
    return (struct cr_instance){.id = "i",
                                .app = "customers",
                                .host = "myhost",
                                .port = port,
                                .management_port = port,
                                .status = CR_WIRE_UP};
}

static void expect(const struct target_rules *rules, const struct cr_instance *instance,
                   const char *cluster, const char *host, const char *url)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct target target;
    assert_int_equal(target_of(rules, instance, arena, &target, NULL), 0);
    assert_string_equal(target.cluster, cluster);
    assert_string_equal(target.host, host);
    assert_string_equal(target.urls[0], url);
}

static int none(const struct target_rules *rules, const struct cr_instance *instance)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct target target;
    return target_of(rules, instance, arena, &target, NULL);
}

static void case_72_no_metadata(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    expect(&rules, &instance, "CUSTOMERS", "myhost:8080",
           "http://myhost:8080/actuator/hystrix.stream");
    instance.app = "orders";
    assert_int_equal(none(&rules, &instance), CR_ENOTFOUND);
}

static void case_73_management_port(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    instance.management_port = 8081;
    expect(&rules, &instance, "CUSTOMERS", "myhost:8081",
           "http://myhost:8081/actuator/hystrix.stream");
}

static void case_74_secure_port(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    instance.management_port = 8081;
    instance.secure_port = 8443;
    expect(&rules, &instance, "CUSTOMERS", "myhost:8081",
           "https://myhost:8443/actuator/hystrix.stream");
}

static void case_75_a_slash_never_doubles(void **state)
{
    (void)state;
    struct setup setup = {.suffix = "/hystrix.stream", .insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    expect(&rules, &instance, "CUSTOMERS", "myhost:8080", "http://myhost:8080/hystrix.stream");
    rules.combine_host_port = false;
    expect(&rules, &instance, "CUSTOMERS", "myhost", "http://myhost:8080/hystrix.stream");
}

static void case_76_no_port_in_the_url(void **state)
{
    (void)state;
    struct setup setup = {.suffix = ":9000/s", .insert_port = false};
    struct target_rules rules = rules_of(&setup);
    rules.combine_host_port = false;
    struct cr_instance instance = instance_at(8080);
    expect(&rules, &instance, "CUSTOMERS", "myhost", "http://myhost:9000/s");
}

static void case_77_suffix_of_one_cluster(void **state)
{
    (void)state;
    struct setup setup = {.suffix = "s", .customers = "x/y", .insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    expect(&rules, &instance, "CUSTOMERS", "myhost:8080", "http://myhost:8080/x/y");
    assert_int_equal(expression_parse("'other'", &rules.cluster_name, NULL), 0);
    expect(&rules, &instance, "other", "myhost:8080", "http://myhost:8080/s");
}

static void case_78_cluster_names(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    const char *url = "http://myhost:8080/actuator/hystrix.stream";
    assert_int_equal(expression_parse("metadata['cluster']", &rules.cluster_name, NULL), 0);
    assert_int_equal(none(&rules, &instance), CR_ENOTFOUND);
    const struct cr_instance_pair metadata = {"cluster", "RACES"};
    instance.metadata = &metadata;
    instance.metadata_count = 1;
    expect(&rules, &instance, "RACES", "myhost:8080", url);
    static const char *const literals[] = {"'default'", "new String(\"default\")", " \"default\" "};
    for (size_t i = 0; i < CR_COUNT(literals); i++) {
        assert_int_equal(expression_parse(literals[i], &rules.cluster_name, NULL), 0);
        expect(&rules, &instance, "default", "myhost:8080", url);
    }
    static const char *const wrong[] = {"", "T(java.lang.Runtime)", "'a", "metadata[x]", "'a'+'b'"};
    for (size_t i = 0; i < CR_COUNT(wrong); i++)
        assert_int_equal(expression_parse(wrong[i], &rules.cluster_name, NULL), CR_EINVAL);
}

static void case_79_two_processes_on_one_host(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance one = instance_at(8080), two = instance_at(8081);
    const char *const urls[] = {"http://myhost:8080/actuator/hystrix.stream",
                                "http://myhost:8081/actuator/hystrix.stream"};
    expect(&rules, &one, "CUSTOMERS", "myhost:8080", urls[0]);
    expect(&rules, &two, "CUSTOMERS", "myhost:8081", urls[1]);
    rules.combine_host_port = false;
    expect(&rules, &one, "CUSTOMERS", "myhost", urls[0]);
    expect(&rules, &two, "CUSTOMERS", "myhost", urls[1]);
}

static void case_80_only_up(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    instance.status = CR_WIRE_OUT_OF_SERVICE;
    assert_int_equal(none(&rules, &instance), CR_ENOTFOUND);
}

/* turbine.appConfig unset: everybody is in "default", whatever the expression says. */
static void without_apps_all_are_default(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    rules.app_count = 0;
    struct cr_instance instance = instance_at(8080);
    instance.app = "orders";
    expect(&rules, &instance, "default", "myhost:8080",
           "http://myhost:8080/actuator/hystrix.stream");
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct target target;
    assert_int_equal(target_of(&rules, &instance, arena, &target, NULL), 0);
    assert_int_equal(target.url_count, 2);
    assert_string_equal(target.urls[1], "http://myhost:8080/hystrix.stream");
    setup.suffix = "own";
    assert_int_equal(target_of(&rules, &instance, arena, &target, NULL), 0);
    assert_int_equal(target.url_count, 1);
}

/* A host name may lead nowhere from here: the address is tried after it. */
static void the_address_after_the_name(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(8080);
    instance.ip = "10.0.0.7";
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct target target;
    assert_int_equal(target_of(&rules, &instance, arena, &target, NULL), 0);
    assert_int_equal(target.url_count, 4);
    assert_string_equal(target.urls[2], "http://10.0.0.7:8080/actuator/hystrix.stream");
    assert_string_equal(target.urls[3], "http://10.0.0.7:8080/hystrix.stream");
    instance.secure_port = 8443;
    assert_int_equal(target_of(&rules, &instance, arena, &target, NULL), 0);
    assert_int_equal(target.url_count, 2);
}

static void only_configured_clusters(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    static const char *const clusters[] = {"ORDERS"};
    rules.clusters = clusters;
    rules.cluster_count = 1;
    struct cr_instance instance = instance_at(8080);
    assert_int_equal(none(&rules, &instance), CR_ENOTFOUND);
}

static void without_a_port(void **state)
{
    (void)state;
    struct setup setup = {.insert_port = true};
    struct target_rules rules = rules_of(&setup);
    struct cr_instance instance = instance_at(0);
    assert_int_equal(none(&rules, &instance), CR_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_72_no_metadata),
        cmocka_unit_test(case_73_management_port),
        cmocka_unit_test(case_74_secure_port),
        cmocka_unit_test(case_75_a_slash_never_doubles),
        cmocka_unit_test(case_76_no_port_in_the_url),
        cmocka_unit_test(case_77_suffix_of_one_cluster),
        cmocka_unit_test(case_78_cluster_names),
        cmocka_unit_test(case_79_two_processes_on_one_host),
        cmocka_unit_test(case_80_only_up),
        cmocka_unit_test(without_apps_all_are_default),
        cmocka_unit_test(the_address_after_the_name),
        cmocka_unit_test(only_configured_clusters),
        cmocka_unit_test(without_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
