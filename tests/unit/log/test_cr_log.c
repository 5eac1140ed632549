/* Loggers, inherited and live levels, and what reaches the sink. */
#include "cr_log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cr_thread.h"

static int sink[2];

static int open_sink(void **state)
{
    (void)state;
    assert_int_equal(pipe2(sink, O_NONBLOCK | O_CLOEXEC), 0);
    cr_log_set_fd(sink[1]);
    cr_log_set_format(CR_LOG_LOGFMT);
    cr_log_set_daemon(NULL);
    return 0;
}

static int close_sink(void **state)
{
    (void)state;
    cr_log_set_fd(STDERR_FILENO);
    close(sink[0]);
    close(sink[1]);
    return 0;
}

/* What was logged since the last call. */
static const char *logged(void)
{
    static char text[8 * CR_LOG_LINE_MAX];
    ssize_t n = read(sink[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no <%s> in <%s>", part, text);
}

static void test_a_line(void **state)
{
    (void)state;
    struct cr_log *log = cr_log_get("line.test");
    cr_log_set_daemon("eureka-registry");
    char port[CR_LOG_INT_SIZE];
    const struct cr_log_field fields[] = {{"port", cr_log_int(9091, port)},
                                          {"host", CR_SLICE("a b")}};
    cr_log_write_fields(log, CR_LOG_INFO, "daemon.ready", fields, CR_COUNT(fields),
                        "ready in %d ms", 7);
    const char *text = logged();
    assert_contains(text, "ts=20");
    assert_contains(text, " level=info daemon=eureka-registry logger=line.test event=daemon.ready "
                          "msg=\"ready in 7 ms\" port=9091 host=\"a b\"\n");
}

static void test_json(void **state)
{
    (void)state;
    cr_log_set_format(CR_LOG_JSON);
    cr_log_warn(cr_log_get("json.test"), "thing.odd", "\"quoted\"");
    const char *text = logged();
    assert_contains(text, "{\"ts\":\"20");
    assert_contains(text, "\",\"level\":\"warn\",\"logger\":\"json.test\",\"event\":\"thing.odd\","
                          "\"msg\":\"\\\"quoted\\\"\"}\n");
}

static void test_a_batch_leaves_in_whole_lines(void **state)
{
    enum { LINES = 100 };
    (void)state;
    struct cr_log *log = cr_log_get("batch.test");
    struct cr_log_batch batch;
    cr_log_batch_begin(&batch);
    cr_log_info(log, "line", "%d", 0);
    assert_string_equal(logged(), "");
    for (int i = 1; i < LINES; i++)
        cr_log_info(log, "line", "%d", i);
    const char *text = logged();
    assert_contains(text, "msg=0\n");
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_null(strstr(text, "msg=99\n"));
    cr_log_batch_end(&batch);
    assert_contains(logged(), "msg=99\n");
    cr_log_info(log, "line", "at once");
    assert_contains(logged(), "at once");
}

/* No other process's lines come between those of a regular file's write. */
static void test_a_batch_for_a_file_is_larger(void **state)
{
    enum { LINES = 500 };
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    cr_log_set_fd(fileno(file));
    struct cr_log *log = cr_log_get("batch.test");
    struct cr_log_batch batch;
    cr_log_batch_begin(&batch);
    for (int i = 0; i < LINES; i++)
        cr_log_info(log, "line", "%d", i);
    assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
    for (int i = 0; i < LINES; i++)
        cr_log_info(log, "line", "%d", i);
    off_t size = lseek(fileno(file), 0, SEEK_END);
    assert_true(size > CR_LOG_BATCH_MAX / 2 && size <= CR_LOG_BATCH_MAX);
    cr_log_batch_end(&batch);
    assert_true(lseek(fileno(file), 0, SEEK_END) > size);
    assert_int_equal(cr_log_lost(), 0);
    (void)fclose(file);
}

static void test_levels_are_inherited_by_prefix(void **state)
{
    (void)state;
    struct cr_log *child = cr_log_get("tree.branch.leaf");
    struct cr_log *other = cr_log_get("tree.branches");
    assert_false(cr_log_enabled(child, CR_LOG_DEBUG));
    assert_int_equal(cr_log_set_level("tree.branch", CR_LOG_DEBUG), 0);
    assert_true(cr_log_enabled(child, CR_LOG_DEBUG));
    assert_false(cr_log_enabled(other, CR_LOG_DEBUG));
    assert_int_equal(cr_log_set_level("tree", CR_LOG_OFF), 0);
    assert_true(cr_log_enabled(child, CR_LOG_DEBUG));
    assert_false(cr_log_enabled(other, CR_LOG_ERROR));
    struct cr_log *late = cr_log_get("tree.branch.late");
    assert_true(cr_log_enabled(late, CR_LOG_DEBUG));
    cr_log_clear_level("tree.branch");
    assert_false(cr_log_enabled(late, CR_LOG_ERROR));
    cr_log_clear_level("tree");
    assert_true(cr_log_enabled(late, CR_LOG_INFO));
    assert_false(cr_log_enabled(late, CR_LOG_DEBUG));
}

static void test_root_level(void **state)
{
    (void)state;
    struct cr_log *log = cr_log_get("rooted");
    assert_int_equal(cr_log_set_level("root", CR_LOG_ERROR), 0);
    assert_false(cr_log_enabled(log, CR_LOG_WARN));
    cr_log_warn(log, "not.shown", "text");
    assert_string_equal(logged(), "");
    cr_log_clear_level("ROOT");
    assert_true(cr_log_enabled(log, CR_LOG_INFO));
}

static void test_same_name_same_logger(void **state)
{
    (void)state;
    assert_ptr_equal(cr_log_get("same"), cr_log_get("same"));
    assert_int_equal(cr_log_set_level("", CR_LOG_INFO), CR_EINVAL);
}

static void test_walk(void **state)
{
    (void)state;
    assert_int_equal(cr_log_set_level("walk.me", CR_LOG_TRACE), 0);
    size_t cursor = 0;
    struct cr_log_info info;
    assert_true(cr_log_next(&cursor, &info));
    assert_string_equal(info.name, "ROOT");
    assert_int_equal(info.effective_level, CR_LOG_INFO);
    bool seen = false;
    while (cr_log_next(&cursor, &info))
        if (strcmp(info.name, "walk.me") == 0) {
            seen = true;
            assert_true(info.configured);
            assert_int_equal(info.configured_level, CR_LOG_TRACE);
        }
    assert_true(seen);
    assert_false(cr_log_find("never.made", &info));
    assert_true(cr_log_find("walk.me", &info));
}

static void test_level_words(void **state)
{
    (void)state;
    enum cr_log_level level = CR_LOG_OFF;
    assert_int_equal(cr_log_level_parse(CR_SLICE("debug"), &level), 0);
    assert_int_equal(level, CR_LOG_DEBUG);
    assert_int_equal(cr_log_level_parse(CR_SLICE("Fatal"), &level), 0);
    assert_int_equal(level, CR_LOG_ERROR);
    assert_int_equal(cr_log_level_parse(CR_SLICE("loud"), &level), CR_EPARSE);
    assert_string_equal(cr_log_level_name(CR_LOG_WARN), "WARN");
}

/* A sink that is gone loses lines, not the process. */
static void test_lost_lines_are_counted(void **state)
{
    (void)state;
    cr_log_set_fd(-1);
    uint64_t before = cr_log_lost();
    cr_log_info(cr_log_get("lost"), "some.event", "text");
    assert_int_equal(cr_log_lost(), before + 1);
}

enum { WRITERS = 4, LINES = 40 };

static void write_lines(void *ctx)
{
    struct cr_log *log = cr_log_get(ctx);
    for (int i = 0; i < LINES; i++)
        cr_log_info(log, "concurrent.line", "number %d of many, long enough to notice a mix", i);
}

static void test_concurrent_lines_stay_whole(void **state)
{
    (void)state;
    static char names[WRITERS][8] = {"w0", "w1", "w2", "w3"};
    struct cr_thread threads[WRITERS] = {0};
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(cr_thread_start(&threads[i], names[i], write_lines, names[i], NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(cr_log_set_level("w0", i % 2 ? CR_LOG_INFO : CR_LOG_DEBUG), 0);
    for (size_t i = 0; i < WRITERS; i++)
        cr_thread_join(&threads[i]);
    int lines = 0;
    char *rest = strdup(logged());
    char *next = rest;
    for (char *line = strsep(&next, "\n"); line && *line; line = strsep(&next, "\n")) {
        lines++;
        assert_memory_equal(line, "ts=20", 5);
        assert_contains(line, "long enough to notice a mix\"");
    }
    free(rest);
    assert_int_equal(lines, WRITERS * LINES);
}

/* Last, since the names stay: beyond the limit everybody shares ROOT. */
static void test_too_many_names(void **state)
{
    (void)state;
    char name[32];
    for (int i = 0; i < CR_LOG_LOGGERS_MAX + 5; i++) {
        (void)snprintf(name, sizeof name, "many.%d", i);
        assert_non_null(cr_log_get(name));
    }
    assert_ptr_equal(cr_log_get("one.more"), cr_log_get("ROOT"));
    assert_int_equal(cr_log_set_level("one.more", CR_LOG_INFO), CR_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line, open_sink, close_sink),
        cmocka_unit_test_setup_teardown(test_json, open_sink, close_sink),
        cmocka_unit_test_setup_teardown(test_a_batch_leaves_in_whole_lines, open_sink, close_sink),
        cmocka_unit_test_setup_teardown(test_a_batch_for_a_file_is_larger, open_sink, close_sink),
        cmocka_unit_test(test_levels_are_inherited_by_prefix),
        cmocka_unit_test_setup_teardown(test_root_level, open_sink, close_sink),
        cmocka_unit_test(test_same_name_same_logger),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_level_words),
        cmocka_unit_test_setup_teardown(test_lost_lines_are_counted, open_sink, close_sink),
        cmocka_unit_test_setup_teardown(test_concurrent_lines_stay_whole, open_sink, close_sink),
        cmocka_unit_test(test_too_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
