/* The intrusive list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "cr_list.h"

struct item {
    int number;
    struct cr_list node;
};

static void test_keeps_order_and_lets_go(void **state)
{
    (void)state;
    struct cr_list head;
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    cr_list_init(&head);
    assert_true(cr_list_empty(&head));
    assert_null(cr_list_pop_front(&head));
    cr_list_remove(&items[0].node);
    assert_false(cr_list_linked(&items[0].node));
    cr_list_push_back(&head, &items[1].node);
    cr_list_push_back(&head, &items[3].node);
    cr_list_push_front(&head, &items[0].node);
    cr_list_insert(&items[3].node, &items[2].node);
    int wanted = 0;
    cr_list_for (node, &head) {
        struct item *item = CR_CONTAINER(node, struct item, node);
        assert_int_equal(item->number, wanted++);
        if (item->number % 2)
            cr_list_remove(node);
    }
    assert_int_equal(wanted, 4);
    assert_false(cr_list_linked(&items[1].node));
    assert_ptr_equal(cr_list_pop_front(&head), &items[0].node);
    assert_ptr_equal(cr_list_pop_front(&head), &items[2].node);
    assert_true(cr_list_empty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeps_order_and_lets_go)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
