/* The page's texts: what is escaped, how times read, in which order the rows stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "eureka_page.h"

static const struct eureka_page page = {"test", "default", 93784000};

static char *write_page(struct registry *registry, int64_t now_ms)
{
    CR_AUTO(cr_buf) out = {0};
    eureka_page_write(&page, registry, (struct registry_now){now_ms, 1700000000000 + now_ms}, &out);
    assert_int_equal(cr_buf_status(&out), 0);
    return cr_buf_steal(&out);
}

static void put(struct registry *registry, const char *app, const char *id, int64_t duration_s)
{
    struct cr_wire_instance record = cr_wire_instance_default(0);
    record.app = cr_slice_of(app);
    record.instance_id = cr_slice_of(id);
    record.host_name = CR_SLICE("10.0.0.1");
    record.ip_addr = CR_SLICE("10.0.0.1");
    record.status_page_url = CR_SLICE("https://h/?a=1&b='2'");
    record.data_center = CR_WIRE_MY_OWN;
    record.secure_port.enabled = true;
    record.lease.duration_s = duration_s;
    struct registry_registration registration = {0};
    assert_int_equal(registry_register(registry, &record, REGISTRY_CLIENT,
                                       (struct registry_now){0, 1700000000000}, &registration),
                     0);
}

static void test_rows(void **state)
{
    (void)state;
    struct registry *registry = registry_new(&(struct registry_options){0});
    put(registry, "B", "b", 90);
    put(registry, "A", "<2>", 7200);
    put(registry, "A", "1", 172800);
    CR_AUTO_FREE char *text = write_page(registry, 61000);
    const char *const parts[] = {
        "3 instances: 3 UP.",
        "<th scope=\"rowgroup\" rowspan=\"2\">A</th>",
        "<a rel=\"noreferrer\" href=\"https://h/?a=1&amp;b=&#39;2&#39;\">1</a>",
        ("<td>10.0.0.1:7001 (TLS :7002)</td><td class=\"number\">1 min 1 s</td>"
         "<td class=\"number\">1 d 23 h</td>"),
        "&lt;2&gt;",
        "<td class=\"number\">1 h 58 min</td>",
        "<th scope=\"rowgroup\" rowspan=\"1\">B</th>",
        "<td class=\"number\">29 s</td>",
        "Up for 1 d 2 h.",
        "<time datetime=\"2023-11-14T22:14:21.000Z\">",
    };
    const char *at = text;
    for (size_t i = 0; i < CR_COUNT(parts); i++) {
        at = strstr(at, parts[i]);
        if (!at)
            fail_msg("no \"%s\" (in this place) in %s", parts[i], text);
    }
    registry_free(registry);
}

static void test_style_is_complete(void **state)
{
    (void)state;
    struct registry *registry = registry_new(&(struct registry_options){0});
    CR_AUTO_FREE char *text = write_page(registry, 0);
    assert_non_null(strstr(text, "No instance has registered yet"));
    assert_non_null(strstr(text, "0 instances."));
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        assert_non_null(strstr(eureka_page_style, cr_wire_status_name((enum cr_wire_status)i)));
    registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_style_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
