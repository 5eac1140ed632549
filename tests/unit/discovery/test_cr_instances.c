/* Publishing and pinning: versions, what a pin keeps, and many readers against one publisher. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "cr_instances.h"
#include "cr_thread.h"

/* count instances of application A, all with the same stamp. */
static bool publish(struct cr_instances *instances, size_t count, int stamp)
{
    enum { MOST = 64 };
    static struct cr_wire_instance items[MOST];
    static char ids[MOST][8];
    static char text[16];
    static struct cr_wire_pair pair;
    assert_true(count <= MOST);
    snprintf(text, sizeof text, "%d", stamp);
    pair = (struct cr_wire_pair){CR_SLICE("stamp"), cr_slice_of(text)};
    for (size_t i = 0; i < count; i++) {
        snprintf(ids[i], sizeof ids[i], "i%zu", i);
        items[i] = cr_wire_instance_default(0);
        items[i].app = CR_SLICE("A");
        items[i].instance_id = cr_slice_of(ids[i]);
        items[i].metadata = &pair;
        items[i].metadata_count = 1;
    }
    bool changed = false;
    struct cr_err err = {0};
    assert_int_equal(
        cr_instances_publish(instances, &(struct cr_wire_instances){items, count}, &changed, &err),
        0);
    return changed;
}

static void test_versions(void **state)
{
    (void)state;
    struct cr_instances *instances = cr_instances_new();
    struct cr_instances_pin pin = cr_instances_pin(instances);
    assert_int_equal(pin.snapshot->version, 0);
    assert_int_equal(pin.snapshot->instance_count, 0);
    cr_instances_unpin(instances, &pin);
    assert_true(publish(instances, 0, 1)); /* an empty answer is an answer */
    assert_int_equal(cr_instances_version(instances), 1);
    assert_false(publish(instances, 0, 2));
    assert_true(publish(instances, 2, 3));
    assert_false(publish(instances, 2, 3));
    assert_int_equal(cr_instances_version(instances), 2);
    pin = cr_instances_pin(instances);
    assert_int_equal(pin.snapshot->version, 2);
    assert_int_equal(pin.snapshot->instance_count, 2);
    cr_instances_unpin(instances, &pin);
    cr_instances_unpin(instances, &pin); /* a second time is fine */
    cr_instances_free(instances);
    cr_instances_free(NULL);
}

static void test_a_pin_keeps_its_snapshot(void **state)
{
    (void)state;
    struct cr_instances *instances = cr_instances_new();
    publish(instances, 3, 0);
    struct cr_instances_pin old = cr_instances_pin(instances);
    for (int i = 1; i < 100; i++)
        publish(instances, 1 + (size_t)i % 5, i);
    assert_int_equal(old.snapshot->instance_count, 3);
    assert_string_equal(cr_instance_metadata(&old.snapshot->instances[2], "stamp"), "0");
    struct cr_instances_pin new = cr_instances_pin(instances);
    assert_int_equal(new.snapshot->version, 100);
    cr_instances_unpin(instances, &new);
    cr_instances_unpin(instances, &old);
    cr_instances_free(instances);
}

static void test_more_pins_than_slots(void **state)
{
    (void)state;
    enum { PINS = CR_INSTANCES_PINS + 20 };
    struct cr_instances *instances = cr_instances_new();
    static struct cr_instances_pin pins[PINS];
    publish(instances, 2, 7);
    for (size_t i = 0; i < PINS; i++)
        pins[i] = cr_instances_pin(instances);
    publish(instances, 4, 8);
    publish(instances, 4, 9);
    for (size_t i = 0; i < PINS; i++)
        assert_string_equal(cr_instance_metadata(&pins[i].snapshot->instances[0], "stamp"), "7");
    struct cr_instances_pin last = cr_instances_pin(instances);
    assert_int_equal(last.snapshot->instance_count, 4);
    cr_instances_unpin(instances, &last);
    for (size_t i = PINS; i > 0; i--)
        cr_instances_unpin(instances, &pins[i - 1]);
    cr_instances_free(instances);
}

struct heard {
    struct cr_instances *instances;
    int times;
    uint64_t version;
};

static void hear(void *ctx)
{
    struct heard *heard = ctx;
    heard->times++;
    heard->version = cr_instances_version(heard->instances);
}

static void test_listeners_hear_of_changes_only(void **state)
{
    (void)state;
    struct cr_instances *instances = cr_instances_new();
    struct heard first = {.instances = instances};
    struct heard second = {.instances = instances};
    assert_int_equal(cr_instances_listen(instances, hear, &first), 0);
    assert_int_equal(cr_instances_listen(instances, hear, &second), 0);
    publish(instances, 1, 1);
    publish(instances, 1, 1);
    assert_int_equal(first.times, 1);
    assert_int_equal(first.version, 1); /* it is up already */
    cr_instances_unlisten(instances, &first);
    publish(instances, 2, 1);
    assert_int_equal(first.times, 1);
    assert_int_equal(second.times, 2);
    for (size_t i = 1; i < CR_INSTANCES_LISTENERS; i++)
        assert_int_equal(cr_instances_listen(instances, hear, &first), 0);
    assert_int_equal(cr_instances_listen(instances, hear, &first), CR_ELIMIT);
    cr_instances_free(instances);
}

enum { READERS = 4, PUBLICATIONS = 2000, NESTED = 3 };

struct race {
    struct cr_instances *instances;
    atomic_bool over;
    atomic_ulong reads;
    atomic_ulong torn; /* snapshots that are not of one piece, or went back in time */
};

static bool of_one_piece(const struct cr_snapshot *snapshot)
{
    for (size_t i = 1; i < snapshot->instance_count; i++)
        if (strcmp(cr_instance_metadata(&snapshot->instances[i], "stamp"),
                   cr_instance_metadata(&snapshot->instances[0], "stamp")) != 0)
            return false;
    const struct cr_service *service = cr_snapshot_service(snapshot, CR_SLICE("a"));
    return (service ? service->count : 0) == snapshot->instance_count;
}

static void read_on(void *ctx)
{
    struct race *race = ctx;
    uint64_t last = 0;
    while (!atomic_load(&race->over)) {
        struct cr_instances_pin pins[NESTED];
        for (size_t i = 0; i < NESTED; i++) {
            pins[i] = cr_instances_pin(race->instances);
            if (!of_one_piece(pins[i].snapshot) || pins[i].snapshot->version < last)
                atomic_fetch_add(&race->torn, 1);
            last = pins[i].snapshot->version;
        }
        for (size_t i = 0; i < NESTED; i++) {
            if (!of_one_piece(pins[i].snapshot))
                atomic_fetch_add(&race->torn, 1);
            cr_instances_unpin(race->instances, &pins[i]);
        }
        atomic_fetch_add(&race->reads, 1);
    }
}

static void test_readers_against_a_publisher(void **state)
{
    (void)state;
    static struct race race;
    struct cr_thread threads[READERS] = {0};
    struct cr_err err = {0};
    race.instances = cr_instances_new();
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(cr_thread_start(&threads[i], "reader", read_on, &race, &err), 0);
    for (int i = 0; i < PUBLICATIONS || atomic_load(&race.reads) < 100; i++)
        publish(race.instances, 1 + (size_t)i % 32, i);
    atomic_store(&race.over, true);
    for (size_t i = 0; i < READERS; i++)
        cr_thread_join(&threads[i]);
    assert_int_equal(atomic_load(&race.torn), 0);
    cr_instances_free(race.instances);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_a_pin_keeps_its_snapshot),
        cmocka_unit_test(test_more_pins_than_slots),
        cmocka_unit_test(test_listeners_hear_of_changes_only),
        cmocka_unit_test(test_readers_against_a_publisher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
