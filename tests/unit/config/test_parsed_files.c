/* parsed_files: copies that outlive what they were made from, bounds, order of leaving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cr_yaml.h"
#include "parsed_files.h"

static void put_yaml(struct parsed_files *files, const char *key, const char *text)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    struct cr_err err = {0};
    assert_int_equal(cr_yaml_parse(cr_slice_of(text), arena, &flat, &err), 0);
    parsed_files_put(files, cr_slice_of(key), &flat);
}

static bool has(struct parsed_files *files, const char *key)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_flat flat;
    return parsed_files_get(files, cr_slice_of(key), arena, &flat);
}

static void documents_outlive_their_text(void **state)
{
    (void)state;
    struct parsed_files *files = parsed_files_new(10000);
    struct cr_arena *arena = cr_arena_new(0);
    struct cr_flat flat;
    put_yaml(files, "1.yml", "a: one\nb: [2, 3]\n---\nc: \"\"\n");
    assert_true(parsed_files_get(files, CR_SLICE("1.yml"), arena, &flat));
    assert_int_equal(flat.count, 2);
    assert_string_equal(cr_flat_get(&flat.docs[0], "a")->text.ptr, "one");
    assert_int_equal(cr_flat_get(&flat.docs[0], "b[1]")->kind, CR_FLAT_INT);
    assert_int_equal(cr_flat_get(&flat.docs[0], "b[1]")->line, 2);
    assert_true(cr_slice_is(cr_flat_get(&flat.docs[1], "c")->text, ""));
    parsed_files_free(files); /* the arena still holds it */
    assert_string_equal(cr_flat_get(&flat.docs[0], "a")->key.ptr, "a");
    cr_arena_free(arena);
}

static void the_longest_unused_make_room(void **state)
{
    (void)state;
    struct parsed_files *files = parsed_files_new(20000);
    char key[32];
    put_yaml(files, "shared", "a: 1");
    put_yaml(files, "shared", "a: 1");
    size_t one = parsed_files_bytes(files);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof(key), "file-%d", i);
        put_yaml(files, key, "a: 1");
        assert_true(has(files, "shared"));
        assert_true(has(files, key));
        assert_true(parsed_files_bytes(files) <= 20000);
    }
    assert_false(has(files, "file-0"));
    assert_true(parsed_files_bytes(files) > 20000 - 2 * one);
    parsed_files_free(files);
}

static void nothing_is_kept_without_room(void **state)
{
    (void)state;
    struct parsed_files *files = parsed_files_new(0);
    put_yaml(files, "a", "a: 1");
    assert_false(has(files, "a"));
    assert_int_equal(parsed_files_bytes(files), 0);
    parsed_files_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_outlive_their_text),
        cmocka_unit_test(the_longest_unused_make_room),
        cmocka_unit_test(nothing_is_kept_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
