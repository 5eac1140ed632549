/* Composes the registry's documents from rendered parts. */
#include "eureka_render.h"

#include "cr_assert.h"
#include "cr_json_writer.h"

/* What every full document says: its version counts deltas, and it is none. */
#define VERSION_FULL "1"

/* The instance as it was when it was first read after its last change. */
static struct cr_slice fragment(struct registry_instance *instance, enum document_form form)
{
    if (!instance->rendered[form])
        instance->rendered[form] = eureka_render_record(instance, form);
    return instance->rendered[form] ? document_bytes(instance->rendered[form])
                                    : (struct cr_slice){0};
}

static struct document *in_object(const char *key, const struct document *inner)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_json_writer writer;
    if (!inner)
        return NULL;
    cr_json_init(&writer, &out);
    cr_json_begin_object(&writer);
    cr_json_pair_raw(&writer, key, document_bytes(inner));
    cr_json_end_object(&writer);
    return document_take(&out);
}

/* {"name":"ORDERS","instance":[...]}; false: no memory for a part. */
static bool write_app(struct cr_json_writer *w, const struct registry_app *app,
                      enum document_form form)
{
    cr_json_begin_object(w);
    cr_json_pair_string(w, "name", app->name);
    cr_json_pair_array(w, "instance");
    size_t cursor = 0;
    bool whole = true;
    for (struct registry_instance *instance = registry_next_instance(app, &cursor); instance;
         instance = registry_next_instance(app, &cursor)) {
        struct cr_slice json = fragment(instance, form);
        whole = whole && json.ptr;
        cr_json_raw(w, json);
    }
    cr_json_end_array(w);
    cr_json_end_object(w);
    return whole;
}

struct document *eureka_render_app(struct registry_app *app, enum document_form form)
{
    CR_ASSERT(form < DOCUMENT_FORMS);
    if (!app->rendered[form]) {
        CR_AUTO(cr_buf) out = {0};
        struct cr_json_writer writer;
        cr_json_init(&writer, &out);
        cr_json_begin_object(&writer);
        cr_json_key(&writer, "application");
        bool whole = write_app(&writer, app, form);
        cr_json_end_object(&writer);
        app->rendered[form] = whole ? document_take(&out) : NULL;
    }
    return app->rendered[form] ? document_ref(app->rendered[form]) : NULL;
}

static struct document *compose_all(const struct registry *registry, enum document_form form)
{
    CR_AUTO(cr_buf) hash = {0};
    CR_AUTO(cr_buf) out = {0};
    struct cr_json_writer writer;
    struct cr_json_writer *w = &writer;
    eureka_hash_code(registry, &hash);
    cr_json_init(w, &out);
    cr_json_begin_object(w);
    cr_json_pair_object(w, "applications");
    cr_json_pair_text(w, "versions__delta", VERSION_FULL);
    cr_json_pair_string(w, "apps__hashcode", cr_buf_view(&hash));
    cr_json_pair_array(w, "application");
    size_t cursor = 0;
    bool whole = cr_buf_status(&hash) == 0;
    for (const struct registry_app *app = registry_next_app(registry, &cursor); app;
         app = registry_next_app(registry, &cursor))
        whole = write_app(w, app, form) && whole;
    cr_json_end_array(w);
    cr_json_end_object(w);
    cr_json_end_object(w);
    return whole ? document_take(&out) : NULL;
}

struct document *eureka_render_all(struct registry *registry, enum document_form form)
{
    CR_ASSERT(form < DOCUMENT_FORMS);
    struct document **slot = &registry_rendered(registry)[form];
    if (!*slot)
        *slot = compose_all(registry, form);
    return *slot ? document_ref(*slot) : NULL;
}

struct document *eureka_render_record(const struct registry_instance *instance,
                                      enum document_form form)
{
    CR_ASSERT(form < DOCUMENT_FORMS);
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write(instance->record, &out);
    return document_take(&out);
}

struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum document_form form)
{
    struct document *record = eureka_render_record(instance, form);
    struct document *wrapped = in_object("instance", record);
    document_unref(record);
    return wrapped;
}

void eureka_hash_code(const struct registry *registry, struct cr_buf *out)
{
    census_hash(registry_census(registry), out);
}
