/* Batches between registries: every item is either faulty or complete. */
#include "cr_wire_applications.h"
#include "cr_wire_replication.h"
#include "fuzz.h"

static void check_item(const struct cr_wire_replication *item)
{
    FUZZ_HOLDS(item->action < CR_WIRE_REPLICATION_ACTIONS);
    if (item->fault) {
        FUZZ_HOLDS(item->fault[0] && !item->instance);
        return;
    }
    FUZZ_HOLDS(item->app.len > 0 && item->id.len > 0);
    FUZZ_HOLDS((item->action == CR_WIRE_REGISTER) == (item->instance != NULL));
    if (!item->instance)
        return;
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(item->instance, CR_WIRE_JSON, CR_WIRE_IN_APPLICATION, &out);
    const struct cr_wire_replication_result result = {409, cr_buf_view(&out)};
    CR_AUTO(cr_buf) answer = {0};
    cr_wire_replication_results_write(&result, 1, &answer);
    FUZZ_HOLDS(cr_buf_status(&answer) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_wire_replications list = {0};
    struct cr_err err = {0};
    int rc = cr_wire_replications_read(fuzz_slice(data, size), 1700000000001, arena, &list, &err);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0] && !list.items));
    for (size_t i = 0; i < list.count; i++)
        check_item(&list.items[i]);
    return 0;
}
