/* Snapshots: what comes back is what went in, and nothing of a damaged file does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cr_err.h"
#include "cr_file.h"
#include "eureka_render.h"
#include "registry_fixture.h"
#include "snapshot.h"

static char folder[] = "/tmp/crema-snapshot-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/registry", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_snapshot(void)
{
    struct cr_err err = {0};
    struct snapshot *snapshot = snapshot_take(registry, at(0));
    assert_non_null(snapshot);
    assert_int_equal(snapshot_count(snapshot), registry_count(registry));
    assert_int_equal(snapshot_write(snapshot, path, &err), 0);
    snapshot_free(snapshot);
}

static int load(struct registry *into, struct snapshot_loaded *out, struct cr_err *err)
{
    return snapshot_load(path, into, at(1000), out, err);
}

/* Every kind of record, among them one whose metadata would name it otherwise. */
static void fill(void)
{
    struct cr_wire_instance record = record_of("ORDERS", "i1", 100, CR_WIRE_UP);
    const struct cr_wire_pair metadata[] = {{CR_SLICE("a\nb"), CR_SLICE("\"\\\t<&")},
                                            {CR_SLICE("empty"), CR_SLICE("")}};
    record.metadata = metadata;
    record.metadata_count = 2;
    record.vip_address = CR_SLICE("");
    record.lease = (struct cr_wire_lease){.renewal_s = 40, .duration_s = 10};
    put_record(&record, REGISTRY_CLIENT, 0);
    record = record_of("AMAZON", "", 5, CR_WIRE_DOWN);
    const struct cr_wire_pair amazon[] = {{CR_SLICE("instance-id"), CR_SLICE("i-42")}};
    record.instance_id = (struct cr_slice){0};
    record.data_center = CR_WIRE_AMAZON;
    record.data_center_metadata = amazon;
    record.data_center_metadata_count = 1;
    put_record(&record, REGISTRY_CLIENT, 1);
    record = record_of("NODE", "", 6, CR_WIRE_UP);
    record.instance_id = (struct cr_slice){0};
    put_record(&record, REGISTRY_CLIENT, 2);
    const struct cr_wire_pair named = {CR_SLICE("instanceId"), CR_SLICE("other")};
    assert_int_equal(
        registry_add_metadata(registry, CR_SLICE("NODE"), CR_SLICE("h"), &named, 1, at(3)), 0);
    assert_int_equal(registry_override(registry, CR_SLICE("ORDERS"), CR_SLICE("i1"),
                                       &(struct registry_order){.status = CR_WIRE_OUT_OF_SERVICE},
                                       at(4)),
                     0);
}

static void test_round_trip(void **state)
{
    (void)state;
    fill();
    write_snapshot();
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    struct registry *warm = registry_new(&(struct registry_options){0});
    struct snapshot_loaded loaded;
    struct cr_err err = {0};
    assert_int_equal(load(warm, &loaded, &err), 0);
    assert_int_equal(loaded.instances, 3);
    assert_int_equal(loaded.overrides, 1);
    assert_int_equal(loaded.skipped, 0);
    struct document *was = eureka_render_all(registry, CR_WIRE_JSON, 0);
    struct document *is = eureka_render_all(warm, CR_WIRE_JSON, 0);
    CR_AUTO(cr_buf) before = {0};
    CR_AUTO(cr_buf) after = {0};
    document_write(was, &before);
    document_write(is, &after);
    assert_true(cr_slice_equal(cr_buf_view(&before), cr_buf_view(&after)));
    document_unref(was);
    document_unref(is);
    assert_non_null(registry_find(warm, CR_SLICE("NODE"), CR_SLICE("h")));
    assert_non_null(registry_find(warm, CR_SLICE("AMAZON"), CR_SLICE("i-42")));
    assert_int_equal(registry_next_due_ms(warm), 1000 + 80000); /* terms that make no sense */
    enum cr_wire_status overridden;
    size_t cursor = 0;
    struct cr_slice id;
    assert_true(overrides_next(registry_overrides(warm), 1000, &cursor, &id, &overridden));
    assert_true(cr_slice_is(id, "i1"));
    assert_int_equal(overridden, CR_WIRE_OUT_OF_SERVICE);
    registry_free(warm);
}

/* Without waiting for the disk. */
static void put_file(struct cr_slice data)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data.ptr, 1, data.len, file), data.len);
    assert_int_equal(fclose(file), 0);
}

/* Whichever octet (of every third) is changed or wherever it is cut: nothing is loaded. */
static void test_damage(void **state)
{
    (void)state;
    fill();
    write_snapshot();
    CR_AUTO(cr_buf) whole = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_file_read(path, &whole, &err), 0);
    struct registry *cold = registry_new(&(struct registry_options){0});
    struct snapshot_loaded loaded;
    for (size_t i = 0; i < whole.len; i += 3) {
        whole.data[i] = (char)(whole.data[i] ^ 4);
        put_file(cr_buf_view(&whole));
        whole.data[i] = (char)(whole.data[i] ^ 4);
        assert_int_equal(load(cold, &loaded, &err), CR_EPARSE);
        struct cr_slice cut = cr_slice_sub(cr_buf_view(&whole), 0, i);
        put_file(cut);
        assert_int_equal(load(cold, &loaded, &err), CR_EPARSE);
        assert_int_equal(registry_count(cold), 0);
    }
    cr_buf_text(&whole, "x");
    put_file(cr_buf_view(&whole));
    assert_int_equal(load(cold, &loaded, &err), CR_EPARSE);
    registry_free(cold);
}

static void test_more_than_there_is_room_for(void **state)
{
    (void)state;
    fill();
    write_snapshot();
    struct registry *small = registry_new(&(struct registry_options){.instances_max = 2});
    struct snapshot_loaded loaded;
    struct cr_err err = {0};
    assert_int_equal(load(small, &loaded, &err), 0);
    assert_int_equal(loaded.instances, 2);
    assert_int_equal(loaded.skipped, 1);
    registry_free(small);
}

static void test_none(void **state)
{
    (void)state;
    struct snapshot_loaded loaded;
    struct cr_err err = {0};
    unlink(path);
    assert_int_equal(load(registry, &loaded, &err), CR_ENOTFOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_damage),
        TEST(test_more_than_there_is_room_for),
        TEST(test_none),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
