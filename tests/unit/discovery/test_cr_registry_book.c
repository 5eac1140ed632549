/* What is known: published at once, kept over failures, on the disk, and not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_file.h"
#include "cr_log.h"
#include "cr_registry_book_private.h"
#include "cr_registry_cache_private.h"

enum { TRUST_MS = 60000 };
static const struct cr_registry_self nobody = {NULL, false};

static char folder[] = "/tmp/crema-book-XXXXXX";
static char path[64];
static struct cr_instances *instances;
static struct cr_registry_book *book;

static void open_book(void)
{
    const struct cr_registry_book_options options = {.log = cr_log_get("test.book"),
                                                     .instances = instances,
                                                     .cache_path = path,
                                                     .cache_ms = 1000,
                                                     .trust_ms = TRUST_MS};
    book = cr_registry_book_new(&options);
    assert_non_null(book);
}

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/cache/x.instances.json", folder);
    unlink(path);
    instances = cr_instances_new();
    open_book();
    return instances ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cr_registry_book_free(book);
    cr_instances_free(instances);
    return 0;
}

static struct cr_wire_instance one(const char *id)
{
    struct cr_wire_instance record = cr_wire_instance_default(0);
    record.app = CR_SLICE("A");
    record.instance_id = cr_slice_of(id);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("127.0.0.1");
    record.data_center = CR_WIRE_MY_OWN;
    record.lease.duration_s = 10;
    return record;
}

static size_t published(void)
{
    struct cr_instances_pin pin = cr_instances_pin(instances);
    size_t count = pin.snapshot->instance_count;
    cr_instances_unpin(instances, &pin);
    return count;
}

/* A registry lists these many, at now_ms. */
static void listed(size_t count, struct cr_registry_self self, int64_t now_ms, bool *out_forgotten)
{
    const struct cr_wire_instance all[] = {one("i1"), one("i2"), one("i3")};
    const struct cr_wire_instances list = {all, count};
    assert_int_equal(cr_registry_book_replace(book, &list, self, now_ms, out_forgotten), 0);
    cr_registry_book_work(book, now_ms);
}

static void test_published_at_once(void **state)
{
    (void)state;
    listed(2, nobody, 1000, NULL);
    assert_int_equal(published(), 2);
    struct cr_wire_instance gone = one("i1");
    gone.action = CR_WIRE_DELETED;
    const struct cr_wire_document changes = {.instances = {&gone, 1},
                                             .hash_code = CR_SLICE("UP_1_")};
    bool agrees = false;
    bool forgotten = true;
    assert_int_equal(cr_registry_book_change(book, &changes, nobody, 5000, &agrees, &forgotten), 0);
    assert_true(agrees);
    assert_false(forgotten);
    cr_registry_book_work(book, 5000);
    assert_int_equal(published(), 1);
}

static void test_who_misses_itself_keeps_the_others_for_their_leases(void **state)
{
    (void)state;
    const struct cr_wire_instance us = one("i3");
    const struct cr_registry_self self = {&us, true};
    bool forgotten = true;
    listed(3, self, 1000, &forgotten);
    assert_false(forgotten);
    listed(0, self, 2000, &forgotten);
    assert_true(forgotten);
    assert_int_equal(published(), 3);
    assert_int_equal(cr_registry_book_state(book).kept, 3);
    assert_int_equal(cr_registry_book_work(book, 11999), 12000);
    assert_int_equal(published(), 3);
    cr_registry_book_work(book, 12000);
    assert_int_equal(published(), 0);
}

static void test_an_empty_list_counts_without_an_outage(void **state)
{
    (void)state;
    listed(2, nobody, 1000, NULL);
    listed(0, nobody, 2000, NULL);
    assert_int_equal(published(), 0);
    listed(2, nobody, 3000, NULL);
    cr_registry_book_doubt(book, 4000);
    listed(0, nobody, 5000, NULL);
    assert_int_equal(published(), 2);
}

static void test_what_nobody_confirms_is_dropped(void **state)
{
    (void)state;
    listed(2, nobody, 1000, NULL);
    cr_registry_book_confirm(book, 5000);
    cr_registry_book_doubt(book, 6000);
    assert_true(cr_registry_book_work(book, 5000 + TRUST_MS - 1) <= 5000 + TRUST_MS);
    assert_int_equal(published(), 2);
    cr_registry_book_work(book, 5000 + TRUST_MS);
    assert_int_equal(published(), 0);
}

static void test_a_start_without_a_registry(void **state)
{
    (void)state;
    int64_t now_ms = cr_clock_ms();
    listed(3, nobody, now_ms, NULL);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    cr_registry_book_free(book);
    cr_instances_free(instances);
    instances = cr_instances_new();
    open_book();
    cr_registry_book_work(book, now_ms);
    assert_int_equal(published(), 0); /* as long as a registry may still answer */
    cr_registry_book_doubt(book, now_ms);
    assert_true(cr_registry_book_state(book).from_disk);
    cr_registry_book_work(book, now_ms);
    assert_int_equal(published(), 3);
    /* A registry that comes up empty beside us is not believed at once. */
    listed(0, nobody, now_ms + 1000, NULL);
    assert_int_equal(published(), 3);
    assert_false(cr_registry_book_state(book).from_disk);
}

static void test_bad_files(void **state)
{
    (void)state;
    int64_t now_ms = cr_clock_ms();
    const char *const texts[] = {"", "{\"applications\":{\"application\":[{", "[]"};
    assert_int_equal(cr_registry_cache_write(path, &(struct cr_wire_instances){0}, NULL), 0);
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        assert_int_equal(cr_file_write(path, cr_slice_of(texts[i]), 0600, NULL), 0);
        cr_registry_book_free(book);
        open_book();
        cr_registry_book_doubt(book, now_ms);
        cr_registry_book_work(book, now_ms);
        assert_int_equal(published(), 0);
        assert_false(cr_registry_book_state(book).from_disk);
    }
}

static void test_a_file_that_is_too_old(void **state)
{
    (void)state;
    int64_t now_ms = cr_clock_ms();
    const struct cr_wire_instance record = one("i1");
    struct timespec times[2];
    assert_int_equal(cr_registry_cache_write(path, &(struct cr_wire_instances){&record, 1}, NULL),
                     0);
    int64_t old_s = cr_clock_wall_ms() / 1000 - TRUST_MS / 1000 - 1;
    times[0] = times[1] = (struct timespec){.tv_sec = (time_t)old_s};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    cr_registry_book_doubt(book, now_ms);
    assert_false(cr_registry_book_state(book).from_disk);
    cr_registry_cache_confirm(path);
    cr_registry_book_free(book);
    open_book();
    cr_registry_book_doubt(book, now_ms);
    assert_true(cr_registry_book_state(book).from_disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_published_at_once),
        TEST(test_who_misses_itself_keeps_the_others_for_their_leases),
        TEST(test_an_empty_list_counts_without_an_outage),
        TEST(test_what_nobody_confirms_is_dropped),
        TEST(test_a_start_without_a_registry),
        TEST(test_bad_files),
        TEST(test_a_file_that_is_too_old),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    char cache[64];
    snprintf(cache, sizeof cache, "%s/cache", folder);
    rmdir(cache);
    rmdir(folder);
    return failed;
}
