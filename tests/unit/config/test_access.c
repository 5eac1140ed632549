/* access: whose files a request names, and whether it brings their tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"

static const struct access_token tokens[] = {
    {{"order", 5}, {"o-token", 7}},
    {{"order-admin", 11}, {"a-token", 7}},
    {{"sub", 3}, {"s-token", 7}},
};
static const struct access access = {tokens, 3};

/* token NULL: none is brought. */
static bool allows(const char *name, const char *profiles, const char *path, const char *token,
                   bool strict)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct config_request request;
    struct cr_err err = {0};
    struct access_proof proof = {{0}, {0}};
    if (token)
        proof.token = cr_slice_of(token);
    assert_int_equal(config_request_parse(cr_slice_of(name), cr_slice_of(profiles),
                                          (struct cr_slice){0}, arena, &request, &err),
                     0);
    return access_allows(&access, &proof, &request, path ? cr_slice_of(path) : (struct cr_slice){0},
                         strict);
}

static void a_name_needs_its_token(void **state)
{
    (void)state;
    assert_true(allows("order", "default", NULL, "o-token", false));
    assert_true(allows("order", "default", NULL, "o-token", true));
    assert_false(allows("order", "default", NULL, NULL, false));
    assert_false(allows("order", "default", NULL, "", false));
    assert_false(allows("order", "default", NULL, "a-token", false));
    assert_false(allows("order", "default", NULL, "o-toke", false));
    assert_true(allows("order-admin", "default", NULL, "a-token", false));
    assert_false(allows("order-admin", "default", NULL, "o-token", false));
    assert_true(allows("ordering", "default", NULL, NULL, false));
    assert_false(allows("ordering", "default", NULL, "o-token", true));
    assert_false(allows("other,order", "default", NULL, NULL, false));
    assert_true(allows("other,order", "default", NULL, "o-token", false));
    assert_false(allows("other,order", "default", NULL, "o-token", true));
    assert_false(allows("order,order-admin", "default", NULL, "o-token", false));
}

/* order-dev.yml is order's, however it is named. */
static void so_do_other_names_of_its_files(void **state)
{
    (void)state;
    assert_false(allows("order-dev", "default", NULL, NULL, false));
    assert_true(allows("order-dev", "default", NULL, "o-token", false));
    assert_false(allows("order-ad", "default", NULL, NULL, false));
    assert_false(allows("order", "admin", NULL, "o-token", false));
    assert_false(allows("order", "dev,admin", NULL, "o-token", false));
    assert_true(allows("order", "dev", NULL, "o-token", false));
    assert_false(allows("x(_)order", "default", NULL, NULL, false));
    assert_false(allows("sub(_)application", "default", NULL, NULL, false));
}

static void a_path_needs_the_token_of_its_file(void **state)
{
    (void)state;
    assert_false(allows("other", "default", "order.yml", NULL, false));
    assert_false(allows("other", "default", "order-dev.yml", NULL, false));
    assert_false(allows("other", "default", "order", NULL, false));
    assert_false(allows("other", "default", "sub/nginx.conf", NULL, false));
    assert_false(allows("other", "default", "x/order.json", NULL, false));
    assert_true(allows("other", "default", "x/order.json", "o-token", false));
    assert_true(allows("other", "default", "orders.json", NULL, false));
    assert_true(allows("other", "default", "x/nginx.conf", NULL, false));
    assert_false(allows("other", "x,admin", "order.conf", "o-token", false));
}

static void a_password_is_as_good(void **state)
{
    (void)state;
    const struct access_proof any = {{0}, CR_SLICE("Basic YW55Om8tdG9rZW4=")}; /* any:o-token */
    const struct access_proof none = {{0}, CR_SLICE("Basic by10b2tlbg==")};    /* o-token */
    const struct access nobody = {NULL, 0};
    assert_true(access_is_known(&access, &any));
    assert_false(access_is_known(&access, &none));
    assert_false(access_is_known(&nobody, &any));
}

static void a_reader_knows_of_his_own(void **state)
{
    (void)state;
    static const struct access_token items[] = {
        {{"a", 1}, {"one", 3}}, {{"a-b", 3}, {"two", 3}}, {{"c", 1}, {"one", 3}}};
    const struct access three = {items, 3}, nobody = {NULL, 0};
    const struct access_proof one = {.token = CR_SLICE("one")}, two = {.token = CR_SLICE("two")},
                              none = {.token = CR_SLICE("x")};
    assert_int_equal(access_reader(&three, &one), 0);
    assert_int_equal(access_reader(&three, &two), 1);
    assert_int_equal(access_reader(&three, &none), 3);
    assert_int_equal(access_reader(&nobody, &one), 0);
    assert_true(access_shows(&three, 0, CR_SLICE("a"), false));
    assert_true(access_shows(&three, 0, CR_SLICE("a-dev"), false));
    assert_true(access_shows(&three, 0, CR_SLICE("c"), false));
    assert_false(access_shows(&three, 0, CR_SLICE("a-b"), true));
    assert_true(access_shows(&three, 1, CR_SLICE("a-b"), false));
    assert_false(access_shows(&three, 3, CR_SLICE("a"), true));
    assert_true(access_shows(&three, 3, CR_SLICE("other"), true));
    assert_false(access_shows(&three, 0, CR_SLICE("other"), false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_needs_its_token),
        cmocka_unit_test(so_do_other_names_of_its_files),
        cmocka_unit_test(a_path_needs_the_token_of_its_file),
        cmocka_unit_test(a_password_is_as_good),
        cmocka_unit_test(a_reader_knows_of_his_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
