/* registry_fixture: a registry for the tests of its rules, and short ways to use it. */
#ifndef REGISTRY_FIXTURE_H
#define REGISTRY_FIXTURE_H

#include "registry.h"

#define WALL_ZERO_MS 1700000000000

static struct registry *registry;

CR_UNUSED static int setup(void **state)
{
    (void)state;
    registry = registry_new(&(struct registry_options){0});
    return registry ? 0 : -1;
}

CR_UNUSED static int teardown(void **state)
{
    (void)state;
    registry_freep(&registry);
    return 0;
}

CR_UNUSED static struct registry_now at(int64_t ms)
{
    return (struct registry_now){ms, WALL_ZERO_MS + ms};
}

/* A lease of 90 s. */
CR_UNUSED static struct cr_wire_instance record_of(const char *app, const char *id,
                                                   int64_t dirty_ms, enum cr_wire_status status)
{
    struct cr_wire_instance record = cr_wire_instance_default(0);
    record.instance_id = cr_slice_of(id);
    record.host_name = CR_SLICE("h");
    record.ip_addr = CR_SLICE("10.0.0.1");
    record.app = cr_slice_of(app);
    record.data_center = CR_WIRE_MY_OWN;
    record.last_dirty_ms = dirty_ms;
    record.status = status;
    return record;
}

CR_UNUSED static void put_record(const struct cr_wire_instance *record, enum registry_origin origin,
                                 int64_t now_ms)
{
    struct registry_registration out = {0};
    assert_int_equal(registry_register(registry, record, origin, at(now_ms), &out), 0);
}

CR_UNUSED static void put(const char *app, const char *id, int64_t dirty_ms,
                          enum cr_wire_status status, int64_t now_ms)
{
    struct cr_wire_instance record = record_of(app, id, dirty_ms, status);
    put_record(&record, REGISTRY_CLIENT, now_ms);
}

CR_UNUSED static const struct cr_wire_instance *find(const char *app, const char *id)
{
    const struct registry_instance *instance =
        registry_find(registry, cr_slice_of(app), cr_slice_of(id));
    return instance ? instance->record : NULL;
}

#endif
