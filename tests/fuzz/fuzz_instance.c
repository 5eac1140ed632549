/* The registry's record: what is read from one language is written in every form, and each form
 * can be read by a client. */
#include "cr_json.h"
#include "cr_wire_applications.h"
#include "fuzz.h"

typedef int (*reader)(struct cr_slice text, int64_t wall_ms, struct cr_arena *arena,
                      struct cr_wire_instance *out_instance, struct cr_err *err);

static const int64_t now_ms = 1700000000001;

static reader reader_of(enum cr_wire_form form)
{
    bool json = form == CR_WIRE_JSON || form == CR_WIRE_JSON_COMPACT;
    return json ? cr_wire_instance_read : cr_wire_instance_read_xml;
}

static void check_form(const struct cr_wire_instance *instance, enum cr_wire_form form)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) wire = {0};
    CR_AUTO(cr_buf) again = {0};
    struct cr_wire_instance back = {0};
    struct cr_err err = {0};
    cr_wire_instance_write_form(instance, form, CR_WIRE_ALONE, &wire);
    FUZZ_HOLDS(cr_buf_status(&wire) == 0);
    int rc = reader_of(form)(cr_buf_view(&wire), now_ms, arena, &back, &err);
    if (rc)
        fprintf(stderr, "%s\n%s\n", wire.data, err.text);
    FUZZ_HOLDS(rc == 0);
    if (form != CR_WIRE_JSON)
        return;
    cr_wire_instance_write_form(&back, form, CR_WIRE_ALONE, &again);
    FUZZ_HOLDS(cr_slice_equal(cr_buf_view(&wire), cr_buf_view(&again)));
}

static void check_record(struct cr_slice text, reader read)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_wire_instance instance = {0};
    struct cr_err err = {0};
    int rc = read(text, now_ms, arena, &instance, &err);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    if (rc)
        return;
    struct cr_wire_instance *copy = cr_wire_instance_copy(&instance);
    FUZZ_HOLDS(copy && copy->app.ptr && copy->metadata_count <= CR_WIRE_METADATA_MAX);
    for (int form = 0; form < CR_WIRE_FORMS; form++)
        check_form(copy, (enum cr_wire_form)form);
    cr_wire_instance_free(copy);
}

static void check_list(struct cr_slice text)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_wire_instances list = {0};
    size_t skipped = 0;
    struct cr_err err = {0};
    int rc = cr_wire_instances_read(text, arena, &list, &skipped, &err);
    FUZZ_HOLDS(rc == 0 || err.code == rc);
    for (size_t i = 0; rc == 0 && i < list.count; i++)
        FUZZ_HOLDS(list.items[i].app.ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cr_slice text = fuzz_slice(data, size);
    check_record(text, cr_wire_instance_read);
    check_record(text, cr_wire_instance_read_xml);
    check_list(text);
    return 0;
}
