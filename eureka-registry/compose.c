/* From fragments to runs, from runs to documents. */
#include "compose.h"

#include <stdlib.h>

#include "cr_array.h"

/* Where a fragment stands in the run that is being put together. */
struct place {
    size_t offset, len;
};

struct composer {
    const struct selection *selection;
    enum registry_use use;
    enum cr_wire_form form;
    size_t run_min;
    struct run **runs;
    size_t run_count, run_room;
    struct place *places; /* of the instances from first on */
    size_t first;
    struct run_shape shape; /* of what stands in text */
    struct cr_buf text;
    bool failed;
};

/* Any document's fragment will do: its bytes are the same in all. */
static const struct fragment *fragment_of(const struct registry_instance *instance,
                                          enum cr_wire_form form)
{
    const struct fragment *fragment = &instance->fragments[REGISTRY_ALL][form];
    return fragment->home ? fragment : &instance->fragments[REGISTRY_DELTA][form];
}

void compose_instance(const struct registry_instance *instance, enum cr_wire_form form,
                      struct cr_buf *out)
{
    const struct fragment *fragment = fragment_of(instance, form);
    if (fragment->home)
        cr_buf_slice(out, fragment_bytes(fragment));
    else
        cr_wire_instance_write_form(instance->record, form, CR_WIRE_IN_APPLICATIONS, out);
}

/* ---- what stands before an instance ---- */

static enum run_lead lead_of(const struct selection *selection, size_t i)
{
    if (i == 0)
        return RUN_FIRST_APP;
    return cr_slice_equal(selection->items[i]->record->app, selection->items[i - 1]->record->app)
               ? RUN_SAME_APP
               : RUN_NEXT_APP;
}

static void put_lead(struct cr_buf *out, enum cr_wire_form form, enum run_lead lead,
                     struct cr_slice app)
{
    if (lead == RUN_NEXT_APP)
        cr_wire_application_end(form, CR_WIRE_IN_APPLICATIONS, out);
    if (lead != RUN_FIRST_APP)
        cr_buf_text(out, cr_wire_separator(form));
    if (lead != RUN_SAME_APP)
        cr_wire_application_begin(form, CR_WIRE_IN_APPLICATIONS, app, out);
}

static void put_tail(const struct selection *selection, enum cr_wire_form form,
                     const struct cr_wire_applications *head, struct cr_buf *out)
{
    if (selection->count > 0)
        cr_wire_application_end(form, CR_WIRE_IN_APPLICATIONS, out);
    cr_wire_applications_end(form, head, out);
}

void compose_text(const struct selection *selection, enum cr_wire_form form,
                  const struct cr_wire_applications *head, struct cr_buf *out)
{
    cr_wire_applications_begin(form, head, out);
    for (size_t i = 0; i < selection->count; i++) {
        const struct registry_instance *instance = selection->items[i];
        put_lead(out, form, lead_of(selection, i), instance->record->app);
        compose_instance(instance, form, out);
    }
    put_tail(selection, form, head, out);
}

/* ---- runs ---- */

static void add_run(struct composer *c, struct run *run)
{
    if (run && CR_ARRAY_ROOM(c->runs, c->run_count, c->run_room)) {
        c->runs[c->run_count++] = run;
        return;
    }
    run_unref(run);
    c->failed = true;
}

static struct fragment *place_of(const struct composer *c, size_t i)
{
    return &c->selection->items[i]->fragments[c->use][c->form];
}

/* What stands in the text becomes a run, and the fragments become places in it. */
static void end_run(struct composer *c)
{
    if (c->shape.count == 0 || c->failed)
        return;
    struct run *run = cr_buf_status(&c->text) ? NULL : run_new(cr_buf_view(&c->text), &c->shape);
    for (size_t i = 0; run && i < c->shape.count; i++)
        fragment_set(place_of(c, c->first + i), run_ref(run), c->places[i].offset,
                     c->places[i].len);
    add_run(c, run);
    c->first += c->shape.count;
    c->shape.count = 0;
    cr_buf_reset(&c->text);
}

static void put_instance(struct composer *c, size_t i)
{
    const struct registry_instance *instance = c->selection->items[i];
    enum run_lead lead = lead_of(c->selection, i);
    put_lead(&c->text, c->form, lead, instance->record->app);
    if (c->shape.count == 0)
        c->shape = (struct run_shape){.lead = lead, .lead_len = c->text.len};
    size_t offset = c->text.len;
    compose_instance(instance, c->form, &c->text);
    c->places[c->shape.count++] = (struct place){offset, c->text.len - offset};
    c->failed = c->failed || c->text.failed;
}

/* How many instances from i on are the whole of one run of the last document, in its order, with
 * the same before it; 0: they are not. Within a run all that stands between two fragments follows
 * from them. */
static size_t intact(const struct composer *c, size_t i)
{
    const struct fragment *fragment = place_of(c, i);
    const struct run *run = fragment->home;
    if (!run || run_shape(run)->lead != lead_of(c->selection, i) ||
        fragment->offset != run_shape(run)->lead_len)
        return 0;
    size_t count = 0;
    size_t end = 0;
    for (; i < c->selection->count; i++, count++) {
        fragment = place_of(c, i);
        if (fragment->home != run || fragment->offset < end)
            break;
        end = fragment->offset + fragment->len;
    }
    return count == run_shape(run)->count ? count : 0;
}

/* Takes over a run of the last document, where it is large enough or ends this one. */
static size_t take_over(struct composer *c, size_t i)
{
    bool between = c->text.len == 0 || c->text.len >= c->run_min;
    size_t count = between ? intact(c, i) : 0;
    if (count == 0)
        return 0;
    struct run *run = place_of(c, i)->home;
    if (run_bytes(run).len < c->run_min && i + count < c->selection->count)
        return 0;
    end_run(c);
    add_run(c, run_ref(run));
    c->first += count;
    return count;
}

static void put_runs(struct composer *c)
{
    size_t i = 0;
    while (i < c->selection->count && !c->failed) {
        size_t taken = take_over(c, i);
        if (taken == 0)
            put_instance(c, i);
        i += taken ? taken : 1;
        if (c->text.len >= 2 * c->run_min)
            end_run(c);
    }
    end_run(c);
}

static void put_edge(struct composer *c, struct cr_buf *text)
{
    static const struct run_shape alone = {.lead = RUN_ALONE};
    add_run(c, cr_buf_status(text) ? NULL : run_new(cr_buf_view(text), &alone));
}

/* How long the document will be: what is not rendered yet counts as the others. */
static size_t estimate(const struct composer *c)
{
    enum { USUAL = 1024 };
    size_t bytes = 0, rendered = 0;
    for (size_t i = 0; i < c->selection->count; i++) {
        const struct fragment *fragment = fragment_of(c->selection->items[i], c->form);
        bytes += fragment->len;
        rendered += fragment->home != NULL;
    }
    size_t mean = rendered ? bytes / rendered : USUAL;
    return bytes + mean * (c->selection->count - rendered);
}

static void composer_init(struct composer *c)
{
    c->run_min = estimate(c) / COMPOSE_RUNS;
    if (c->run_min < COMPOSE_RUN_MIN)
        c->run_min = COMPOSE_RUN_MIN;
    c->places = calloc(c->selection->count + 1, sizeof *c->places);
    c->failed = !c->places;
}

struct document *compose(const struct selection *selection, enum registry_use use,
                         enum cr_wire_form form, const struct cr_wire_applications *head)
{
    struct composer c = {.selection = selection, .use = use, .form = form};
    CR_AUTO(cr_buf) begin = {0};
    CR_AUTO(cr_buf) end = {0};
    cr_wire_applications_begin(form, head, &begin);
    put_tail(selection, form, head, &end);
    composer_init(&c);
    put_edge(&c, &begin);
    if (!c.failed)
        put_runs(&c);
    put_edge(&c, &end);
    struct document *document = c.failed ? NULL : document_new(c.runs, c.run_count);
    for (size_t i = 0; c.failed && i < c.run_count; i++)
        run_unref(c.runs[i]);
    free(c.runs);
    free(c.places);
    cr_buf_free(&c.text);
    return document;
}
