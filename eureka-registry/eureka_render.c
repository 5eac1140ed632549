/* Composes the registry's documents from rendered parts. */
#include "eureka_render.h"

#include "cr_assert.h"

/* What full documents and those of a VIP say as their version; only a delta has one. */
enum { VERSION_FULL = 1, VERSION_VIP = -1 };

/* The instance as it was when it was first read after its last change. */
static struct document *fragment(struct registry_instance *instance, enum cr_wire_form form)
{
    CR_ASSERT(form < CR_WIRE_FORMS);
    if (!instance->rendered[form]) {
        CR_AUTO(cr_buf) out = {0};
        cr_wire_instance_write_form(instance->record, form, CR_WIRE_IN_APPLICATIONS, &out);
        instance->rendered[form] = document_take(&out);
    }
    return instance->rendered[form];
}

static void put_fragment(struct cr_buf *out, struct registry_instance *instance,
                         enum cr_wire_form form)
{
    const struct document *document = fragment(instance, form);
    if (document)
        cr_buf_slice(out, document_bytes(document));
    else
        out->failed = CR_ENOMEM;
}

static void put_app(struct cr_buf *out, const struct registry_app *app, enum cr_wire_form form)
{
    size_t cursor = 0;
    struct registry_instance *instance;
    const char *separator = "";
    cr_wire_application_begin(form, CR_WIRE_IN_APPLICATIONS, app->name, out);
    while ((instance = registry_next_instance(app, &cursor)) != NULL) {
        cr_buf_text(out, separator);
        put_fragment(out, instance, form);
        separator = cr_wire_separator(form);
    }
    cr_wire_application_end(form, CR_WIRE_IN_APPLICATIONS, out);
}

static struct document *compose_all(const struct registry *registry, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) hash = {0};
    CR_AUTO(cr_buf) out = {0};
    size_t cursor = 0;
    const struct registry_app *app;
    const char *separator = "";
    eureka_hash_code(registry, &hash);
    if (cr_buf_status(&hash))
        return NULL;
    const struct cr_wire_applications head = {VERSION_FULL, cr_buf_view(&hash)};
    cr_wire_applications_begin(form, &head, &out);
    while ((app = registry_next_app(registry, &cursor)) != NULL) {
        cr_buf_text(&out, separator);
        put_app(&out, app, form);
        separator = cr_wire_separator(form);
    }
    cr_wire_applications_end(form, &head, &out);
    return document_take(&out);
}

struct document *eureka_render_all(struct registry *registry, enum cr_wire_form form)
{
    CR_ASSERT(form < CR_WIRE_FORMS);
    struct document **slot = &registry_rendered(registry)[form];
    if (!*slot)
        *slot = compose_all(registry, form);
    return *slot ? document_ref(*slot) : NULL;
}

/* One application stands less deep than among others, which only the full XML shows. */
static struct document *compose_app(const struct registry_app *app, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    size_t cursor = 0;
    struct registry_instance *instance;
    const char *separator = "";
    cr_wire_application_begin(form, CR_WIRE_ALONE, app->name, &out);
    while ((instance = registry_next_instance(app, &cursor)) != NULL) {
        cr_buf_text(&out, separator);
        if (form == CR_WIRE_XML)
            cr_wire_instance_write_form(instance->record, form, CR_WIRE_IN_APPLICATION, &out);
        else
            put_fragment(&out, instance, form);
        separator = cr_wire_separator(form);
    }
    cr_wire_application_end(form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

struct document *eureka_render_app(struct registry_app *app, enum cr_wire_form form)
{
    CR_ASSERT(form < CR_WIRE_FORMS);
    if (!app->rendered[form])
        app->rendered[form] = compose_app(app, form);
    return app->rendered[form] ? document_ref(app->rendered[form]) : NULL;
}

struct document *eureka_render_no_app(struct cr_slice name, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_application_begin(form, CR_WIRE_ALONE, name, &out);
    cr_wire_application_end(form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(instance->record, form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

struct document *eureka_render_record(struct registry_instance *instance)
{
    struct document *document = fragment(instance, CR_WIRE_JSON);
    return document ? document_ref(document) : NULL;
}

static struct document *compose_selection(const struct selection *selection, int64_t version,
                                          struct cr_slice hash, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    const struct cr_wire_applications head = {version, hash};
    cr_wire_applications_begin(form, &head, &out);
    for (size_t i = 0; i < selection->count; i++) {
        struct registry_instance *instance = selection->items[i];
        struct cr_slice app = instance->record->app;
        bool first = i == 0 || !cr_slice_equal(app, selection->items[i - 1]->record->app);
        if (first && i > 0)
            cr_wire_application_end(form, CR_WIRE_IN_APPLICATIONS, &out);
        if (i > 0)
            cr_buf_text(&out, cr_wire_separator(form));
        if (first)
            cr_wire_application_begin(form, CR_WIRE_IN_APPLICATIONS, app, &out);
        put_fragment(&out, instance, form);
    }
    if (selection->count > 0)
        cr_wire_application_end(form, CR_WIRE_IN_APPLICATIONS, &out);
    cr_wire_applications_end(form, &head, &out);
    return document_take(&out);
}

static struct document *compose_changes(const struct registry *registry,
                                        const struct selection *selection, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) hash = {0};
    eureka_hash_code(registry, &hash);
    if (cr_buf_status(&hash))
        return NULL;
    return compose_selection(selection, (int64_t)registry_version(registry), cr_buf_view(&hash),
                             form);
}

struct document *eureka_render_delta(const struct registry *registry, enum cr_wire_form form)
{
    CR_AUTO(selection) selection = {0};
    if (selection_of_delta(registry, &selection))
        return NULL;
    return compose_changes(registry, &selection, form);
}

struct document *eureka_render_changes(const struct registry *registry,
                                       const struct selection *selection)
{
    return compose_changes(registry, selection, CR_WIRE_JSON);
}

struct document *eureka_render_vip(const struct registry *registry, struct cr_slice vip,
                                   bool secure, enum cr_wire_form form)
{
    CR_AUTO(selection) selection = {0};
    CR_AUTO(cr_buf) hash = {0};
    if (selection_of_vip(registry, vip, secure, &selection))
        return NULL;
    census_hash(&selection.census, &hash);
    if (cr_buf_status(&hash))
        return NULL;
    return compose_selection(&selection, VERSION_VIP, cr_buf_view(&hash), form);
}

void eureka_hash_code(const struct registry *registry, struct cr_buf *out)
{
    census_hash(registry_census(registry), out);
}
