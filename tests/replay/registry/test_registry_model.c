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

#include "cr_err.h"
#include "cr_random.h"
#include "eureka_render.h"
#include "model.h"
#include "selection.h"

enum { CALLS = 1000000, CHECK_EVERY = 64, LISTS_EVERY = 32 * CHECK_EVERY, PACE_EVERY = 400 };
static const int64_t wall_zero_ms = 1700000000000;

static const char *const app_names[MODEL_APPS] = {"A", "B", "C"};
static const char *const id_names[MODEL_IDS] = {"i0", "i1", "i2", "i3", "i4", "i5"};
static const char *const key_names[MODEL_KEYS] = {"k0", "k1", "k2"};
static const char *const vip_names[MODEL_VIPS] = {"v0", "v1"};
static const char *const vip_lists[1 << MODEL_VIPS] = {NULL, "v0", "v1", "v0,v1"};

static struct model model;
static struct registry *registry;
static uint64_t random_state;

/* One call, on one cell. */
struct call {
    size_t app, id;
    bool peer;
    struct registry_now now;
};

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33) % limit;
}

static struct cr_slice app_of(const struct call *call)
{
    return cr_slice_of(app_names[call->app]);
}

static struct cr_slice id_of(const struct call *call)
{
    return cr_slice_of(id_names[call->id]);
}

static enum registry_origin origin_of(const struct call *call)
{
    return call->peer ? REGISTRY_PEER : REGISTRY_CLIENT;
}

/* ---- calls ---- */

static enum cr_wire_status random_status(void)
{
    static const enum cr_wire_status often[] = {CR_WIRE_UP, CR_WIRE_UP, CR_WIRE_UP,
                                                CR_WIRE_OUT_OF_SERVICE};
    return random_below(2) ? often[random_below(CR_COUNT(often))]
                           : (enum cr_wire_status)random_below(CR_WIRE_STATUS_COUNT);
}

static void both_register(const struct call *call)
{
    struct cr_wire_instance record = cr_wire_instance_default(call->now.wall_ms);
    int vips = (int)random_below(1 << MODEL_VIPS);
    record.app = app_of(call);
    record.instance_id = id_of(call);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("1.1.1.1");
    record.data_center = CR_WIRE_MY_OWN;
    record.status = random_status();
    if (random_below(16) == 0)
        record.overridden_status = random_status();
    record.last_dirty_ms = random_below(8);
    record.lease.duration_s = 1 + random_below(6);
    record.lease.renewal_s = 1 + random_below(4);
    record.vip_address = cr_slice_of(vip_lists[vips]);
    const struct model_cell *cell = &model.cells[call->app][call->id];
    bool was_in = cell->in;
    bool kept = was_in && cell->dirty_ms > record.last_dirty_ms;
    model_register(&model, call->app, call->id, &record, vips, call->peer, call->now);
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, &record, origin_of(call), call->now, &out), 0);
    assert_int_equal(out.renewed, was_in);
    assert_int_equal(out.kept, kept);
    assert_int_equal(out.period_ms, cell->period_ms);
}

static void both_renew(const struct call *call)
{
    int64_t dirty_ms = random_below(8);
    enum cr_wire_status overridden = random_status();
    const struct registry_beat beat = {
        .dirty_ms = random_below(3) ? &dirty_ms : NULL,
        .overridden = random_below(8) ? NULL : &overridden,
        .origin = origin_of(call),
    };
    enum registry_renewal should = model_renew(&model, call->app, call->id, &beat, call->now);
    assert_int_equal(registry_renew(registry, app_of(call), id_of(call), &beat, call->now), should);
}

static void both_cancel(const struct call *call)
{
    bool should = model_cancel(&model, call->app, call->id, call->now);
    assert_int_equal(
        registry_cancel(registry, app_of(call), id_of(call), origin_of(call), call->now), should);
}

static void both_order(const struct call *call)
{
    int64_t dirty_ms = random_below(8);
    const struct registry_order order = {
        .status = random_status(),
        .dirty_ms = random_below(2) ? &dirty_ms : NULL,
        .origin = origin_of(call),
    };
    bool known;
    int rc;
    if (random_below(2)) {
        known = model_override(&model, call->app, call->id, &order, call->now);
        rc = registry_override(registry, app_of(call), id_of(call), &order, call->now);
    } else {
        known = model_end_override(&model, call->app, call->id, &order, call->now);
        rc = registry_end_override(registry, app_of(call), id_of(call), &order, call->now);
    }
    assert_int_equal(rc, known ? 0 : CR_ENOTFOUND);
}

static void both_metadata(const struct call *call)
{
    char value[16];
    size_t key = random_below(MODEL_KEYS);
    int number = 1 + (int)random_below(9);
    snprintf(value, sizeof value, "%d", number);
    const struct cr_wire_pair pair = {cr_slice_of(key_names[key]), cr_slice_of(value)};
    bool known = model_metadata(&model, call->app, call->id, key, number, call->now);
    assert_int_equal(
        registry_add_metadata(registry, app_of(call), id_of(call), &pair, 1, call->now),
        known ? 0 : CR_ENOTFOUND);
}

/* ---- the same state ---- */

static void same_cell(size_t app, size_t id)
{
    const struct model_cell *cell = &model.cells[app][id];
    const struct registry_instance *instance =
        registry_find(registry, cr_slice_of(app_names[app]), cr_slice_of(id_names[id]));
    assert_int_equal(instance != NULL, cell->in);
    if (!instance)
        return;
    const struct cr_wire_instance *record = instance->record;
    assert_int_equal(record->status, cell->status);
    assert_int_equal(record->overridden_status, cell->overridden);
    assert_int_equal(record->action, cell->action);
    assert_int_equal(record->last_dirty_ms, cell->dirty_ms);
    assert_int_equal(record->last_updated_ms, cell->updated_wall_ms);
    assert_int_equal(record->lease.service_up_ms, cell->up_wall_ms);
    assert_int_equal(record->lease.registration_ms, cell->registered_wall_ms);
    assert_int_equal(record->lease.last_renewal_ms, cell->renewal_wall_ms);
    assert_int_equal(instance->lease.due_ms, cell->due_ms);
    assert_int_equal(lease_is_held(&instance->lease), cell->held);
    for (size_t key = 0; key < MODEL_KEYS; key++) {
        struct cr_slice value = cr_wire_instance_metadata(record, cr_slice_of(key_names[key]));
        assert_int_equal(value.len > 0 ? value.ptr[0] - '0' : 0, cell->metadata[key]);
    }
}

static void same_hash(const size_t by_status[CR_WIRE_STATUS_COUNT])
{
    static const enum cr_wire_status by_name[] = {CR_WIRE_DOWN, CR_WIRE_OUT_OF_SERVICE,
                                                  CR_WIRE_STARTING, CR_WIRE_UNKNOWN, CR_WIRE_UP};
    static const char *const names[] = {"DOWN", "OUT_OF_SERVICE", "STARTING", "UNKNOWN", "UP"};
    char should[128] = "";
    for (size_t i = 0; i < CR_COUNT(by_name); i++)
        if (by_status[by_name[i]] > 0)
            snprintf(should + strlen(should), sizeof should - strlen(should), "%s_%zu_", names[i],
                     by_status[by_name[i]]);
    CR_AUTO(cr_buf) hash = {0};
    cr_buf_text(&hash, "");
    eureka_hash_code(registry, &hash);
    assert_string_equal(hash.data ? hash.data : "", should);
}

static void same_state(struct registry_now now)
{
    size_t by_status[CR_WIRE_STATUS_COUNT] = {0};
    for (size_t app = 0; app < MODEL_APPS; app++) {
        size_t in_app = 0;
        for (size_t id = 0; id < MODEL_IDS; id++) {
            same_cell(app, id);
            in_app += model.cells[app][id].in;
            by_status[model.cells[app][id].status] += model.cells[app][id].in;
        }
        assert_int_equal(registry_app(registry, cr_slice_of(app_names[app])) != NULL, in_app > 0);
    }
    assert_int_equal(registry_count(registry), model_size(&model));
    assert_int_equal(registry_version(registry), model.version);
    assert_int_equal(registry_preservation(registry, now).on, model.on);
    same_hash(by_status);
}

static void same_events(const struct lastn *events, const struct model_event *should, size_t count)
{
    char text[16];
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s(%s)", app_names[should[i].app], id_names[should[i].id]);
        assert_non_null(lastn_at(events, i));
        assert_string_equal(lastn_at(events, i)->text, text);
        assert_int_equal(lastn_at(events, i)->wall_ms, should[i].wall_ms);
    }
    assert_null(lastn_at(events, count));
}

static size_t index_of(const char *const *names, size_t count, struct cr_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (cr_slice_is(name, names[i]))
            return i;
    fail_msg("a name that nobody gave");
    return 0;
}

/* Within an application in the order of the last changes, each once, as it was left. */
static void same_delta(struct registry_now now)
{
    int place[MODEL_APPS][MODEL_IDS];
    CR_AUTO(selection) selection = {0};
    size_t left = 0;
    model_delta(&model, now.now_ms, place);
    for (size_t cell = 0; cell < MODEL_APPS * MODEL_IDS; cell++)
        left += place[cell / MODEL_IDS][cell % MODEL_IDS] >= 0;
    assert_int_equal(selection_of_delta(registry, &selection), 0);
    assert_int_equal(selection.count, left);
    size_t app_before = MODEL_APPS;
    bool seen[MODEL_APPS] = {0};
    int place_before = -1;
    for (size_t i = 0; i < selection.count; i++) {
        const struct cr_wire_instance *record = selection.items[i]->record;
        size_t app = index_of(app_names, MODEL_APPS, record->app);
        size_t id = index_of(id_names, MODEL_IDS, record->instance_id);
        if (app != app_before)
            assert_false(seen[app]); /* an application stands together */
        assert_true(app != app_before || place[app][id] > place_before);
        assert_true(place[app][id] >= 0);
        assert_int_equal(record->action, model.cells[app][id].action);
        assert_int_equal(record->status, model.cells[app][id].status);
        seen[app] = true;
        app_before = app;
        place_before = place[app][id];
    }
}

static void same_vips(void)
{
    for (size_t vip = 0; vip < MODEL_VIPS; vip++) {
        CR_AUTO(selection) selection = {0};
        size_t should = 0;
        for (size_t cell = 0; cell < MODEL_APPS * MODEL_IDS; cell++) {
            const struct model_cell *at = &model.cells[cell / MODEL_IDS][cell % MODEL_IDS];
            should += at->in && (at->vips >> vip & 1);
        }
        assert_int_equal(selection_of_vip(registry, cr_slice_of(vip_names[vip]), false, &selection),
                         0);
        assert_int_equal(selection.count, should);
    }
}

/* What is rendered must be what a reader of the document gets out of it. */
static void same_document(void)
{
    struct document *document = eureka_render_all(registry, CR_WIRE_JSON, 0);
    assert_non_null(document);
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_instances list = {0};
    struct cr_err err = {0};
    CR_AUTO(cr_buf) text = {0};
    document_write(document, &text);
    assert_int_equal(cr_wire_instances_read(cr_buf_view(&text), arena, &list, NULL, &err), 0);
    assert_int_equal(list.count, model_size(&model));
    for (size_t i = 0; i < list.count; i++) {
        const struct cr_wire_instance *item = &list.items[i];
        const struct model_cell *cell =
            &model.cells[index_of(app_names, MODEL_APPS, item->app)]
                        [index_of(id_names, MODEL_IDS, item->instance_id)];
        assert_true(cell->in);
        assert_int_equal(item->status, cell->status);
        assert_int_equal(item->overridden_status, cell->overridden);
        assert_int_equal(item->last_dirty_ms, cell->dirty_ms);
    }
    document_unref(document);
}

/* ---- the run ---- */

/* Now and then clients become slow, so that self-preservation has something to do; more seldom
 * nobody calls for minutes. */
static int64_t random_step_ms(uint64_t call)
{
    static uint32_t pace_ms = 20;
    static const uint32_t paces_ms[] = {20, 20, 400, 2500, 5000};
    if (call % PACE_EVERY == 0)
        pace_ms = paces_ms[random_below(CR_COUNT(paces_ms))];
    if (random_below(20000) == 0)
        return 1 + random_below(2 * OVERRIDE_IDLE_MS);
    if (random_below(500) == 0)
        return 1 + random_below(200000);
    return random_below(4) ? random_below(pace_ms) : 0;
}

static void one_call(uint64_t number, struct registry_now now)
{
    const struct call call = {random_below(MODEL_APPS), random_below(MODEL_IDS),
                              random_below(4) == 0, now};
    uint32_t kind = random_below(20);
    if (kind < 7)
        both_register(&call);
    else if (kind < 16)
        both_renew(&call);
    else if (kind < 17)
        both_cancel(&call);
    else if (kind < 19)
        both_order(&call);
    else
        both_metadata(&call);
    same_cell(call.app, call.id);
    if (number % CHECK_EVERY == 0)
        same_state(now);
    if (number % LISTS_EVERY != 0)
        return;
    same_delta(now);
    same_vips();
    same_document();
    same_events(registry_last_registered(registry), model.registered, model.registered_count);
    same_events(registry_last_cancelled(registry), model.cancelled, model.cancelled_count);
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
    model_init(&model);
    registry = registry_new(&(struct registry_options){
        .self_preservation = {true, MODEL_MIN_INSTANCES, 0.85, 30},
    });
    assert_non_null(registry);
    struct registry_now now = {1000, wall_zero_ms};
    size_t held = 0;
    for (uint64_t call = 0; call < calls; call++) {
        int64_t step_ms = random_step_ms(call);
        now.now_ms += step_ms;
        now.wall_ms += step_ms;
        registry_expire(registry, now);
        model_pass(&model, now);
        one_call(call, now);
        held += registry_preservation(registry, now).held > 0;
    }
    printf("leases were held at %zu calls, %llu changes\n", held,
           (unsigned long long)registry_version(registry));
    assert_true(held > 0 || calls < CALLS);
    registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_million_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
