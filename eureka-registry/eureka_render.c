/* The registry's documents, kept until something changes or nobody asks. */
#include "eureka_render.h"

#include "compose.h"
#include "cr_assert.h"

/* What full documents and those of a VIP say as their version; only a delta has one. */
enum { VERSION_FULL = 1, VERSION_VIP = -1 };

static struct document *shared(struct registry_rendering *rendering, int64_t now_ms)
{
    rendering->used_ms = now_ms;
    return rendering->document ? document_ref(rendering->document) : NULL;
}

/* ---- all, and what changed ---- */

static int select_for(const struct registry *registry, enum registry_use use, struct selection *out)
{
    return use == REGISTRY_ALL ? selection_of_all(registry, out)
                               : selection_of_delta(registry, out);
}

static struct document *compose_for(const struct registry *registry, enum registry_use use,
                                    enum cr_wire_form form)
{
    CR_AUTO(selection) selection = {0};
    CR_AUTO(cr_buf) hash = {0};
    eureka_hash_code(registry, &hash);
    if (select_for(registry, use, &selection) || cr_buf_status(&hash))
        return NULL;
    const struct cr_wire_applications head = {
        use == REGISTRY_ALL ? VERSION_FULL : (int64_t)registry_version(registry),
        cr_buf_view(&hash)};
    return compose(&selection, use, form, &head);
}

static struct document *render(struct registry *registry, enum registry_use use,
                               enum cr_wire_form form, int64_t now_ms)
{
    CR_ASSERT(form < CR_WIRE_FORMS);
    struct registry_rendering *rendering = registry_rendered(registry, use, form);
    if (!rendering->document)
        rendering->document = compose_for(registry, use, form);
    return shared(rendering, now_ms);
}

struct document *eureka_render_all(struct registry *registry, enum cr_wire_form form,
                                   int64_t now_ms)
{
    return render(registry, REGISTRY_ALL, form, now_ms);
}

struct document *eureka_render_delta(struct registry *registry, enum cr_wire_form form,
                                     int64_t now_ms)
{
    return render(registry, REGISTRY_DELTA, form, now_ms);
}

void eureka_render_changes(const struct registry *registry, const struct selection *selection,
                           struct cr_buf *out)
{
    CR_AUTO(cr_buf) hash = {0};
    eureka_hash_code(registry, &hash);
    if (cr_buf_status(&hash))
        out->failed = cr_buf_status(&hash);
    const struct cr_wire_applications head = {(int64_t)registry_version(registry),
                                              cr_buf_view(&hash)};
    compose_text(selection, CR_WIRE_JSON, &head, out);
}

struct document *eureka_render_vip(const struct registry *registry, struct cr_slice vip,
                                   bool secure, enum cr_wire_form form)
{
    CR_AUTO(selection) selection = {0};
    CR_AUTO(cr_buf) hash = {0};
    CR_AUTO(cr_buf) out = {0};
    if (selection_of_vip(registry, vip, secure, &selection))
        return NULL;
    census_hash(&selection.census, &hash);
    if (cr_buf_status(&hash))
        return NULL;
    const struct cr_wire_applications head = {VERSION_VIP, cr_buf_view(&hash)};
    compose_text(&selection, form, &head, &out);
    return document_take(&out);
}

/* ---- an application ---- */

/* It stands less deep than among others, which only the full XML shows. */
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
            compose_instance(instance, form, &out);
        separator = cr_wire_separator(form);
    }
    cr_wire_application_end(form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

struct document *eureka_render_app(struct registry_app *app, enum cr_wire_form form, int64_t now_ms)
{
    CR_ASSERT(form < CR_WIRE_FORMS);
    struct registry_rendering *rendering = &app->rendered[form];
    if (!rendering->document)
        rendering->document = compose_app(app, form);
    return shared(rendering, now_ms);
}

struct document *eureka_render_no_app(struct cr_slice name, enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_application_begin(form, CR_WIRE_ALONE, name, &out);
    cr_wire_application_end(form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

/* ---- an instance ---- */

struct document *eureka_render_instance(const struct registry_instance *instance,
                                        enum cr_wire_form form)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write_form(instance->record, form, CR_WIRE_ALONE, &out);
    return document_take(&out);
}

struct document *eureka_render_record(const struct registry_instance *instance)
{
    CR_AUTO(cr_buf) out = {0};
    cr_wire_instance_write(instance->record, &out);
    return document_take(&out);
}

struct fragment eureka_render_fragment(const struct registry_instance *instance)
{
    struct fragment fragment = instance->fragments[REGISTRY_ALL][CR_WIRE_JSON];
    if (fragment.home)
        run_ref(fragment.home);
    return fragment;
}

void eureka_hash_code(const struct registry *registry, struct cr_buf *out)
{
    census_hash(registry_census(registry), out);
}

/* ---- what nobody wants ---- */

/* True when it had been kept, or made for another document, too long. */
static bool drop_idle(struct registry_rendering *rendering, int64_t now_ms)
{
    if (now_ms - rendering->used_ms < EUREKA_RENDER_IDLE_MS)
        return false;
    document_unref(rendering->document);
    rendering->document = NULL;
    return true;
}

/* With the fragments go the runs, and with those their compressed forms. */
static void drop_fragments(const struct registry *registry, const bool idle[CR_WIRE_FORMS],
                           enum registry_use use)
{
    size_t app_cursor = 0;
    struct registry_app *app;
    while ((app = registry_next_app(registry, &app_cursor)) != NULL) {
        size_t cursor = 0;
        struct registry_instance *instance;
        while ((instance = registry_next_instance(app, &cursor)) != NULL)
            for (size_t form = 0; form < CR_WIRE_FORMS; form++)
                if (idle[form])
                    fragment_drop(&instance->fragments[use][form]);
    }
}

void eureka_render_idle(struct registry *registry, int64_t now_ms)
{
    size_t cursor = 0;
    struct registry_app *app;
    for (size_t use = 0; use < REGISTRY_USES; use++) {
        bool idle[CR_WIRE_FORMS];
        for (size_t form = 0; form < CR_WIRE_FORMS; form++)
            idle[form] = drop_idle(
                registry_rendered(registry, (enum registry_use)use, (enum cr_wire_form)form),
                now_ms);
        drop_fragments(registry, idle, (enum registry_use)use);
    }
    while ((app = registry_next_app(registry, &cursor)) != NULL)
        for (size_t form = 0; form < CR_WIRE_FORMS; form++)
            (void)drop_idle(&app->rendered[form], now_ms);
}
