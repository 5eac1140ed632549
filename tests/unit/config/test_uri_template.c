/* uri_template: where placeholders may stand, and which values may take their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "uri_template.h"
#include <cmocka.h>

#define KEY "spring.cloud.config.server.git.uri"

static void judges_places(void **state)
{
    (void)state;
    static const char *const good[] = {
        "file:///srv/{application}",
        "https://host/{application}/{profile}-{label}.git",
        "/srv/x",
        "https://me@host:8443/o/r",
        "/srv/{application}",
        "git@host:{application}/r.git",
    };
    static const char *const bad[] = {
        "https://{application}.host/r", "https://host{profile}/r", "https://me:{label}@host/r",
        "https://{application}",        "{application}:x",         "me@{label}:x/y",
        "{profile}://host/x",           "file:///srv/{name}",      "/srv/{",
        "/srv/{Application}",
    };
    for (size_t i = 0; i < CR_COUNT(good); i++)
        assert_int_equal(uri_template_check(KEY, cr_slice_of(good[i]), NULL), 0);
    for (size_t i = 0; i < CR_COUNT(bad); i++) {
        struct cr_err err = {0};
        assert_int_equal(uri_template_check(KEY, cr_slice_of(bad[i]), &err), CR_EINVAL);
        assert_non_null(strstr(err.text, KEY));
    }
}

static void puts_values_in(void **state)
{
    (void)state;
    const struct uri_values values = {CR_SLICE("org/app"), CR_SLICE("dev,cloud"), CR_SLICE("v1.0")};
    CR_AUTO(cr_buf) out = {.max = URI_TEMPLATE_BYTES_MAX};
    assert_int_equal(uri_template_expand(CR_SLICE("file:/s/{application}/{profile}/{label}{label}"),
                                         &values, &out, NULL),
                     0);
    assert_true(cr_slice_is(cr_buf_view(&out), "file:/s/org/app/dev,cloud/v1.0v1.0"));
}

static void refuses_values_that_lead_elsewhere(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",    ".",    "..",  "a/..", "../a", "/a",   "a/",  "a//b", ".git", "a/.git",        "a?b",
        "a#b", "a%2e", "a:b", "a\\b", "a b",  "a\tb", "{x}", "a;b",  "a&b",  "http://host/x",
    };
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        const struct uri_values values = {.application = cr_slice_of(texts[i])};
        CR_AUTO(cr_buf) out = {.max = URI_TEMPLATE_BYTES_MAX};
        assert_int_equal(uri_template_expand(CR_SLICE("/s/{application}"), &values, &out, NULL),
                         CR_ENOTFOUND);
    }
    char name[1000];
    memset(name, 'a', sizeof(name));
    const struct uri_values values = {.application = {name, sizeof(name)}};
    CR_AUTO(cr_buf) out = {.max = 100};
    assert_int_equal(uri_template_expand(CR_SLICE("/s/{application}"), &values, &out, NULL),
                     CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_places),
        cmocka_unit_test(puts_values_in),
        cmocka_unit_test(refuses_values_that_lead_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
