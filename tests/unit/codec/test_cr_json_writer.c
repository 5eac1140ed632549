/* The streaming JSON writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cr_err.h"
#include "cr_json_writer.h"

static void test_places_commas_and_nests(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &buf);
    cr_json_begin_object(&w);
    cr_json_pair_text(&w, "a", "x");
    cr_json_pair_text(&w, "none", NULL);
    cr_json_pair_array(&w, "list");
    cr_json_int(&w, -1);
    cr_json_begin_object(&w);
    cr_json_end_object(&w);
    cr_json_begin_array(&w);
    cr_json_end_array(&w);
    cr_json_double(&w, 0.5);
    cr_json_double(&w, (double)NAN);
    cr_json_end_array(&w);
    cr_json_pair_object(&w, "o");
    cr_json_pair_bool(&w, "yes", true);
    cr_json_pair_raw(&w, "n", CR_SLICE("12345678901234567890"));
    cr_json_pair_null(&w, "z");
    cr_json_end_object(&w);
    cr_json_pair_int(&w, "last", INT64_MIN);
    cr_json_end_object(&w);
    assert_int_equal(cr_buf_status(&buf), 0);
    assert_string_equal(buf.data, "{\"a\":\"x\",\"none\":null,\"list\":[-1,{},[],0.5,null],"
                                  "\"o\":{\"yes\":true,\"n\":12345678901234567890,\"z\":null},"
                                  "\"last\":-9223372036854775808}");
}

static void test_escapes_strings(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {0};
    cr_json_quote(&buf, CR_SLICE("a\"b\\c\n\t\r\b\f\x01\x1f/\x7f\xc3\xa9\xff\xe2\x82"));
    assert_string_equal(buf.data, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u001F/\x7f\xc3\xa9"
                                  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    cr_buf_reset(&buf);
    cr_json_quote(&buf, CR_SLICE("a\0b"));
    assert_string_equal(buf.data, "\"a\\u0000b\"");
    cr_buf_reset(&buf);
    cr_json_quote(&buf, (struct cr_slice){NULL, 0});
    assert_string_equal(buf.data, "\"\"");
}

static void test_failure_of_the_buffer_is_sticky(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) buf = {.max = 8};
    struct cr_json_writer w;
    cr_json_init(&w, &buf);
    cr_json_begin_array(&w);
    cr_json_text(&w, "longer than eight");
    cr_json_end_array(&w);
    assert_int_equal(cr_buf_status(&buf), CR_ELIMIT);
}

static void value_without_key(struct cr_json_writer *w)
{
    cr_json_begin_object(w);
    cr_json_int(w, 1);
}

static void key_in_array(struct cr_json_writer *w)
{
    cr_json_begin_array(w);
    cr_json_key(w, "a");
}

static void wrong_end(struct cr_json_writer *w)
{
    cr_json_begin_object(w);
    cr_json_end_array(w);
}

static void too_deep(struct cr_json_writer *w)
{
    for (int i = 0; i <= CR_JSON_WRITER_DEPTH_MAX; i++)
        cr_json_begin_array(w);
}

static void test_misuse_aborts(void **state)
{
    (void)state;
    void (*const misuses[])(struct cr_json_writer *) = {value_without_key, key_in_array, wrong_end,
                                                        too_deep};
    for (size_t i = 0; i < CR_COUNT(misuses); i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct cr_buf buf = {0};
            struct cr_json_writer w;
            signal(SIGABRT, SIG_DFL);
            close(STDERR_FILENO);
            cr_json_init(&w, &buf);
            misuses[i](&w);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_commas_and_nests),
        cmocka_unit_test(test_escapes_strings),
        cmocka_unit_test(test_failure_of_the_buffer_is_sticky),
        cmocka_unit_test(test_misuse_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
