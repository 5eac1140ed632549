/* accept: conformance case 67, and weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "accept.h"
#include "cr_attr.h"

#define V2 "application/vnd.spring-cloud.config-server.v2+json"
#define V1 "application/vnd.spring-cloud.config-server.v1+json"

static void case_67_chooses_a_form(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum accept_form form;
    } cases[] = {
        {NULL, ACCEPT_PLAIN},
        {"", ACCEPT_PLAIN},
        {"*/*", ACCEPT_PLAIN},
        {"application/json", ACCEPT_PLAIN},
        {"Application/JSON;charset=UTF-8", ACCEPT_PLAIN},
        {"application/*", ACCEPT_PLAIN},
        {V2, ACCEPT_ORIGINS},
        {V2 ", application/json;q=0.5", ACCEPT_ORIGINS},
        {"application/json, " V2, ACCEPT_PLAIN},
        {"application/json;q=0.4, " V2 ";q=0.45", ACCEPT_ORIGINS},
        {"text/html,application/xhtml+xml,*/*;q=0.8", ACCEPT_PLAIN},
        {V1, ACCEPT_NONE},
        {"text/html", ACCEPT_NONE},
        {"text/plain, image/png", ACCEPT_NONE},
        {"application/json;q=0", ACCEPT_NONE},
        {",;,", ACCEPT_NONE},
        {"*/*;q=abc", ACCEPT_PLAIN},
        {"*/*;q=0.0001", ACCEPT_NONE},
        {"*/*;q=1.5", ACCEPT_PLAIN},
        {"*/*, " V2, ACCEPT_ORIGINS},
        {"application/*, " V2 ";q=0.9", ACCEPT_PLAIN},
        {"json", ACCEPT_NONE},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++)
        assert_int_equal(accept_form(cr_slice_of(cases[i].header)), cases[i].form);
}

static void cases_68_and_69_choose_text_or_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *header, *type;
        enum accept_file form;
    } cases[] = {
        {NULL, "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"*/*", "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"text/*", "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"text/plain", "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"text/plain;charset=latin1", "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"application/xml", "application/xml;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"application/json", "application/json", ACCEPT_FILE_TEXT},
        {"application/x+json", "application/x+json", ACCEPT_FILE_TEXT},
        {"text/html,application/xhtml+xml,*/*;q=0.8", "text/html;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"application/octet-stream", "application/octet-stream", ACCEPT_FILE_BYTES},
        {"application/*", "application/octet-stream", ACCEPT_FILE_BYTES},
        {"*/*, application/octet-stream", "application/octet-stream", ACCEPT_FILE_BYTES},
        {"application/octet-stream;q=0.1, */*", "text/plain;charset=UTF-8", ACCEPT_FILE_TEXT},
        {"text/plain, application/octet-stream", "application/octet-stream", ACCEPT_FILE_BYTES},
        {"text/html, */*, application/octet-stream;q=0.9", "text/html;charset=UTF-8",
         ACCEPT_FILE_TEXT},
        {"application/*+json", "application/json", ACCEPT_FILE_TEXT},
        {"image/*", NULL, ACCEPT_FILE_NONE},
        {"text/plain;q=0", NULL, ACCEPT_FILE_NONE},
        {"text/\"x", NULL, ACCEPT_FILE_NONE},
        {"text/a b", NULL, ACCEPT_FILE_NONE},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        char type[ACCEPT_TYPE_SIZE];
        assert_int_equal(accept_file(cr_slice_of(cases[i].header), type), cases[i].form);
        if (cases[i].type)
            assert_string_equal(type, cases[i].type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_67_chooses_a_form),
        cmocka_unit_test(cases_68_and_69_choose_text_or_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
