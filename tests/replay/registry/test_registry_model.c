/* The registry beside a model that is too simple to be wrong: a million random calls, the same
 * answers. The seed is printed; REGISTRY_MODEL_SEED and REGISTRY_MODEL_CALLS repeat a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_random.h"
#include "eureka_render.h"

enum { APPS = 3, IDS = 6, CALLS = 1000000, CHECK_EVERY = 64 };
static const int64_t wall_zero_ms = 1700000000000;

/* One cell per application and id. */
struct cell {
    bool in;
    int64_t dirty_ms, due_ms, period_ms, up_ms, renewal_wall_ms, duration_s;
    enum cr_wire_status status;
};

static struct cell model[APPS][IDS];
static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33) % limit;
}

static struct cr_slice app_name(uint32_t app)
{
    static const char *const names[APPS] = {"A", "B", "C"};
    return cr_slice_of(names[app]);
}

/* Ids are shared by the applications on purpose. */
static struct cr_slice id_name(uint32_t id)
{
    static const char *const names[IDS] = {"i0", "i1", "i2", "i3", "i4", "i5"};
    return cr_slice_of(names[id]);
}

static void model_expire(int64_t now_ms)
{
    for (size_t app = 0; app < APPS; app++)
        for (size_t id = 0; id < IDS; id++)
            if (model[app][id].in && model[app][id].due_ms <= now_ms)
                model[app][id] = (struct cell){0};
}

static bool serving(enum cr_wire_status status)
{
    return status == CR_WIRE_UP || status == CR_WIRE_OUT_OF_SERVICE;
}

static void model_register(struct cell *cell, const struct cr_wire_instance *record, bool peer,
                           struct registry_now now)
{
    bool keep = cell->in && cell->dirty_ms > record->last_dirty_ms;
    enum cr_wire_status said = keep ? cell->status : record->status;
    if (serving(said) && cell->in && !peer && serving(cell->status))
        said = cell->status;
    if (!keep) {
        cell->dirty_ms = record->last_dirty_ms;
        cell->duration_s = record->lease.duration_s;
    }
    cell->status = said;
    cell->in = true;
    int64_t duration_s = record->lease.duration_s;
    int64_t interval_s = record->lease.renewal_s;
    cell->period_ms = 1000 * (interval_s < duration_s ? duration_s : 2 * interval_s);
    cell->due_ms = now.now_ms + cell->period_ms;
    cell->renewal_wall_ms = now.wall_ms;
    if (said == CR_WIRE_UP && cell->up_ms == 0)
        cell->up_ms = now.wall_ms;
}

static void both_register(struct registry *registry, uint32_t app, uint32_t id,
                          struct registry_now now)
{
    struct cr_wire_instance record = cr_wire_instance_default(now.wall_ms);
    record.app = app_name(app);
    record.instance_id = id_name(id);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("1.1.1.1");
    record.data_center = CR_WIRE_MY_OWN;
    record.status = (enum cr_wire_status)random_below(CR_WIRE_STATUS_COUNT);
    record.last_dirty_ms = random_below(8);
    record.lease.duration_s = 1 + random_below(4);
    record.lease.renewal_s = 1 + random_below(4);
    bool peer = random_below(4) == 0;
    struct cell *cell = &model[app][id];
    bool was_in = cell->in;
    bool kept = was_in && cell->dirty_ms > record.last_dirty_ms;
    model_register(cell, &record, peer, now);
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, peer, now, &out), 0);
    assert_int_equal(out.renewed, was_in);
    assert_int_equal(out.kept, kept);
    assert_int_equal(out.period_ms, cell->period_ms);
}

static void both_renew(struct registry *registry, uint32_t app, uint32_t id,
                       struct registry_now now)
{
    struct cell *cell = &model[app][id];
    int64_t dirty_ms = random_below(8);
    bool sent = random_below(3) > 0;
    bool peer = random_below(4) == 0;
    enum registry_renewal should = REGISTRY_RENEWED;
    if (!cell->in || cell->status == CR_WIRE_UNKNOWN) {
        should = REGISTRY_UNKNOWN;
    } else {
        cell->due_ms = now.now_ms + cell->period_ms;
        cell->renewal_wall_ms = now.wall_ms + 1000 * cell->duration_s;
        if (sent && dirty_ms > cell->dirty_ms)
            should = REGISTRY_UNKNOWN;
        else if (sent && dirty_ms < cell->dirty_ms && peer)
            should = REGISTRY_NEWER;
    }
    assert_int_equal(
        registry_renew(registry, app_name(app), id_name(id), sent ? &dirty_ms : NULL, peer, now),
        should);
}

static void both_cancel(struct registry *registry, uint32_t app, uint32_t id,
                        struct registry_now now)
{
    struct cell *cell = &model[app][id];
    assert_int_equal(registry_cancel(registry, app_name(app), id_name(id), now), cell->in);
    *cell = (struct cell){0};
}

static void same_cell(const struct registry *registry, uint32_t app, uint32_t id)
{
    const struct cell *cell = &model[app][id];
    const struct registry_instance *instance = registry_find(registry, app_name(app), id_name(id));
    assert_int_equal(instance != NULL, cell->in);
    if (!instance)
        return;
    assert_int_equal(instance->record->status, cell->status);
    assert_int_equal(instance->record->last_dirty_ms, cell->dirty_ms);
    assert_int_equal(instance->record->lease.service_up_ms, cell->up_ms);
    assert_int_equal(instance->record->lease.last_renewal_ms, cell->renewal_wall_ms);
    assert_int_equal(instance->lease.due_ms, cell->due_ms);
}

static void same_state(struct registry *registry)
{
    size_t by_status[CR_WIRE_STATUS_COUNT] = {0};
    size_t count = 0;
    int64_t next_ms = INT64_MAX;
    for (uint32_t app = 0; app < APPS; app++) {
        size_t in_app = 0;
        for (uint32_t id = 0; id < IDS; id++) {
            const struct cell *cell = &model[app][id];
            same_cell(registry, app, id);
            if (!cell->in)
                continue;
            in_app++;
            by_status[cell->status]++;
            next_ms = cell->due_ms < next_ms ? cell->due_ms : next_ms;
        }
        assert_int_equal(registry_app(registry, app_name(app)) != NULL, in_app > 0);
        count += in_app;
    }
    assert_int_equal(registry_count(registry), count);
    assert_int_equal(registry_next_due_ms(registry), next_ms);
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++)
        assert_int_equal(registry_status_count(registry, (enum cr_wire_status)i), by_status[i]);
}

/* What is rendered must be what a reader of the document gets out of it. */
static void same_document(struct registry *registry)
{
    struct document *document = eureka_render_all(registry, DOCUMENT_JSON);
    assert_non_null(document);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instances list = {0};
    struct cr_err err = {0};
    assert_int_equal(cr_wire_instances_read(document_bytes(document), arena, &list, NULL, &err), 0);
    assert_int_equal(list.count, registry_count(registry));
    for (size_t i = 0; i < list.count; i++) {
        const struct cr_wire_instance *item = &list.items[i];
        const struct registry_instance *instance =
            registry_find(registry, item->app, item->instance_id);
        assert_non_null(instance);
        assert_int_equal(item->status, instance->record->status);
        assert_int_equal(item->last_dirty_ms, instance->record->last_dirty_ms);
    }
    document_unref(document);
}

static uint64_t from_environment(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void test_a_million_calls(void **state)
{
    (void)state;
    uint64_t seed = from_environment("REGISTRY_MODEL_SEED", cr_random_seed());
    uint64_t calls = from_environment("REGISTRY_MODEL_CALLS", CALLS);
    printf("seed %llu, %llu calls\n", (unsigned long long)seed, (unsigned long long)calls);
    random_state = seed;
    struct registry *registry = registry_new(&(struct registry_options){0});
    assert_non_null(registry);
    struct registry_now now = {1000, wall_zero_ms};
    for (uint64_t call = 0; call < calls; call++) {
        int64_t step_ms = random_below(20) == 0 ? random_below(3000) : random_below(20);
        now.now_ms += step_ms;
        now.wall_ms += step_ms;
        model_expire(now.now_ms);
        uint32_t app = random_below(APPS);
        uint32_t id = random_below(IDS);
        uint32_t kind = random_below(10);
        if (kind < 4)
            both_register(registry, app, id, now);
        else if (kind < 9)
            both_renew(registry, app, id, now);
        else
            both_cancel(registry, app, id, now);
        same_cell(registry, app, id);
        if (call % CHECK_EVERY == 0)
            same_state(registry);
        if (call % (CHECK_EVERY * 64) == 0)
            same_document(registry);
    }
    registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_million_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
