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

static void put(struct answer_cache *cache, const char *key, struct cr_slice body)
{
    const struct answer answer = {body, "\"tag\"", true};
    answer_cache_put(cache, cr_slice_of(key), &answer);
}

static bool has(struct answer_cache *cache, const char *key, const char *body)
{
    CR_AUTO(cr_buf) out = {0};
    char tag[ENTITY_TAG_SIZE];
    if (!answer_cache_get(cache, cr_slice_of(key), &out, tag))
        return false;
    assert_string_equal(tag, "\"tag\"");
    assert_true(cr_slice_is(cr_buf_view(&out), body));
    return true;
}

static void keeps_and_replaces(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(10000);
    assert_false(has(cache, "a", ""));
    put(cache, "a", CR_SLICE("one"));
    put(cache, "b", CR_SLICE(""));
    assert_true(has(cache, "a", "one"));
    assert_true(has(cache, "b", ""));
    put(cache, "a", CR_SLICE("two"));
    assert_true(has(cache, "a", "two"));
    assert_int_equal(answer_cache_count(cache), 2);
    answer_cache_free(cache);
}

static void lets_the_longest_unused_go(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(2060);
    char body[120];
    memset(body, 'x', sizeof(body));
    for (const char *key = "a\0b\0c\0d\0e\0"; *key; key += 2) {
        CR_AUTO(cr_buf) out = {0};
        body[0] = *key; /* what they had in common would be kept once */
        put(cache, key, (struct cr_slice){body, sizeof(body)});
        assert_true(answer_cache_get(cache, CR_SLICE("a"), &out, NULL));
    }
    CR_AUTO(cr_buf) out = {0};
    assert_false(answer_cache_get(cache, CR_SLICE("b"), &out, NULL));
    assert_true(answer_cache_get(cache, CR_SLICE("c"), &out, NULL));
    assert_true(answer_cache_bytes(cache) <= 2060);
    answer_cache_free(cache);
}

/* The second of two environments costs what it does not share. */
static void shared_sources_are_kept_once(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(1 << 20);
    CR_AUTO(cr_buf) one = {0}, two = {0};
    const char *const names[] = {"one", "two"};
    struct cr_buf *const bodies[] = {&one, &two};
    size_t bytes[3] = {0};
    for (size_t i = 0; i < 2; i++) {
        cr_buf_printf(bodies[i], "{\"name\":\"%s\",\"propertySources\":[", names[i]);
        for (int k = 0; k < 100; k++)
            cr_buf_printf(bodies[i], "%s{\"name\":\"source-%d\",\"source\":{\"%0500d\":1}}",
                          k ? "," : "", k, k);
        put(cache, names[i], cr_buf_view(bodies[i]));
        bytes[i + 1] = answer_cache_bytes(cache);
    }
    assert_true(bytes[1] > one.len);
    assert_true(bytes[2] - bytes[1] < 2500 && bytes[2] > bytes[1]);
    cr_buf_char(&one, '\0');
    cr_buf_char(&two, '\0');
    assert_true(has(cache, "one", one.data) && has(cache, "two", two.data));
    put(cache, "one", CR_SLICE(""));
    assert_true(has(cache, "one", "") && has(cache, "two", two.data));
    put(cache, "two", CR_SLICE(""));
    assert_true(answer_cache_bytes(cache) < 1500);
    answer_cache_free(cache);
}

static void stays_within_its_bytes(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(50000);
    for (int i = 0; i < 5000; i++) {
        char key[32];
        (void)snprintf(key, sizeof(key), "invented-%d", i);
        put(cache, key, cr_slice_of(key));
        assert_true(answer_cache_bytes(cache) <= 50000);
    }
    assert_true(answer_cache_count(cache) > 100);
    answer_cache_free(cache);
    cache = answer_cache_new(0);
    put(cache, "a", CR_SLICE("b"));
    assert_int_equal(answer_cache_count(cache), 0);
    answer_cache_free(cache);
}

/* What was asked for twice outlives any number of keys that were not, or that never may stay. */
static void a_flood_leaves_what_was_asked_for_again(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(20000);
    static const struct answer fleeting = {.body = {"xxxxxxxxxxxxxxxx", 16}};
    CR_AUTO(cr_buf) out = {0};
    char key[32];
    put(cache, "real", CR_SLICE("body"));
    assert_true(has(cache, "real", "body"));
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof(key), "invented-%d", i);
        answer_cache_put(cache, cr_slice_of(key), &fleeting);
        assert_true(answer_cache_get(cache, cr_slice_of(key), &out, NULL));
        put(cache, key, CR_SLICE("once"));
    }
    assert_true(has(cache, "real", "body"));
    answer_cache_free(cache);
}

static void put_commit(struct answer_cache *cache, int commit, const char *name)
{
    char key[64];
    CR_AUTO(cr_buf) body = {0};
    (void)snprintf(key, sizeof(key), "%d-%s", commit, name);
    cr_buf_printf(&body,
                  "{\"name\":\"%s\",\"propertySources\":[{\"name\":\"\"},{\"name\":\"f\","
                  "\"source\":\"%0500d\"}]}",
                  name, commit);
    put(cache, key, cr_buf_view(&body));
}

static bool has_commit(struct answer_cache *cache, int commit, const char *name)
{
    char key[64];
    CR_AUTO(cr_buf) out = {0};
    (void)snprintf(key, sizeof(key), "%d-%s", commit, name);
    return answer_cache_get(cache, cr_slice_of(key), &out, NULL);
}

/* Others had their sources first and are gone: those of old commits make room for new ones
 * nevertheless. */
static void old_commits_make_room_for_new_ones(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(20000);
    for (int commit = 0; commit < 500; commit++) {
        put_commit(cache, commit, "invented");
        put_commit(cache, commit, "real");
        assert_true(has_commit(cache, commit, "real"));
        assert_true(answer_cache_bytes(cache) <= 20000);
    }
    for (int commit = 500; commit < 503; commit++)
        put_commit(cache, commit, "real");
    for (int commit = 500; commit < 503; commit++)
        assert_true(has_commit(cache, commit, "real"));
    answer_cache_free(cache);
}

/* Those that are proven keep to their part; the oldest of them are the first to go. */
static void the_proven_keep_to_their_part(void **state)
{
    (void)state;
    struct answer_cache *cache = answer_cache_new(20000);
    char key[32];
    for (int i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof(key), "real-%d", i);
        put(cache, key, CR_SLICE("body"));
        assert_true(has(cache, key, "body"));
    }
    put(cache, "new", CR_SLICE("body"));
    assert_true(has(cache, "new", "body"));
    assert_true(has(cache, "real-499", "body"));
    assert_false(has(cache, "real-0", "body"));
    assert_true(answer_cache_bytes(cache) <= 20000);
    answer_cache_free(cache);
}

static void tags_name_bytes(void **state)
{
    (void)state;
    char one[ENTITY_TAG_SIZE], two[ENTITY_TAG_SIZE], typed[ENTITY_TAG_SIZE];
    entity_tag_make(CR_SLICE("text/plain"), CR_SLICE("a: 1"), one);
    entity_tag_make(CR_SLICE("text/plain"), CR_SLICE("a: 2"), two);
    entity_tag_make(CR_SLICE("text/html"), CR_SLICE("a: 1"), typed);
    assert_int_equal(strlen(one), ENTITY_TAG_SIZE - 1);
    assert_string_not_equal(one, two);
    assert_string_not_equal(one, typed);
    CR_AUTO(cr_buf) list = {0};
    cr_buf_printf(&list, "\"x\" , W/%s,\"y\"", one);
    assert_true(entity_tag_is_listed(cr_buf_view(&list), cr_slice_of(one)));
    assert_false(entity_tag_is_listed(cr_buf_view(&list), cr_slice_of(two)));
    assert_true(entity_tag_is_listed(CR_SLICE("*"), cr_slice_of(two)));
    assert_false(entity_tag_is_listed((struct cr_slice){0}, cr_slice_of(two)));
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
        cmocka_unit_test(shared_sources_are_kept_once),
        cmocka_unit_test(stays_within_its_bytes),
        cmocka_unit_test(a_flood_leaves_what_was_asked_for_again),
        cmocka_unit_test(old_commits_make_room_for_new_ones),
        cmocka_unit_test(the_proven_keep_to_their_part),
        cmocka_unit_test(tags_name_bytes),
        cmocka_unit_test(labels_do_not_outlive_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
