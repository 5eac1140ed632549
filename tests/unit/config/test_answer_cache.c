/* answer_cache and label_cache: bounds, order of leaving, generations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "answer_cache.h"
#include "label_cache.h"

static bool has(struct answer_cache *cache, const char *key, const char *body)
{
    CR_AUTO(cr_buf) out = {0};
    if (!answer_cache_get(cache, cr_slice_of(key), &out))
        return false;
    assert_true(cr_slice_is(cr_buf_view(&out), body));
    return true;
}

static void keeps_and_replaces(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(10000);
    assert_false(has(cache, "a", ""));
    answer_cache_put(cache, CR_SLICE("a"), CR_SLICE("one"));
    answer_cache_put(cache, CR_SLICE("b"), CR_SLICE(""));
    assert_true(has(cache, "a", "one"));
    assert_true(has(cache, "b", ""));
    answer_cache_put(cache, CR_SLICE("a"), CR_SLICE("two"));
    assert_true(has(cache, "a", "two"));
    assert_int_equal(answer_cache_count(cache), 2);
    answer_cache_free(cache);
}

static void lets_the_longest_unused_go(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(3 * 300);
    char body[120];
    memset(body, 'x', sizeof(body));
    struct cr_slice text = {body, sizeof(body)};
    answer_cache_put(cache, CR_SLICE("a"), text);
    answer_cache_put(cache, CR_SLICE("b"), text);
    answer_cache_put(cache, CR_SLICE("c"), text);
    CR_AUTO(cr_buf) out = {0};
    assert_true(answer_cache_get(cache, CR_SLICE("a"), &out));
    answer_cache_put(cache, CR_SLICE("d"), text);
    assert_true(answer_cache_get(cache, CR_SLICE("a"), &out));
    assert_false(answer_cache_get(cache, CR_SLICE("b"), &out));
    assert_true(answer_cache_bytes(cache) <= 900);
    answer_cache_free(cache);
}

static void stays_within_its_bytes(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(50000);
    for (int i = 0; i < 5000; i++) {
        char key[32];
        (void)snprintf(key, sizeof(key), "invented-%d", i);
        answer_cache_put(cache, cr_slice_of(key), cr_slice_of(key));
        assert_true(answer_cache_bytes(cache) <= 50000);
    }
    assert_true(answer_cache_count(cache) > 100);
    answer_cache_free(cache);
    cache = answer_cache_new(0);
    answer_cache_put(cache, CR_SLICE("a"), CR_SLICE("b"));
    assert_int_equal(answer_cache_count(cache), 0);
    answer_cache_free(cache);
}

static void labels_do_not_outlive_a_change(void **state)
{
    (void)state;
    struct label_cache cache;
    struct git_repo_id first = {"1111"}, second = {"2222"}, found;
    struct cr_err err = {0};
    uint64_t before, after;
    assert_int_equal(label_cache_init(&cache, &err), 0);
    assert_false(label_cache_get(&cache, CR_SLICE("main"), &found, &before));
    label_cache_put(&cache, CR_SLICE("main"), &first, before);
    assert_true(label_cache_get(&cache, CR_SLICE("main"), &found, &before));
    assert_string_equal(found.hex, "1111");
    label_cache_clear(&cache);
    assert_false(label_cache_get(&cache, CR_SLICE("main"), &found, &after));
    label_cache_put(&cache, CR_SLICE("main"), &first, before); /* too late */
    assert_false(label_cache_get(&cache, CR_SLICE("main"), &found, &after));
    label_cache_put(&cache, CR_SLICE("main"), &second, after);
    assert_true(label_cache_get(&cache, CR_SLICE("main"), &found, &after));
    assert_string_equal(found.hex, "2222");
    label_cache_fini(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_and_replaces),
        cmocka_unit_test(lets_the_longest_unused_go),
        cmocka_unit_test(stays_within_its_bytes),
        cmocka_unit_test(labels_do_not_outlive_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
